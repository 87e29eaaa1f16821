"""The commands on the image's PATH."""

import argparse
import json
import logging.config
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, ModuleType

from thoth_ai import environment, first_start, json_logging
from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.postgres import checking, connecting, readiness

SERVE = frozenset({"serve", "--standalone"})


def thoth_ai(arguments: Sequence[str]) -> int:
    """Serve, or run any management command."""
    if not arguments or arguments[0] in SERVE:
        return _serve()
    if arguments[0] == "worker":
        return worker(arguments[1:])
    own = {
        "setup": setup,
        "check-database": check_database,
        "migrate": migrate,
        "revision": revision,
        "backup": backup,
    }
    if arguments[0] in own:
        return own[arguments[0]](arguments[1:])
    return manage(arguments)


def setup(_: Sequence[str]) -> int:
    """Bring data volume and database to where this image can serve from them."""
    os.environ[connecting.AS_MIGRATOR] = "true"
    _set_up()
    return ExitCode.OK


def check_database(_: Sequence[str]) -> int:
    """Look at a PostgreSQL before anything is made there."""
    if (postgres := connecting.from_environment()) is None:
        raise ServerError("There is no PostgreSQL to check.", hint="Set POSTGRES_HOST.")
    chosen = environment.text("VECTOR_STORE", "pgvector")
    checking.check(postgres, vectors=chosen == "pgvector")
    return ExitCode.OK


def worker(_: Sequence[str]) -> int:
    """Do the jobs that the server passes on."""
    _await_set_up()
    from thoth_ai.jobs import worker as jobs  # noqa: PLC0415 - needs Django set up

    jobs.serve()
    return ExitCode.OK


def migrate(arguments: Sequence[str]) -> int:
    """Bring the database to this image's state, or to a named one; `--plan` only tells."""
    parser = argparse.ArgumentParser(prog="migrate")
    parser.add_argument("--to", metavar="REVISION", default="", help="as `revision` prints it")
    parser.add_argument("--plan", action="store_true", help="print what would be done, as JSON")
    chosen = parser.parse_args(arguments)
    migrating = _migrating()
    if chosen.plan:
        sys.stdout.write(json.dumps(migrating.route(chosen.to).document) + "\n")
        return ExitCode.OK
    migrating.migrate(chosen.to)
    first_start.grant()
    return ExitCode.OK


def revision(_: Sequence[str]) -> int:
    """Print the state the database is in."""
    sys.stdout.write(_migrating().revision() + "\n")
    return ExitCode.OK


def backup(arguments: Sequence[str]) -> int:
    """Back up a container that has all its data in one folder."""
    parser = argparse.ArgumentParser(prog="backup")
    parser.add_argument("--full", action="store_true", help="everything; this is the default")
    parser.add_argument("--to", metavar="FOLDER", default="", help="else `backups` on the volume")
    parser.add_argument("--recipient", metavar="AGE1", default="", help="whose key opens it")
    chosen = parser.parse_args(arguments)
    if connecting.from_environment():
        raise ServerError(
            "The data of this container is in PostgreSQL.",
            hint="Run `thothctl backup create` on the machine itself.",
        )
    sys.stdout.write(json.dumps(_backed_up(chosen.to, chosen.recipient)) + "\n")
    return ExitCode.OK


def _backed_up(to: str, recipient: str) -> dict[str, object]:
    data = Path(environment.text("THOTH_DATA_DIR", "/data"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thoth_ai.settings")

    import django  # noqa: PLC0415 - needs the environment

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - likewise

    from thoth_ai import migrating  # noqa: PLC0415 - likewise
    from thoth_ai.keeping import backup as keeping  # noqa: PLC0415 - likewise
    from thoth_ai.workspaces.models import IndexRevision  # noqa: PLC0415 - likewise

    known = IndexRevision.objects.first()
    order = keeping.Order(
        data,
        Path(to) if to else data / "backups",
        recipient or keeping.own_recipient(data),
        known.installation if known else "unknown",
        migrating.revision(),
        settings.ADMIN_EMAIL,
    )
    return keeping.make(order)


def import_bird(arguments: Sequence[str]) -> int:
    """Import a SQLite database."""
    return manage(("import_bird", *arguments))


def manage(arguments: Sequence[str]) -> int:
    """Run a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thoth_ai.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - start-up time

    execute_from_command_line([Path(sys.argv[0]).name, *arguments])
    return ExitCode.OK


def main(command: Callable[[Sequence[str]], int]) -> None:
    """Run a command; the one place where an error becomes text and an exit code."""
    try:
        sys.exit(command(sys.argv[1:]))
    except ServerError as error:
        sys.stderr.write(f"{error}\nhint: {error.hint}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)


def _serve() -> int:
    """Set up, then become gunicorn."""
    signal.signal(signal.SIGTERM, _leave)
    if connecting.from_environment():
        _await_set_up()
    else:
        _set_up()
    configuration = "python:thoth_ai.gunicorn_configuration"
    command = ("gunicorn", "--config", configuration, "thoth_ai.wsgi:application")
    program = Path(sys.executable).with_name("gunicorn")
    os.execv(program, command)  # noqa: S606 - our own program, no shell


def _set_up() -> None:
    data, made = _prepare()

    import django  # noqa: PLC0415 - the settings need the secrets made above
    from django.conf import settings  # noqa: PLC0415 - likewise

    django.setup()
    for path in made:
        first_start.announce(path)
    first_start.complete(data, demo=settings.LOAD_DEMO)


def _await_set_up() -> None:
    """Serve from PostgreSQL as the application, which may not migrate: `setup` does."""
    _, made = _prepare()

    import django  # noqa: PLC0415 - the settings need the secrets made above

    django.setup()
    for path in made:
        first_start.announce(path)
    first_start.await_migrated()


def _prepare() -> tuple[Path, list[Path]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thoth_ai.settings")
    os.umask(0o077)
    logging.config.dictConfig(json_logging.configuration("INFO"))
    data = Path(environment.text("THOTH_DATA_DIR", "/data"))
    made = first_start.prepare(data)
    _await_database()
    return data, made


def _await_database() -> None:
    if postgres := connecting.from_environment():
        role = connecting.role_of_process(postgres)
        readiness.await_ready(postgres, role, postgres.database)


def _migrating() -> ModuleType:
    """Sign in as the role that may migrate."""
    os.environ[connecting.AS_MIGRATOR] = "true"
    _prepare()

    import django  # noqa: PLC0415 - the settings need the secrets made above

    django.setup()
    from thoth_ai import migrating  # noqa: PLC0415 - beside what needs it

    return migrating


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Stop a start that is told to; whatever was under way is rolled back."""
    sys.exit(ExitCode.OK)
