"""What arrives in PostgreSQL otherwise than it was read is no import."""

import struct
from pathlib import Path

import pytest
from django.conf import settings

from tests.server import databases, imports
from tests.services import application_database
from thoth_ai.importing.postgres import encoding
from thoth_ai.importing.postgres.python_encoder import PythonEncoder
from thoth_ai.workspaces.models import Workspace

pytestmark = application_database.needs_postgres

ROW = struct.pack(">hiqi6s", 2, 8, 1, 6, b"name 1")
"""A row of two columns as binary COPY has it: 1 and 'name 1'."""
ON_THE_WAY = {
    "a byte is another": (ROW.replace(b"name", b"nome"), "pets.name: hash differ"),
    "a number is another": (ROW.replace(b"\1", b"\3"), "pets.id: hash differ"),
    "a value is gone": (ROW[:14] + struct.pack(">i", -1), "pets.name: values differ"),
    "a row is gone": (b"", "pets: rows differ"),
    "a row is there twice": (ROW + ROW, "pets: rows differ"),
}


@pytest.mark.parametrize("what", ON_THE_WAY)
def test_what_arrives_as_another_value_is_no_import(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    arriving, said = ON_THE_WAY[what]
    script = """
        CREATE TABLE pets (id INTEGER, name TEXT);
        INSERT INTO pets VALUES (0, 'name 0'), (1, 'name 1'), (2, 'name 2');
    """
    path = databases.make(tmp_path / "pets.sqlite", script)

    class Altering(PythonEncoder):
        def chunk(self, wanted: int, /) -> bytes:
            return super().chunk(wanted).replace(ROW, arriving)

    monkeypatch.setattr(encoding, "NativeEncoder", Altering)

    outcome = imports.from_file(path)

    assert (outcome.status, outcome.last["code"]) == (12, "not_verified"), outcome.last
    assert said in outcome.last["message"]
    assert (imports.left(settings.DATA_DIR), Workspace.objects.count()) == ([], 0)
    monkeypatch.undo()
    assert imports.from_file(path).status == 0
