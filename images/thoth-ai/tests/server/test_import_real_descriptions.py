import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.server import bird, databases, imports
from thoth_ai.workspaces.models import Column, Database


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The real folders with databases of the listed tables, else a root of the same kind."""
    data = os.environ.get("THOTH_TEST_DATA")
    if not data:
        return bird.root(tmp_path / "dev")
    folder = tmp_path / "dev"
    shutil.copytree(Path(data) / "bird/dev_databases", folder / "dev_databases")
    shutil.copyfile(Path(data) / "bird/dev_tables.json", folder / "dev_tables.json")
    shutil.copyfile(Path(data) / "bird/mini_dev_sqlite.json", folder / "dev.json")
    for schema in json.loads((folder / "dev_tables.json").read_text()):
        place = folder / "dev_databases" / schema["db_id"]
        place.chmod(0o755)
        databases.make(place / f"{schema['db_id']}.sqlite", script(schema))
    return folder


def script(schema: dict[str, Any]) -> str:
    columns: dict[int, list[str]] = {}
    pairs = zip(schema["column_names_original"], schema["column_types"], strict=True)
    for (table, name), kind in pairs:
        columns.setdefault(table, []).append(f'"{name}" {kind}')
    return ";".join(
        f'CREATE TABLE "{name}" ({", ".join(columns[number])})'
        for number, name in enumerate(schema["table_names_original"])
    )


def test_every_database_of_a_root_is_described(data: Path, root: Path) -> None:
    ids = [folder.parent.name for folder in root.glob("dev_databases/*/*.sqlite")]
    for name in ids:
        outcome = imports.run("--folder", str(root), "--db", name, name=name)
        assert outcome.status == 0, outcome.last

    assert Database.objects.count() == len(ids) > 1
    for column in Column.objects.all():
        words = f"{column.description} {column.values}"
        assert not set("\x00\ufeff\x95") & set(words)
    described = Column.objects.exclude(description="").count()
    assert described / Column.objects.count() > 0.4


def test_every_file_is_used_or_named(data: Path, root: Path) -> None:
    for file in sorted(root.glob("dev_databases/*/*.sqlite")):
        folder = file.parent
        last = imports.run("--folder", str(folder), "--replace", name="one").last

        used = {one["file"] for one in last["descriptions"]["files"]}
        told = " ".join(last["warnings"])
        for path in (folder / "database_description").iterdir():
            assert path.name in used or path.name in told
