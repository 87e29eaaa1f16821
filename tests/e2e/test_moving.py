"""Data comes out as plain files, and in from deployments that others made."""

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from e2e.conftest import KEEP
from e2e.machine import Machine
from e2e.test_backup import tasks


@pytest.fixture(scope="module")
def stack(
    program: Path, images: None, chinook: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    made = Machine(program, tmp_path_factory.mktemp("moving"))
    made.set_up("--demo", "--timeout", "300")
    made.ok("import-bird", str(chinook), "--name", "chinook")
    yield made
    if not KEEP:
        made.clean()


def test_everything_comes_out_as_plain_files_that_need_nothing_of_ours(
    stack: Machine, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    assert stack.ok("export-data", "--to", str(folder), "--plan").data["plan"]
    assert not folder.exists()

    stack.ok("export-data", "--to", str(folder))

    sums = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    subprocess.run(sums, cwd=folder, check=True)
    told = json.loads((folder / "export.json").read_text())
    for name, rows in told["files"]["data.tar"].items():
        if "#" in name:
            file, table = name.split("#")
            assert counted(folder / "data" / file, table) == rows
    knowledge = json.loads((folder / "workspaces/chinook.json").read_text())
    assert knowledge["format"] == "thoth-workspace/1"
    everything = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    for secret in (stack.folder / "secrets").iterdir():
        assert secret.read_bytes().strip() not in everything, secret.name
    assert stack.json("export-data", "--to", str(folder)).code == 2
    assert not tasks(stack)


def counted(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as database:
        found = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    return int(found[0])
