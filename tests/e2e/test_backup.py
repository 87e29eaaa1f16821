"""Backups of a standalone stack on the real engine, and what goes wrong with them, for real."""

import json
import os
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.machine import LABEL, Machine, docker, events
from e2e.own_images import until
from needs import needs_mounts

BIG = 400
"""MiB of data that cannot be compressed: time enough to do harm."""
QUESTION = "How many charter schools are there in Alameda County?"


def backups(machine: Machine) -> list[dict[str, Any]]:
    found = machine.ok("backup", "list").data["backups"]
    assert isinstance(found, list)
    return found


def paused(machine: Machine) -> list[str]:
    label = f"label={LABEL}={machine.label}"
    return docker("ps", "-q", "--filter", label, "--filter", "status=paused").split()


def tasks(machine: Machine) -> list[str]:
    label = f"label={LABEL}={machine.label}"
    return docker("ps", "-aq", "--filter", label, "--filter", "label=io.thoth.task").split()


def inside(machine: Machine, script: str) -> str:
    return docker("exec", machine.container(), "sh", "-c", script)


def assert_untouched(machine: Machine, before: list[dict[str, Any]]) -> None:
    """Writers run, nothing was published or left behind, and the last good one is good."""
    assert not paused(machine)
    assert machine.ok("ask", QUESTION).data["rows"] == [[8]]
    assert [one["id"] for one in backups(machine)] == [one["id"] for one in before]
    assert not list((machine.home / "backups" / machine.name / ".staging").iterdir())
    assert inside(machine, "ls -A /data").count(".thoth-backup") == 0
    assert not tasks(machine)
    if before:
        machine.ok("backup", "verify", str(before[-1]["id"]))


