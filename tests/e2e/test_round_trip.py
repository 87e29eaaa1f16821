"""A gibibyte there and back again in both modes: `make large` runs it, CI is spared it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e.machine import Done, Machine, docker
from e2e.test_backup_production import container, sql
from e2e.test_restore import workspaces

pytestmark = pytest.mark.large

MIB = int(os.environ.get("THOTHCTL_LARGE_MIB", "1024"))
"""Of random files; of rows in PostgreSQL as many again, where there is one."""
FILES, ROWS_OF_A_MIB = 32, 760
WAIT = ("--yes", "--timeout", "900")
FILLER = (
    "CREATE TABLE filler AS SELECT n, md5(n::text) AS a, repeat(md5((n * 7)::text), 40) AS b "
    "FROM generate_series(1, {rows}) n"
)
State = tuple[list[str], str, str]


@pytest.mark.parametrize("mode", ["standalone", "production"])
@pytest.mark.timeout(3600)
def test_much_data_comes_back_here_and_elsewhere_and_undo_goes_back(
    program: Path, images: None, tmp_path: Path, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Machine(program, tmp_path / "home") as here, Machine(program, tmp_path / "bare") as bare:
        here.set_up("--mode", mode, "--demo", "--timeout", "300")
        fill(here, mode)
        before, took = state(here, mode), dict[str, float]()
        made = timed(took, "backup create", lambda: here.ok("backup", "create")).data
        change(here, mode)
        changed = state(here, mode)

        timed(took, "restore", lambda: here.ok("restore", made["id"], *WAIT))
        assert state(here, mode) == before
        again = timed(took, "restore once more", lambda: here.ok("restore", made["id"], *WAIT))
        assert again.data["restored"] is False
        timed(took, "restore --undo", lambda: here.ok("restore", "--undo", *WAIT))
        assert state(here, mode) == changed != before
        key = ("--identity-file", str(here.folder / "secrets/backup_key"))
        words = ("restore", made["file"], *key, *WAIT)
        timed(took, "restore where nothing is", lambda: bare.ok(*words))
        assert state(bare, mode) == before

    told = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in took.items())
    with capsys.disabled():
        size = int(made["bytes"]) / 2**20
        print(f"\n{mode}, {size:,.0f} MiB: {told}; writers paused {made['write_pause_ms']} ms")  # noqa: T201 - figures


def timed(took: dict[str, float], what: str, act: Callable[[], Done]) -> Done:
    began = time.perf_counter()
    done = act()
    took[what] = time.perf_counter() - began
    return done


def inside(machine: Machine, script: str) -> str:
    return docker("exec", container(machine, "app"), "sh", "-c", f"cd /data/databases; {script}")


def fill(machine: Machine, mode: str) -> None:
    one = f"head -c {MIB // FILES}M /dev/urandom > b$n; chmod 0400 b$n"
    inside(machine, f"for n in $(seq {FILES}); do {one}; done")
    if mode == "production":
        sql(machine, "thoth_data", FILLER.format(rows=MIB * ROWS_OF_A_MIB))


def change(machine: Machine, mode: str) -> None:
    """Some of it is gone, some is another."""
    machine.ok("workspace", "delete", "california_schools", "--yes")
    inside(machine, "rm -f b1 b2; chmod 0600 b3; echo other > b3")
    if mode == "production":
        sql(machine, "thoth_data", "DELETE FROM filler WHERE n % 3 = 0")


def state(machine: Machine, mode: str) -> State:
    """Workspaces, every byte of the files, and every row."""
    rows = "SELECT count(*), md5(string_agg(md5(a || b), '' ORDER BY n)) FROM filler"
    told = sql(machine, "thoth_data", rows) if mode == "production" else ""
    return sorted(workspaces(machine)), inside(machine, "sha256sum b* | sha256sum"), told
