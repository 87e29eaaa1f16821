"""Take in the dump of another installation, with its database files, from standard input."""

import hashlib
import json
import sys
import tarfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import PurePosixPath
from shutil import copyfileobj

from django.core.management.base import BaseCommand
from django.db import transaction

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing import publishing, staging
from thoth_ai.importing.staging import Staging
from thoth_ai.importing.standard_input import interruptible
from thoth_ai.workspaces import dumped, points, soundness
from thoth_ai.workspaces.dumped import Dump, Taken

DUMP, FILES = "dump.json", "databases"
LARGEST = 1 << 30
CHUNK = 1 << 20


class Command(BaseCommand):
    """Reads a tar: dump.json first, then databases/NAME; prints what came of it as JSON."""

    help = "Add what another installation's dumpdata holds; all of it or nothing."

    def handle(self, **_: object) -> None:
        """Read, check, write and check again; a torn input changes nothing."""
        with ExitStack() as stack:
            try:
                text, received = _received(stack)
            except (tarfile.TarError, EOFError) as error:
                raise _torn(str(error)) from None
            dump, digest = dumped.read(text), hashlib.sha256(text).hexdigest()
            if dumped.is_taken(dump, digest):
                self.stdout.write(json.dumps({"already": True, "rows": {}}))
                return
            with transaction.atomic():
                taken = _written(dump, digest, received)
        points.refresh_stale()
        rows = {"rows": dict(taken.counts), "left_out": dump.left_out}
        self.stdout.write(json.dumps({"already": False, **rows}))


def _written(dump: Dump, digest: str, received: Mapping[str, Staging]) -> Taken:
    names = {name: one.published_name for name, one in received.items()}
    taken = dumped.take(dump, digest, names)
    for name, database in taken.databases.items():
        publishing.publish(received[name], database)
    problems = [one for one in soundness.examine().problems if "vector" not in one]
    if problems:
        raise _torn("; ".join(problems[:5]))
    points.changed()
    return taken


def _received(stack: ExitStack) -> tuple[bytes, dict[str, Staging]]:
    text, files = b"", dict[str, Staging]()
    with tarfile.open(fileobj=interruptible(sys.stdin.buffer), mode="r|") as tar:
        for member in tar:
            place, content = PurePosixPath(member.name), tar.extractfile(member)
            if content is None:
                continue
            if str(place) == DUMP:
                text = content.read(LARGEST)
            elif place.parts[:-1] == (FILES,):
                files[place.name] = stack.enter_context(staging.opened())
                with files[place.name].database.open("wb") as file:
                    copyfileobj(content, file, CHUNK)
    return text, files


def _torn(why: str) -> ServerError:
    return ServerError(
        f"What came in does not hold together: {why}.",
        hint="Nothing was changed; take the dump and its files again, of one moment.",
        code="not_verified",
        exit_code=ExitCode.NOT_VERIFIED,
    )