@pytest.fixture(scope="module")
def stack(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A healthy stack with the demo, given the time that a busy machine takes."""
    with Machine(program, tmp_path_factory.mktemp("backup")) as made:
        made.set_up("--demo", "--timeout", "300")
        yield made


@pytest.fixture
def big(stack: Machine) -> Iterator[Machine]:
    """The stack with a file that takes its time to copy, and with one good backup."""
    if not backups(stack):
        stack.ok("backup", "create")
    inside(stack, f"head -c {BIG}M /dev/urandom > /data/big.bin; chmod 0400 /data/big.bin")
    yield stack
    inside(stack, "rm -f /data/big.bin")


@pytest.fixture
def slow(big: Machine) -> Machine:
    """The same, with a file that may change while it is copied: it is copied in the pause."""
    inside(big, "chmod 0600 /data/big.bin")
    return big


def test_a_backup_is_made_of_one_point_and_every_byte_of_it_is_proved(stack: Machine) -> None:
    made = stack.ok("backup", "create", "--note", "the first").data
    assert stack.ok("health").envelope["ok"] is True

    shown = stack.ok("backup", "show", str(made["id"])).data["manifest"]
    proof = stack.ok("backup", "verify", str(made["id"]), "--deep").data
    assert made["consistency"] == "one-point"
    assert 0 < made["write_pause_ms"] <= 5000
    assert [part["name"] for part in shown["parts"]] == ["settings.tar", "secrets.tar", "data.tar"]
    assert shown["parts"][2]["counts"]["thoth.sqlite#accounts_user"] == 1
    assert shown["note"] == "the first"
    assert proof["parts"] == 3
    assert_untouched(stack, backups(stack))


def test_rows_that_are_only_in_the_log_of_sqlite_are_saved(stack: Machine, tmp_path: Path) -> None:
    """Copying the main file of a database in use would lose them."""
    stack.ok("backup", "create")
    opened = unpacked(stack, "data.tar", tmp_path)

    tables = subprocess.run(
        ["python3", "-c", COUNT, opened / "thoth.sqlite"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(tables.stdout) > 0
    assert not (opened / "thoth.sqlite-wal").exists()


COUNT = (
    "import sqlite3, sys; c = sqlite3.connect(f'file:{sys.argv[1]}?immutable=1', uri=True); "
    "print(c.execute('SELECT count(*) FROM django_migrations').fetchone()[0])"
)


def unpacked(machine: Machine, part: str, folder: Path) -> Path:
    """A part by hand, as the recovery sheet describes it."""
    sheet = folder / "sheet"
    machine.ok("backup", "key", "export", "--to", str(sheet))
    lines = [line.split()[-1] for line in sheet.read_text().splitlines() if "SECRET-KEY" in line]
    (folder / "key").write_text(lines[0] + "\n")
    archive = backups(machine)[-1]["file"]
    subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
    image = docker("images", "-q", "thoth-toolbox").split()[0]
    script = f"age -d -i /w/key /w/parts/{part}.zst.age | zstd -dq | tar -xf - -C /w/out"
    (folder / "out").mkdir()
    mount = f"type=bind,src={folder},dst=/w"
    words = ["--user", "0:0", "--entrypoint", "bash", "--mount", mount, image, "-c", script]
    docker("run", "--rm", *words)
    return folder / "out"


def test_f13_secrets_travel_and_are_nowhere_in_clear(stack: Machine, tmp_path: Path) -> None:
    done = stack.run("backup", "create", "-vv", "--output", "ndjson")
    archive = Path(backups(stack)[-1]["file"]).read_bytes()
    journal = "".join(p.read_text() for p in (stack.home / "journal").rglob("*") if p.is_file())

    for secret in (stack.folder / "secrets").iterdir():
        value = secret.read_text().strip()
        assert value.encode() not in archive, secret.name
        assert value not in done.out + done.err + journal, secret.name
    found = unpacked(stack, "secrets.tar", tmp_path)
    kept = {p.name: p.read_text() for p in (found / "secrets").iterdir()}
    assert kept == {p.name: p.read_text() for p in (stack.folder / "secrets").iterdir()}


def test_f4_a_producer_that_is_killed_makes_no_backup(big: Machine) -> None:
    before = backups(big)
    process = big.start("backup", "create", "--output", "ndjson")
    for event in events(process):
        if event.get("subject") == "data.tar":
            docker("kill", *tasks(big))
            break
    code, document = finished(process)

    assert code == 11, document
    assert document["errors"][0]["code"] == "backup_failed"
    assert_untouched(big, before)


@needs_mounts
def test_f5_a_target_that_fills_up_makes_no_backup(big: Machine, tmp_path: Path) -> None:
    before, target = backups(big), tmp_path / "small"
    target.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=900m", "none", target], check=True)
    try:
        process = big.start("backup", "create", "--to", str(target), "--output", "ndjson")
        for event in events(process):
            if event.get("subject") == "data.tar":
                process.send_signal(signal.SIGSTOP)
                break
        room = shutil.disk_usage(target).free - BIG // 4 * 1024 * 1024
        subprocess.run(["fallocate", "-l", str(room), target / "filler"], check=True)
        process.send_signal(signal.SIGCONT)
        code, document = finished(process)
        left = sorted(path.name for path in target.rglob("*") if path.is_file())
        refused = big.json("backup", "create", "--to", str(target))
    finally:
        subprocess.run(["umount", target], check=True)

    assert code == 11, document
    assert "no space" in document["errors"][0]["message"]
    assert left == ["filler"]
    assert refused.code == 14
    assert "MiB" in refused.envelope["errors"][0]["message"]
    assert_untouched(big, before)


def finished(process: "subprocess.Popen[str]") -> tuple[int, dict[str, Any]]:
    """The exit code and the last document of a command that streams events."""
    told = list(events(process))
    return process.wait(), told[-1]


def kill_in_pause(machine: Machine, longest: int) -> None:
    """A backup whose pause may last so many seconds ends while it holds the writers."""
    process = machine.start("backup", "create", "--longest-pause", str(longest))
    until(lambda: paused(machine), 120, every=0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_f17_writers_go_on_at_the_next_command_after_a_kill_in_the_pause(slow: Machine) -> None:
    before = backups(slow)
    kill_in_pause(slow, 120)
    assert paused(slow)

    again = slow.ok("backup", "create", "--longest-pause", "120").data

    assert again["id"] not in [one["id"] for one in before]
    assert_untouched(slow, backups(slow))


def test_f17_a_backup_killed_in_its_pause_goes_on_with_resume(slow: Machine) -> None:
    """Compose refuses to start what is paused."""
    before = backups(slow)
    kill_in_pause(slow, 120)

    assert slow.ok("resume", "--timeout", "120").data["resumed"]

    assert not paused(slow)
    assert len(backups(slow)) == len(before) + 1


def test_f17_writers_go_on_by_themselves_after_a_kill_in_the_pause(slow: Machine) -> None:
    kill_in_pause(slow, 6)

    until(lambda: not paused(slow), 60)

    assert slow.ok("rollback").data["goal"].startswith("back up")
    assert_untouched(slow, backups(slow))


def test_a_pause_that_is_too_long_ends_and_makes_no_backup(slow: Machine) -> None:
    before = backups(slow)
    inside(slow, "for n in 1 2 3; do cp /data/big.bin /data/big$n.bin; done")
    done = slow.json("backup", "create", "--longest-pause", "1")
    inside(slow, "rm /data/big?.bin")

    assert done.code == 11
    assert "--consistency per-store" in done.envelope["errors"][0]["hint"]
    assert_untouched(slow, before)


def test_two_at_once_are_refused(big: Machine) -> None:
    process = big.start("backup", "create", "--output", "ndjson")
    next(events(process))

    second = big.json("backup", "create")
    code, _ = finished(process)

    assert second.code == 5
    assert code == 0


def test_a_flipped_or_missing_byte_in_any_part_is_found(stack: Machine, tmp_path: Path) -> None:
    stack.ok("backup", "create")
    content = Path(backups(stack)[-1]["file"]).read_bytes()
    with tarfile.open(backups(stack)[-1]["file"]) as tar:
        members = tar.getmembers()
    broken = tmp_path / "broken.thoth-backup"

    for member in members:
        changed = bytearray(content)
        changed[member.offset_data + member.size // 2] ^= 1
        broken.write_bytes(changed)
        found = stack.json("backup", "verify", str(broken))
        assert found.code == 12, (member.name, found.out)
        broken.write_bytes(content[: member.offset_data + member.size // 2])
        assert stack.json("backup", "verify", str(broken)).code == 12, member.name


def test_a_wrong_passphrase_is_told_at_once(stack: Machine, tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text("ladder orbit velvet anchor\n")
    bad.write_text("ladder orbit velvet anchors\n")
    stack.ok("backup", "key", "set", "--passphrase-file", str(good))
    made = stack.ok("backup", "create").data["id"]
    words = ("backup", "verify", str(made), "--deep", "--passphrase-file")

    wrong = stack.json(*words, str(bad))

    assert wrong.code == 12
    others = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert wrong.envelope["duration_ms"] <= 3000 * others  # other work goes on here
    stack.ok(*words, str(good))
    stack.ok("backup", "key", "set", "--own")


def test_f32_the_last_backup_that_was_proved_is_never_pruned(stack: Machine) -> None:
    proved = stack.ok("backup", "create").data["id"]
    stack.ok("backup", "verify", str(proved))
    newest = [stack.ok("backup", "create").data["id"] for _ in range(2)][-1]
    none = [word for period in ("daily", "weekly", "monthly") for word in (f"--keep-{period}", "0")]

    stack.ok("backup", "prune", "--keep-last", "1", *none, "--yes")

    assert [one["id"] for one in backups(stack)] == [proved, newest]


def test_f16_a_backup_of_another_install_is_not_the_latest(stack: Machine) -> None:
    folder = stack.home / "backups" / stack.name
    mine = backups(stack)[-1]
    stranger = folder / "20990101T000000Z-other-abcd.thoth-backup"
    shutil.copy(mine["file"], stranger)

    listed = stack.ok("backup", "list").data

    assert listed["backups"][-1]["id"] == mine["id"]
    assert listed["foreign"] == [stranger.name]
    assert json.dumps(listed["backups"]).count(stranger.name) == 0
