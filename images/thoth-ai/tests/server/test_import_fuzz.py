"""Damaged files: refused or imported, within bounded time, and never half."""

import os
import random
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.importing import generated
from tests.server import databases, imports
from tests.services import application_database
from thoth_ai.errors import ServerError
from thoth_ai.importing import checks, inspection
from thoth_ai.importing.postgres import columns, copying, encoding, names
from thoth_ai.importing.postgres.python_encoder import PythonEncoder
from thoth_ai.workspaces.models import Workspace

MUTATIONS = int(os.environ.get("THOTH_FUZZ_MUTATIONS", "2000"))
WHOLE_IMPORTS = 25
LONGEST = 20.0


class Silent:
    """Hears nothing."""

    def progress(self, *_: object) -> None: ...


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Flip, blank, cut or move some of the bytes, most of them behind the header."""
    found = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        at = chance.randrange(16 if chance.random() < 0.2 else 100, len(found))
        match chance.randrange(5):
            case 0:
                found[at] ^= 1 << chance.randrange(8)
            case 1:
                found[at] = chance.choice((0, 255, 127, 128))
            case 2:
                found[at : at + 64] = bytes(len(found[at : at + 64]))
            case 3:
                other = chance.randrange(100, len(found))
                piece = found[other : other + 32]
                found[at : at + len(piece)] = piece
                del found[len(raw) :]
            case _:
                found[at : at + 4] = chance.randbytes(4)
    return bytes(found[: chance.randrange(100, len(found))] if chance.random() < 0.05 else found)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("fuzz")
    return generated.hazard(folder / "hazard.sqlite").path.read_bytes()


def read_through(path: Path) -> None:
    """Do with a file what an import does, as far as its values become bytes."""
    checks.check(path)
    tables = inspection.inspect(path, Silent())
    for old, new in zip(tables, names.renamed(tables).after, strict=True):
        copy = copying.Copying(path, path.parent, old, new, True, lambda *_: None)  # noqa: FBT003
        with closing(checks.opened(path)) as source:
            kinds = columns.declared(source, old)
        for kind in (encoding.NativeEncoder, PythonEncoder):
            if kind is None:
                continue
            asked = copy.asked(kinds)
            encoder = kind(asked.place, asked.query, asked.kinds, asked.key, asked.kept)
            with closing(encoder):
                while encoder.chunk(encoding.CHUNK):
                    encoder.misfits()


def test_thousands_of_damaged_files_end_in_an_error_or_in_bytes(
    original: bytes, tmp_path: Path
) -> None:
    """A crash of the process would end this test, and with it the session."""
    chance = random.Random(7)  # noqa: S311 - repeatable
    path, slowest, refused = tmp_path / "m.sqlite", 0.0, 0
    for _ in range(MUTATIONS):
        path.unlink(missing_ok=True)
        path.write_bytes(mutated(original, chance))
        began = time.monotonic()
        try:
            read_through(path)
        except (ServerError, *checks.UNREADABLE):
            refused += 1
        slowest = max(slowest, time.monotonic() - began)

    assert slowest < LONGEST
    assert 0 < refused < MUTATIONS


def test_a_damaged_file_never_becomes_half_a_workspace(
    original: bytes, data: Path, tmp_path: Path
) -> None:
    chance = random.Random(11)  # noqa: S311 - repeatable
    path = tmp_path / "m.sqlite"
    for _ in range(WHOLE_IMPORTS):
        path.unlink(missing_ok=True)
        path.write_bytes(mutated(original, chance))

        outcome = imports.from_bundle(databases.bundle(path.read_bytes()), "--replace")

        assert outcome.status in {0, 7}, outcome.last
        whole = Workspace.objects.count()
        assert whole <= 1
        assert len(application_database.schemas()) <= whole
        assert len(imports.left(data)) == whole
