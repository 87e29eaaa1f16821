"""Import a SQLite database as a workspace."""

import argparse
import signal
import sqlite3
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing import (
    bird_folder,
    bundle,
    description_source,
    importer,
    local_file,
    placing,
    question_file,
    schema_names,
    space,
    staging,
)
from thoth_ai.importing.bird_folder import Source
from thoth_ai.importing.description_files import DescriptionFile
from thoth_ai.importing.importer import Summary
from thoth_ai.importing.knowledge import Knowledge
from thoth_ai.importing.registering import Target
from thoth_ai.importing.reporting import Reporter, interrupted
from thoth_ai.importing.staging import Staging

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    target: Target
    source: Source | None


class Command(BaseCommand):
    """Takes a database in from a file or, as a bundle, from standard input."""

    help = "Import a SQLite database as a workspace."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--sqlite-file", type=Path, help="a database file in the container")
        source.add_argument("--folder", type=Path, help="a BIRD database folder or root there")
        source.add_argument("--bundle", choices=[STANDARD_INPUT], help="a tar stream on stdin")
        parser.add_argument("--name", required=True, help="the workspace's name")
        parser.add_argument("--create-workspace", action="store_true")
        parser.add_argument("--db", default="", help="the database of a root that is meant")
        parser.add_argument("--descriptions", type=Path, help="a folder of BIRD's CSV files")
        parser.add_argument("--questions-file", type=Path, help="a BIRD question file")
        parser.add_argument("--replace", action="store_true", help="put it in place of the old one")
        parser.add_argument("--output", choices=["text", "ndjson"], default="text")

    def handle(self, **options: object) -> None:
        """Import, and end with the result or with one error and its exit code."""
        reporter = Reporter(sys.stdout, ndjson=options["output"] == "ndjson")
        signal.signal(signal.SIGTERM, _stop)
        try:
            summary = _import(_wish(options), reporter)
        except ServerError as error:
            _fail(reporter, error)
        except KeyboardInterrupt:
            _fail(reporter, interrupted())
        except (OperationalError, sqlite3.OperationalError) as error:
            _fail(reporter, _busy_or_broken(error))
        else:
            reporter.result(summary.as_event())


def _import(wish: Wish, reporter: Reporter) -> Summary:
    staging.sweep()
    placing.sweep()
    importer.require_free(wish.target)
    with staging.opened() as place, space.told():
        knowledge = _receive(wish, place, reporter)
        return importer.take_in(wish.target, place, knowledge, reporter)


def _receive(wish: Wish, place: Staging, reporter: Reporter) -> Knowledge:
    if wish.source is None:
        return _told(*_unpacked(wish.target.name, place, reporter))
    local_file.snapshot(wish.source.file, place, reporter)
    source = wish.source
    names = {source.database_id} if source.database_id else {wish.target.name, source.file.stem}
    files = description_source.from_folder(source.descriptions) if source.descriptions else ()
    return _told(source, frozenset(names), files)


def _unpacked(
    name: str, place: Staging, reporter: Reporter
) -> tuple[Source, frozenset[str], tuple[DescriptionFile, ...]]:
    """Receive a bundle: the source then lies in the staging folder, under its old name."""
    received = bundle.receive(sys.stdin.buffer, place, reporter)
    questions = place.questions if place.questions.exists() else None
    tables = place.tables if place.tables.exists() else None
    source = Source(Path(received.origin), received.database_id, questions=questions, tables=tables)
    names = {received.database_id} if received.database_id else {name, source.file.stem}
    packed = place.descriptions
    files = description_source.from_bundle(packed) if packed.exists() else ()
    return source, frozenset(names), files


def _told(source: Source, names: frozenset[str], files: tuple[DescriptionFile, ...]) -> Knowledge:
    proposals = question_file.read(source.questions, names) if source.questions else ()
    readable = schema_names.read(source.tables, names) if source.tables else {}
    nobody_asks = source.questions and not proposals
    shown = ", ".join(sorted(names))
    return Knowledge(
        origin=source.file.name,
        proposals=proposals,
        evidence=tuple(dict.fromkeys(one.evidence for one in proposals if one.evidence)),
        files=files,
        readable=readable,
        warnings=(f"the question file has no question about {shown}",) if nobody_asks else (),
    )


def _wish(options: dict[str, Any]) -> Wish:
    target = Target(
        name=str(options["name"]),
        create=bool(options["create_workspace"]),
        replace=bool(options["replace"]),
    )
    return Wish(target, _source(options))


def _source(options: dict[str, Any]) -> Source | None:
    """Return what is named inside the container; what is named apart beats what lies beside."""
    if options["bundle"]:
        return None
    file, folder = options["sqlite_file"], options["folder"]
    found = bird_folder.find(folder, options["db"]) if folder else Source(file)
    return replace(
        found,
        descriptions=options["descriptions"] or found.descriptions,
        questions=options["questions_file"] or found.questions,
    )


def _busy_or_broken(error: Exception) -> ServerError:
    if "locked" in str(error):
        return ServerError(
            "Another import holds the server's database.",
            hint="Wait a minute, then import again.",
            code="busy",
            exit_code=ExitCode.BUSY,
        )
    if "full" in str(error):
        return ServerError(
            "The data volume is full.",
            hint="Make room on the disk that holds the engine's volumes, then import again.",
            code="no_space",
            exit_code=ExitCode.NO_SPACE,
        )
    return ServerError(
        f"The server's database failed: {error}.",
        hint="Ask thothctl health what is wrong.",
        code="failure",
        exit_code=ExitCode.FAILURE,
    )


def _fail(reporter: Reporter, error: ServerError) -> None:
    reporter.error(error)
    sys.exit(int(error.exit_code))


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
