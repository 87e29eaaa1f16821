"""What goes wrong while a restore loads: a full disk, a kill, others who want to write, too."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e import strangers
from e2e.machine import KEEP, Machine, docker, held, tree
from e2e.small_disk import small_disk
from e2e.test_backup import QUESTION, finished, inside, tasks
from needs import needs_mounts

pytestmark = needs_mounts

MIB = 1024 * 1024
BIG, SMALL_DISK = 200, 6144
"""MiB of data, and of the disk that all data lies on."""


@dataclass(frozen=True)
class Place:
    """A stack whose data lies on a small disk of its own, and a backup of it."""

    machine: Machine
    disk: Path
    backup: str

    def generations(self) -> list[str]:
        return sorted(path.name for path in (self.disk / f"thoth-{self.machine.name}").iterdir())


@pytest.fixture(scope="module")
def at(program: Path, images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("faults")
    made = Machine(program, folder / "home")
    with small_disk(folder, SMALL_DISK) as small:
        disk = small.place
        try:
            made.set_up("--demo", "--timeout", "300", "--set", f"data_dir={disk}")
            inside(made, f"head -c {BIG}M /dev/urandom > /data/big.bin; chmod 0400 /data/big.bin")
            strangers.leave(made)
            (made.folder / "secrets/openai_api_key").write_text(DOLLARS)
            yield Place(made, disk, str(made.ok("backup", "create").data["id"]))
        finally:
            if not KEEP:
                made.clean()


DOLLARS = "sk-$HOME-$$-${PATH}-'quoted\"-$"


def test_f5_a_disk_that_fills_up_while_loading_changes_nothing(at: Place) -> None:
    before, served = tree(at.machine.folder, leave=["metrics"]), at.generations()
    process = at.machine.start("restore", at.backup, "--yes", "--output", "ndjson")
    held(process, "data.tar", "restoring")
    room = shutil.disk_usage(at.disk).free - 20 * MIB
    subprocess.run(["fallocate", "-l", str(room), at.disk / "filler"], check=True)
    process.send_signal(signal.SIGCONT)
    code, document = finished(process)
    refused = at.machine.json("restore", at.backup, "--yes")
    (at.disk / "filler").unlink()

    assert code == 14, document["errors"]
    assert "no space left" in document["errors"][0]["message"]
    assert refused.code == 14, "told beforehand, with figures"
    assert "GiB are free" in refused.envelope["errors"][0]["message"]
    assert at.generations() == served
    assert tree(at.machine.folder, leave=["metrics"]) == before
    assert at.machine.ok("ask", QUESTION).data["rows"] == [[8]]
    assert not tasks(at.machine)


def test_f35_what_was_taken_back_is_never_taken_back_again(at: Place) -> None:
    """A restore that failed is over: neither command finds anything of it."""
    assert at.machine.ok("resume").data == {"resumed": False}
    refused = at.machine.json("rollback", "--yes")
    assert refused.code == 3, "there is no release before the first"
    assert at.machine.ok("status").envelope["ok"]
    assert at.machine.ok("ask", QUESTION).data["rows"] == [[8]]


def test_f1_killed_in_the_middle_of_loading_it_goes_on_and_once_more_is_nothing(
    at: Place,
) -> None:
    machine = at.machine
    process = machine.start("restore", at.backup, "--yes", "--output", "ndjson")
    held(process, "data.tar", "restoring")
    busy = machine.json("backup", "prune", "--keep-last", "1", "--yes")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    blocked = machine.json("restore", at.backup, "--yes")

    machine.ok("resume")

    assert busy.code == 5, "F33: nobody removes backups while one is restored"
    assert blocked.code == 16
    assert machine.ok("ask", QUESTION).data["rows"] == [[8]]
    assert machine.ok("rollback", "--plan").data["from"] > 1


def test_a_second_identical_restore_has_nothing_to_do(at: Place) -> None:
    machine = at.machine
    machine.ok("restore", at.backup, "--yes")
    assert strangers.found(machine) == strangers.PLACES, "owners are numbers, in a folder, too"
    before = tree(machine.folder, leave=["metrics"])
    running, there = docker("ps", "-q", "--no-trunc"), at.generations()

    again = machine.ok("restore", at.backup, "--yes")

    assert again.data["restored"] is False
    assert machine.container() in running
    assert tree(machine.folder, leave=["metrics"]) == before
    assert at.generations() == there

    machine.ok("ask", QUESTION)
    assert machine.ok("restore", at.backup, "--yes").data["stores"], "what came since goes"


def test_f27_dollars_and_quotes_in_secrets_come_back_as_they_were(
    at: Place, tmp_path: Path
) -> None:
    """Onto an empty machine, where all secrets are the backup's."""
    key = tmp_path / "key"
    key.write_text(at.machine.secret("backup_key"))
    file = next((at.machine.home / "backups").rglob(f"{at.backup}*"))
    bare = Machine(at.machine.program, tmp_path / "home")
    words = ("restore", str(file), "--identity-file", str(key), "--yes")
    try:
        bare.ok(*words)

        assert bare.secret("openai_api_key") == DOLLARS
        assert bare.ok("restore", str(file), "--yes").data["restored"] is False
    finally:
        bare.clean()
