"""Backups to repositories and far places that are cut off in the middle, on the real engine."""

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from e2e.far_places import sftp, way_to
from e2e.machine import Machine, docker
from e2e.own_images import until
from e2e.test_backup import tasks
from e2e.test_backup_repository import KEPT, inside
from needs import needs_mounts

BIG = 400
"""MiB that cannot be compressed: long enough to be in the middle of it."""


@pytest.fixture(scope="module")
def stack(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("cut")) as made:
        made.set_up("--no-demo", "--timeout", "300")
        inside(made, f"head -c {BIG}M /dev/urandom > /data/big.bin; chmod 0400 /data/big.bin")
        yield made


def kill_while_locked(machine: Machine, words: tuple[str, ...], target: Path) -> str:
    """Kill a backup and its container while the repository is locked; the lock that stays."""
    process = machine.start(*words)
    locks = target / f"{machine.label}.repository" / "locks"
    until(lambda: any(locks.glob("*")), 120, every=0.02)
    process.send_signal(signal.SIGSTOP)  # it must not see how its container ends
    docker("kill", *tasks(machine))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    until(lambda: not tasks(machine), 120)
    return next(path.name for path in locks.iterdir())


@pytest.mark.parametrize("way", ["resume", "rollback", "backup create"])
def test_f33_a_backup_killed_in_its_repository_goes_on_or_back_and_locks_out_nobody(
    stack: Machine, tmp_path: Path, way: str
) -> None:
    words = ("backup", "create", "--engine", "repository", "--to", str(tmp_path))
    lock = kill_while_locked(stack, words, tmp_path)
    assert stack.ok("backup", "list", "--from", str(tmp_path)).data["backups"] == []

    stack.ok(*(words if way == "backup create" else way.split()))

    there = stack.ok("backup", "list", "--from", str(tmp_path)).data["backups"]
    assert len(there) == (way != "rollback")
    for one in there:
        stack.ok("backup", "verify", one["id"], "--deep", "--from", str(tmp_path))
    stack.ok(*words)
    stack.ok("backup", "prune", "--from", str(tmp_path), "--yes", *KEPT)
    assert not (tmp_path / f"{stack.label}.repository/locks" / lock).exists()
    assert not list((tmp_path / ".staging").iterdir())
    assert not tasks(stack)


@needs_mounts
def test_f5_a_repository_whose_disk_is_full_gets_nothing_and_the_next_is_whole(
    stack: Machine, tmp_path: Path
) -> None:
    """Nobody knows beforehand how much is new to it."""
    words = ("backup", "create", "--engine", "repository", "--to", str(tmp_path))
    mount = ["mount", "-t", "tmpfs", "-o"]
    subprocess.run([*mount, f"size={BIG * 3 // 4}m", "none", tmp_path], check=True)
    try:
        died = stack.json(*words)
        assert died.code == 11, died.out
        assert "no space" in died.envelope["errors"][0]["message"]
        assert stack.ok("backup", "list", "--from", str(tmp_path)).data["backups"] == []
        assert not tasks(stack)

        subprocess.run([*mount, f"remount,size={BIG * 4}m", "none", tmp_path], check=True)
        made = stack.ok(*words).data["id"]
        stack.ok("backup", "verify", made, "--deep", "--from", str(tmp_path))
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.parametrize("end", [1, 2], ids=["published", "all but ended"])
def test_a_backup_cut_off_after_it_was_published_keeps_what_the_repository_has_of_it(
    stack: Machine, tmp_path: Path, end: int
) -> None:
    words = ("backup", "create", "--engine", "repository", "--to", str(tmp_path))
    made = stack.ok(*words).data["id"]
    journal = max((stack.home / "journal" / stack.name).glob("*.jsonl"))
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:-end]))  # as a power cut leaves it

    stack.ok("rollback", "--yes")
    stack.ok("backup", "prune", "--from", str(tmp_path), "--yes", *KEPT)

    stack.ok("backup", "verify", made, "--deep", "--from", str(tmp_path))


def test_a_place_that_dies_in_the_middle_of_a_copy_gets_nothing_and_is_swept_by_the_next(
    stack: Machine, tmp_path: Path
) -> None:
    near, home = str(tmp_path / "near"), tmp_path / "far"
    first, second = (stack.ok("backup", "create", "--to", near).data["id"] for _ in range(2))
    with sftp(home) as place, way_to(port_of(place.address)) as way:
        hosts, port = home / ".ssh/known_hosts", port_of(place.address)
        hosts.write_text(hosts.read_text() * 2)
        hosts.write_text(hosts.read_text().replace(f":{port} ", f":{way.port} ", 1))
        target = place.address.replace(f":{port}/", f":{way.port}/")
        there = replace(stack, extra=place.environment)
        words = ("--from", near, "--to", target)
        way.limit = BIG // 2 * 2**20

        died = there.json("backup", "copy", first, *words)
        way.limit = None

        assert died.code == 11, died.out
        assert there.ok("backup", "list", "--from", target).data["backups"] == []
        assert any(first in name for name in lying(port))
        there.ok("backup", "copy", second, *words)
        assert lying(port) == [f"{second}.thoth-backup", f"{second}.thoth-index"]
        there.ok("backup", "verify", second, "--from", target)
        assert not list((tmp_path / "near/.staging").glob("*"))


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2].partition("/")[0])


def lying(port: int) -> list[str]:
    """The files in the far place, by the container that has it."""
    box = docker("ps", "-q", "--filter", f"publish={port}").strip()
    listed = docker("exec", box, "find", "/home/keeper/backups", "-type", "f")
    return sorted(Path(line).name for line in listed.split())
