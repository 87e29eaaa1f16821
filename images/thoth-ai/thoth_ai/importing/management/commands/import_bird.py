"""Import a SQLite database as a workspace."""

import argparse
import signal
import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import OperationalError

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing import bird_folder, importer, receiving
from thoth_ai.importing.bird_folder import Source
from thoth_ai.importing.options import NAMES, OBSERVED, TYPES, VERBATIM, Options
from thoth_ai.importing.registering import Target
from thoth_ai.importing.reporting import Reporter, interrupted
from thoth_ai.importing.standard_input import interruptible
from thoth_ai.jobs import following, queue, uploads, work

STANDARD_INPUT = "-"
_APPENDING = "replace the rows, and keep earlier questions and evidence beside the new ones"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    target: Target
    source: Source | None
    queued: bool


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
        parser.add_argument("--queue", action="store_true", help="let the worker do it")
        add_options(parser)
        parser.add_argument("--output", choices=["text", "ndjson"], default="text")

    def handle(self, **options: object) -> None:
        """Import, and end with the result or with one error and its exit code."""
        reporter = Reporter(sys.stdout, ndjson=options["output"] == "ndjson")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, reporter.stop)
        try:
            summary = _import(_wish(options), reporter)
        except ServerError as error:
            _fail(reporter, error)
        except KeyboardInterrupt:
            _fail(reporter, interrupted())
        except (OperationalError, sqlite3.OperationalError) as error:
            _fail(reporter, _busy_or_broken(error))
        else:
            reporter.result(summary)


def _import(wish: Wish, reporter: Reporter) -> Mapping[str, object]:
    if wish.queued:
        return _queued(wish, reporter)
    if wish.source is None:
        stream = interruptible(sys.stdin.buffer)
        return receiving.from_bundle(wish.target, stream, reporter).as_event()
    return receiving.from_source(wish.target, wish.source, reporter).as_event()


def _queued(wish: Wish, reporter: Reporter) -> Mapping[str, object]:
    """Keep what arrives, pass it to a worker and watch; ending this command ends nothing."""
    if wish.source is not None:
        raise ServerError(
            "Only a bundle can wait in the queue.",
            hint="Send it with --bundle=-, or leave --queue.",
        )
    target = wish.target
    importer.require_free(target)
    upload = uploads.keep(interruptible(sys.stdin.buffer).read, None)
    payload = {"name": target.name, "create": target.create, "replace": target.replace}
    payload["options"] = target.options.as_document()
    job = queue.submit(work.IMPORT, {**payload, "upload": upload})
    reporter.queued(str(job.pk))
    return following.follow(job, reporter)


def _wish(options: dict[str, Any]) -> Wish:
    target = Target(
        name=str(options["name"]),
        create=bool(options["create_workspace"]),
        replace=bool(options["replace"] or options["append_metadata"]),
        options=_options(options),
    )
    return Wish(target, _source(options), bool(options["queue"] and settings.REDIS))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what may be chosen about the tables."""
    parser.add_argument("--names", choices=NAMES, default=VERBATIM, help="how they are spelled")
    parser.add_argument("--types", choices=TYPES, default=OBSERVED, help="whether values count")
    parser.add_argument("--only", action="append", default=[], metavar="TABLE")
    parser.add_argument("--exclude", action="append", default=[], metavar="TABLE")
    parser.add_argument("--max-rejects", type=int, metavar="N", help="fail when more do not fit")
    parser.add_argument("--no-index", action="store_true", help="build no index of values")
    parser.add_argument("--append-metadata", action="store_true", help=_APPENDING)
    parser.add_argument("--schema", default="", metavar="NAME", help="PostgreSQL's name of it")
    parser.add_argument("--dry-run", action="store_true", help="report only; keep nothing")
    parser.add_argument(
        "--no-describe", action="store_true", help="ask no language model for descriptions"
    )


def _options(options: dict[str, Any]) -> Options:
    return Options(
        names=options["names"],
        types=options["types"],
        only=tuple(options["only"]),
        exclude=tuple(options["exclude"]),
        max_rejects=options["max_rejects"],
        dry_run=bool(options["dry_run"]),
        describe=not options["no_describe"],
        index=not options["no_index"],
        append_metadata=bool(options["append_metadata"]),
        schema=options["schema"],
    )


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
