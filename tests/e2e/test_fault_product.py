"""The kill matrix of plans that only the product has: a sign-in, plain files, folders for data."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.fault_cells import Cell
from e2e.fault_plans import EXPORT, FOLDERS, IMPORT, PURGE_FOLDERS, SIGN_IN, cells_of
from e2e.fault_trying import Record, finished, killed_at
from e2e.machine import Machine, docker
from e2e.test_backup import QUESTION
from e2e.test_restore import volume, volumes, workspaces
from e2e.test_secrets import Browser
from needs import needs_srv

pytestmark = pytest.mark.faults
PASSWORD = "admin_password"  # noqa: S105 - its name


def well(machine: Machine, before: dict[str, object]) -> None:
    """Healthy, and it answers from the data of then."""
    assert machine.ok("health", "--wait").data["healthy"]
    assert workspaces(machine) == before
    assert machine.ok("ask", QUESTION).data["rows"] == [[8]]


@pytest.mark.parametrize("cell", cells_of(SIGN_IN), ids=str)
def test_a_rotated_sign_in_that_is_killed_at_a_step(
    stack: Machine, cell: Cell, record_property: Record
) -> None:
    """The password that is stored opens the door, and no other."""
    record_property("cell", cell.key)
    before, data = stack.secret(PASSWORD), workspaces(stack)

    killed_at(stack, cell)
    went = finished(stack, cell)

    assert (stack.secret(PASSWORD) != before) is went
    assert Browser(stack).sign_in(stack.secret(PASSWORD))
    assert Browser(stack).sign_in(before) is not went
    well(stack, data)


@pytest.mark.parametrize("cell", cells_of(EXPORT), ids=str)
def test_an_export_that_is_killed_at_a_step(
    stack: Machine, cell: Cell, record_property: Record, tmp_path: Path
) -> None:
    """All files are there under their sums, or none."""
    record_property("cell", cell.key)
    before, to = workspaces(stack), tmp_path / "plain"

    killed_at(stack, cell, "--to", str(to))
    finished(stack, cell)

    whole = (to / "export.json").exists()
    assert whole or cell.ending == "rollback"
    assert whole or not list(tmp_path.iterdir()), "what is half there has been left"
    well(stack, before)


@pytest.mark.parametrize("cell", cells_of(IMPORT), ids=str)
def test_taking_in_a_packed_volume_that_is_killed_at_a_step(
    stack: Machine, cell: Cell, record_property: Record, tmp_path: Path
) -> None:
    record_property("cell", cell.key)
    before, served, known = workspaces(stack), volume(stack), volumes(stack)

    killed_at(stack, cell, str(packed(stack, tmp_path)))
    went = finished(stack, cell)

    assert (volume(stack) != served) is went
    assert went or volumes(stack) == known
    well(stack, before)


def packed(machine: Machine, folder: Path) -> Path:
    """Its own volume, as anybody would pack one."""
    image = docker("inspect", "-f", "{{.Config.Image}}", machine.container()).strip()
    mount = f"type=volume,src={volume(machine)},dst=/v,readonly"
    words = ("run", "--rm", "--user", "0", "--entrypoint", "tar", "--mount", mount)
    argv = ["docker", *words, image, "cz", "-C", "/v", "."]
    file = folder / "own.tar.gz"
    file.write_bytes(subprocess.run(argv, capture_output=True, check=True).stdout)
    return file


@pytest.fixture
def place() -> Iterator[Path]:
    """Where services' own users may write."""
    with tempfile.TemporaryDirectory(prefix="thothctl-", dir="/srv") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@needs_srv
@pytest.mark.parametrize("cell", cells_of(FOLDERS, PURGE_FOLDERS), ids=str)
def test_an_install_with_its_data_in_a_folder_that_is_killed_at_a_step(
    machine: Machine, cell: Cell, place: Path
) -> None:
    """Made and removed: it is there with its folder, or neither is."""
    words = ("--port", str(machine.port), "--set", f"data_dir={place}")
    if cell.route is FOLDERS:
        killed_at(machine, cell, *words)
    else:
        machine.ok(*FOLDERS.words, *words)
        killed_at(machine, cell, "--confirm", machine.name)
        assert machine.json("rollback", "--yes").code == 16
    there = finished(machine, cell) and cell.route is FOLDERS

    assert [one.name for one in place.iterdir()] == [f"thoth-{machine.name}"] * there
    assert machine.folder.exists() is there
    if there:
        assert machine.ok("health", "--wait").data["healthy"]
        machine.ok("uninstall", "--purge", "--confirm", machine.name, "--yes")
