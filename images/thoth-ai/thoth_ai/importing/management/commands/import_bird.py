"""Import a SQLite database as a workspace."""

import argparse
import signal
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from django.core.management.base import BaseCommand
from django.db import OperationalError

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing import bundle, importer, local_file, question_file, space, staging
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
    sqlite_file: Path | None
    questions_file: Path | None


class Command(BaseCommand):
    """Takes a database in from a file or, as a bundle, from standard input."""

    help = "Import a SQLite database as a workspace."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--sqlite-file", type=Path, help="a database file in the container")
        source.add_argument("--bundle", choices=[STANDARD_INPUT], help="a tar stream on stdin")
        parser.add_argument("--name", required=True, help="the workspace's name")
        parser.add_argument("--create-workspace", action="store_true")
        parser.add_argument("--questions-file", type=Path, help="a BIRD question file")
        parser.add_argument("--replace", action="store_true", help="put it in place of the old one")
        parser.add_argument("--output", choices=["text", "ndjson"], default="text")

    def handle(self, **options: object) -> None:
        """Import, and end with the result or with one error and its exit code."""
        reporter = Reporter(sys.stdout, ndjson=options["output"] == "ndjson")
        signal.signal(signal.SIGTERM, _stop)
        wish = _wish(options)
        try:
            summary = _import(wish, reporter)
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
    importer.require_free(wish.target)
    with staging.opened() as place, space.told():
        knowledge = _receive(wish, place, reporter)
        return importer.take_in(wish.target, place, knowledge, reporter)


def _receive(wish: Wish, place: Staging, reporter: Reporter) -> Knowledge:
    if wish.sqlite_file is None:
        origin = bundle.receive(sys.stdin.buffer, place, reporter).origin
        questions = place.questions if place.questions.exists() else None
    else:
        local_file.snapshot(wish.sqlite_file, place, reporter)
        origin, questions = wish.sqlite_file.name, wish.questions_file
    names = frozenset({wish.target.name, Path(origin).stem})
    proposals = question_file.read(questions, names) if questions else ()
    return Knowledge(
        title=wish.target.name,
        origin=origin,
        proposals=proposals,
        evidence=tuple(dict.fromkeys(one.evidence for one in proposals if one.evidence)),
    )


def _wish(options: dict[str, object]) -> Wish:
    sqlite_file, questions = options["sqlite_file"], options["questions_file"]
    return Wish(
        target=Target(
            name=str(options["name"]),
            create=bool(options["create_workspace"]),
            replace=bool(options["replace"]),
        ),
        sqlite_file=sqlite_file if isinstance(sqlite_file, Path) else None,
        questions_file=questions if isinstance(questions, Path) else None,
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
