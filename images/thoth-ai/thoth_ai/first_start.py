"""Everything between an empty volume and a server that can serve; safe to run again."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from thoth_ai import environment, secret_files
from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.postgres import readiness

logger = logging.getLogger("thoth_ai.setup")

ADMINISTRATOR = "administrator"
SETUP_LOCK = 0x74686F7468  # "thoth": a number no other program is likely to take


def prepare(data: Path) -> list[Path]:
    """Make the folders and the missing secrets; return the new ones. Runs before Django."""
    _require_writable(data)
    with _one_at_a_time(data):
        secret_files.sweep(data)
        made = [
            secret_files.ensure(data, name)
            for variable, name in (
                ("DJANGO_SECRET_KEY", secret_files.SECRET_KEY),
                ("API_TOKEN", secret_files.API_TOKEN),
            )
            if not environment.text(variable)
        ]
    return [path for path in made if path]


def complete(data: Path, *, demo: bool) -> None:
    """Migrate, clear leftovers, make the administrator and load the demo. Needs Django."""
    from django.core.management import call_command  # noqa: PLC0415 - needs Django set up

    from thoth_ai.importing import placing, staging  # noqa: PLC0415 - likewise
    from thoth_ai.importing.demo import load_once  # noqa: PLC0415 - likewise
    from thoth_ai.workspaces import points, reindexing  # noqa: PLC0415 - likewise

    with _one_at_a_time(data), _one_server_at_a_time():
        call_command("migrate", interactive=False, verbosity=0)
        grant()
        if swept := staging.sweep() + placing.sweep(spare_begun=True):
            logger.info("removed %d leftovers of killed imports", swept)
        if not reindexing.is_needed() and (renewed := points.refresh_stale()):
            logger.info("embedded %d documents again", renewed)
        _make_administrator(data)
        if demo and load_once():
            logger.info("the demo workspace is loaded")


def grant() -> None:
    """Give the application its rights on new tables; SQLite knows no rights. Needs Django."""
    from django.conf import settings  # noqa: PLC0415 - needs Django set up

    if settings.POSTGRES:
        from thoth_ai.postgres import roles  # noqa: PLC0415 - likewise

        roles.grant(settings.POSTGRES)


def await_migrated(seconds: float = readiness.PATIENCE) -> None:
    """Return when `setup` has brought the database to this image's state. Needs Django."""
    if not readiness.wait_until(_is_migrated, "`setup` to migrate the database", seconds):
        raise ServerError(
            f"The database was not migrated within {seconds:g} s.",
            hint="Run this image once with the command `setup`, and look into its log.",
            code="not_migrated",
            exit_code=ExitCode.NOT_HEALTHY,
        )


def announce(path: Path) -> None:
    """Say where a new secret lies, never what it is."""
    logger.info("generated a secret", extra={"secret_file": str(path)})


def _make_administrator(data: Path) -> None:
    """Make the first user once; a later change of the variables changes nobody."""
    from django.conf import settings  # noqa: PLC0415 - needs Django set up
    from django.db import transaction  # noqa: PLC0415 - likewise

    from thoth_ai.accounts.models import User  # noqa: PLC0415 - likewise
    from thoth_ai.workspaces.models import Milestone  # noqa: PLC0415 - likewise

    if Milestone.objects.filter(name=ADMINISTRATOR).exists():
        return
    password = environment.text("ADMIN_PASSWORD")
    if not password:
        if made := secret_files.ensure(data, secret_files.ADMIN_PASSWORD):
            announce(made)
        password = secret_files.read(data, secret_files.ADMIN_PASSWORD)
    with transaction.atomic():
        Milestone.objects.create(name=ADMINISTRATOR)
        User.objects.create_superuser(_valid_address(settings.ADMIN_EMAIL), password)
    logger.info("made the administrator")


def _valid_address(address: str) -> str:
    from django.core.exceptions import ValidationError  # noqa: PLC0415 - needs Django
    from django.core.validators import validate_email  # noqa: PLC0415 - likewise

    try:
        validate_email(address)
    except ValidationError as error:
        raise ServerError(
            f"ADMIN_EMAIL is {address!r}, which is no e-mail address.",
            hint="Set ADMIN_EMAIL to an address such as you@example.org.",
        ) from error
    return address


def _require_writable(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        writable = os.access(data, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise ServerError(
            f"The data folder {data} cannot be written by user {os.getuid()}.",
            hint=f"Mount a volume there that belongs to user {os.getuid()}.",
        )


def _is_migrated() -> bool:
    from django.db import ProgrammingError, connection  # noqa: PLC0415 - needs Django set up
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - likewise

    try:
        executor = MigrationExecutor(connection)
    except ProgrammingError:  # the tables are there, the right to read them is not yet
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


@contextmanager
def _one_server_at_a_time() -> Iterator[None]:
    """Let setups that share a PostgreSQL but no data volume wait for each other."""
    from django.db import connection  # noqa: PLC0415 - needs Django set up

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SETUP_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SETUP_LOCK])


@contextmanager
def _one_at_a_time(data: Path) -> Iterator[None]:
    """Let two starts on one volume wait for each other; the kernel frees a dead one's lock."""
    descriptor = os.open(data / ".setup.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
