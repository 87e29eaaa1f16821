"""Backups in repositories and in places on other machines, on the real engine."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from e2e import strangers
from e2e.broken_repository import DAMAGES
from e2e.far_places import PASSWORD, FarPlace, s3, sftp, sftp_by_password
from e2e.machine import Machine, docker, free_port
from e2e.onlookers import by_cron, seen_by_others
from e2e.own_images import build
from webhook import webhook

BIG = 64
"""MiB of data that cannot be compressed."""
QUESTION = "How many charter schools are there in Alameda County?"
RESTIC_UNUSED = 0.05
"""The part of what stays that restic leaves unused rather than write a pack anew."""
KEPT = ("--keep-last", "1", "--keep-daily", "0", "--keep-weekly", "0", "--keep-monthly", "0")
"""Only the newest stays."""


@pytest.fixture(scope="module")
def stack(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A healthy stack with the demo and a file that weighs something."""
    with Machine(program, tmp_path_factory.mktemp("repository")) as made:
        made.set_up("--demo", "--timeout", "300")
        inside(made, f"head -c {BIG}M /dev/urandom > /data/big.bin; chmod 0400 /data/big.bin")
        strangers.leave(made)
        yield made


@pytest.fixture(scope="module", params=["sftp", "s3"])
def far(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FarPlace]:
    kinds = {"sftp": sftp, "s3": s3, "password": sftp_by_password}
    with kinds[request.param](tmp_path_factory.mktemp("far")) as place:
        yield place


def inside(machine: Machine, script: str) -> str:
    return docker("exec", machine.container(), "sh", "-c", script)


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def empty(machine: Machine, home: Path) -> Machine:
    """The same program on a machine where nothing is; its engine alone is shared."""
    return replace(Machine(machine.program, home), extra=machine.extra)


def test_equal_pieces_are_kept_once_and_every_byte_is_proved(
    stack: Machine, tmp_path: Path
) -> None:
    words = ("backup", "create", "--engine", "repository", "--to", str(tmp_path))
    stack.ok(*words)
    first = size(tmp_path)
    inside(stack, "echo more > /data/more.txt; chmod 0400 /data/more.txt")
    made = stack.ok(*words).data

    assert first > BIG * 2**20
    assert size(tmp_path) - first < 2 * 2**20
    assert made["engine"] == "repository"
    shown = stack.ok("backup", "show", made["id"], "--from", str(tmp_path)).data["manifest"]
    data = shown["parts"][-1]
    assert data["snapshot"]
    assert data["bytes"] > BIG * 2**20
    assert data["stored"] < 2 * 2**20
    proof = stack.ok("backup", "verify", made["id"], "--deep", "--from", str(tmp_path)).data
    assert proof["parts"] == 3
    assert {path.stat().st_uid for path in tmp_path.rglob("*")} == {os.getuid()}


def test_f4_rows_that_only_the_log_of_sqlite_holds_are_saved_each_time(
    stack: Machine, tmp_path: Path
) -> None:
    """The main file is the one of before: going by its time alone would miss them."""
    words = ("backup", "create", "--engine", "repository", "--to", str(tmp_path))
    counts = []
    for _ in range(2):
        stack.ok("ask", QUESTION)
        made = stack.ok(*words).data
        shown = stack.ok("backup", "show", made["id"], "--from", str(tmp_path)).data["manifest"]
        counts.append(shown["parts"][-1]["counts"])
        stack.ok("backup", "drill", made["id"], "--from", str(tmp_path))
    assert counts[0] != counts[1]


def test_f32_f33_what_is_not_kept_goes_and_what_stays_is_whole(
    stack: Machine, tmp_path: Path
) -> None:
    words = ("backup", "create", "--engine", "repository", "--to", str(tmp_path))
    inside(stack, "head -c 20M /dev/urandom > /data/gone.bin; chmod 0400 /data/gone.bin")
    stack.ok(*words)
    inside(stack, "rm -f /data/gone.bin")
    last = stack.ok(*words).data["id"]
    before = size(tmp_path)

    pruned = stack.ok("backup", "prune", "--from", str(tmp_path), "--yes", *KEPT).data

    assert pruned["kept"] == [last]
    after = size(tmp_path)
    assert before - after > 19 * 2**20 - after * RESTIC_UNUSED
    stack.ok("backup", "verify", last, "--deep", "--from", str(tmp_path))


def test_a_repository_that_was_taken_away_is_made_anew(stack: Machine, tmp_path: Path) -> None:
    words = ("backup", "create", "--engine", "repository", "--to", str(tmp_path / "disk"))
    stack.ok(*words)
    (tmp_path / "disk").rename(tmp_path / "shelf")

    made = stack.ok(*words).data["id"]

    stack.ok("backup", "verify", made, "--deep", "--from", str(tmp_path / "disk"))


def test_damage_in_the_repository_is_noticed(stack: Machine, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    made = stack.ok("backup", "create", "--engine", "repository", "--to", str(whole)).data
    shown = stack.ok("backup", "show", made["id"], "--from", str(whole)).data["manifest"]
    snapshot = shown["parts"][-1]["snapshot"].partition(":")[0]
    for word, damage in DAMAGES.items():
        broken = tmp_path / word.replace(" ", "-")
        shutil.copytree(whole, broken)
        damage(broken, snapshot)

        for verb in (("backup", "verify"), ("restore", "--yes")):
            refused = stack.json(*verb, made["id"], "--from", str(broken))
            assert refused.code == 12, (word, refused.out)
        shutil.rmtree(broken)
    assert stack.ok("ask", QUESTION).data["rows"] == [[8]]


def test_a_new_key_is_let_into_the_repository_of_the_old_one(
    stack: Machine, tmp_path: Path
) -> None:
    words = ("backup", "create", "--engine", "repository", "--to", str(tmp_path))
    old = stack.ok(*words).data
    stack.ok("backup", "key", "rotate", "--yes")
    stack.ok("backup", "copy", old["id"], "--from", str(tmp_path), "--to", str(tmp_path / "too"))
    new = stack.ok(*words).data

    assert old["fingerprint"] != new["fingerprint"]
    for made in (old, new):
        stack.ok("backup", "verify", made["id"], "--from", str(tmp_path))


@pytest.mark.parametrize(
    ("far", "kind"),
    [
        ("sftp", "archive"),
        ("s3", "repository"),
        pytest.param("sftp", "repository", marks=pytest.mark.faults),
        pytest.param("s3", "archive", marks=pytest.mark.faults),
    ],
    indirect=["far"],
)
def test_a_place_on_another_machine_brings_everything_back_onto_an_empty_one(
    stack: Machine, far: FarPlace, kind: str, tmp_path: Path
) -> None:
    there = replace(stack, extra=far.environment)
    made = there.ok("backup", "create", "--engine", kind, "--to", far.address).data
    there.ok("backup", "verify", made["id"], "--deep", "--from", far.address)
    private = stack.folder / "secrets/backup_key"
    other = empty(there, tmp_path / "home")

    try:
        key = ("--identity-file", str(private), "--timeout", "300")
        words = ("restore", "latest", "--from", far.address, "--to-new-install", other.name)
        back = other.ok(*words, "--yes", *key)
        assert back.data["backup"] == made["id"]
        assert other.ok("ask", QUESTION).data["rows"] == [[8]]
        assert strangers.found(other) == strangers.PLACES
        assert inside(other, "stat -c %s /data/big.bin").strip() == str(BIG * 2**20)
    finally:
        other.clean()


def test_a_copy_elsewhere_is_compared_and_a_place_that_went_away_is_exit_11(
    stack: Machine, far: FarPlace, tmp_path: Path
) -> None:
    there = replace(stack, extra=far.environment)
    for engine in ("archive", "repository"):
        made = stack.ok("backup", "create", "--engine", engine, "--to", str(tmp_path)).data
        copied = there.ok(
            "backup", "copy", made["id"], "--from", str(tmp_path), "--to", far.address
        ).data
        assert copied["id"] == made["id"]
        there.ok("backup", "verify", made["id"], "--from", far.address)
    gone = re.sub(r"127.0.0.1:\d+", f"127.0.0.1:{free_port()}", far.address)
    done = there.json("backup", "copy", made["id"], "--from", str(tmp_path), "--to", gone)
    assert done.code == 11


def test_a_copy_takes_what_the_backup_names_and_nothing_else_of_its_tags(
    stack: Machine, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    words = ("backup", "create", "--engine", "repository", "--to", str(here))
    made = stack.ok(*words).data["id"]
    saved_once_more(stack, next(here.glob("*.repository")), made)

    stack.ok("backup", "copy", made, "--from", str(here), "--to", str(there))

    stack.ok("backup", "verify", made, "--deep", "--from", str(there))


def saved_once_more(stack: Machine, repository: Path, backup: str) -> None:
    """As a try does that is killed later."""
    key = stack.folder / "secrets/backup_key"
    mounts = ("-v", f"{repository}:/repository", "-v", f"{key}:/key:ro")
    script = f"echo stray | thoth-repository /key save stray {backup} data.tar"
    image = build("toolbox", stack.home)
    docker("run", "--rm", "--user", "0:0", *mounts, "--entrypoint", "", image, "sh", "-c", script)


@pytest.mark.parametrize("far", ["sftp", "s3", "password"], indirect=True)
def test_what_opens_a_place_is_seen_nowhere(stack: Machine, far: FarPlace, tmp_path: Path) -> None:
    """Not in arguments, not in what the engine tells of containers, not in records or output."""
    there = replace(stack, extra=far.environment)
    if PASSWORD in far.canaries:
        file = tmp_path / "password"
        file.write_text(PASSWORD)
        there.ok("backup", "access", "set", "sftp-password", "--from-file", str(file))
    seen: list[str] = []
    process = there.start("backup", "create", "--engine", "repository", "--to", far.address)
    while process.poll() is None:
        seen.append(seen_by_others(there))
    out, err = process.communicate()
    records = "".join(
        path.read_text(errors="replace")
        for path in there.home.rglob("*")
        if path.is_file() and "secrets" not in path.parts
    )
    assert process.returncode == 0, err
    for canary in far.canaries:
        assert canary not in out + err + records
        assert not any(canary in one for one in seen)
    there.json("backup", "access", "remove", "sftp-password")


def test_secrets_of_the_install_open_a_place(stack: Machine, tmp_path: Path) -> None:
    home = tmp_path / "s3"
    home.mkdir()
    with s3(home) as place:
        bare = dict.fromkeys(place.environment, "")
        there = replace(stack, extra=bare)
        refused = there.json("backup", "create", "--to", place.address)
        assert refused.code == 2
        assert "backup access set" in json.dumps(refused.envelope["errors"])
        for word, value in zip(("s3-access-key", "s3-secret-key"), place.canaries, strict=True):
            (tmp_path / word).write_text(value)
            there.ok("backup", "access", "set", word, "--from-file", str(tmp_path / word))
        there.ok("backup", "create", "--to", place.address)
        listed: list[dict[str, Any]] = there.ok("backup", "list", "--from", place.address).data[
            "backups"
        ]
        assert len(listed) == 1
        for word in ("s3-access-key", "s3-secret-key"):
            there.ok("backup", "access", "remove", word)


def test_what_a_schedule_runs_makes_backups_keeps_few_and_tells_of_a_failure(
    stack: Machine, tmp_path: Path
) -> None:
    root, target = tmp_path / "root", tmp_path / "target"
    with webhook() as (url, heard):
        (tmp_path / "url").write_text(url)
        stack.ok("backup", "access", "set", "webhook", "--from-file", str(tmp_path / "url"))
        stack.ok("backup", "schedule", "set", "--to", str(target), "--engine",
                 "repository", *KEPT, "--root", str(root))  # fmt: skip
        unit = (root / f"etc/systemd/system/thoth-{stack.name}.backup.service").read_text()
        command = next(line[10:] for line in unit.splitlines() if line.startswith("ExecStart="))

        warned = subprocess.run(
            shlex.split(command), env=stack.environment, check=True, capture_output=True, text=True
        ).stderr
        stack.ok("backup", "key", "export", "--to", str(tmp_path / "sheet"))
        later = by_cron(stack, tmp_path)
        assert "backup key export" in warned
        assert "backup key export" not in later
        shelf = stack.ok("backup", "list", "--from", str(target)).data["backups"]
        assert [one["id"] for one in shelf] == [max(one["id"] for one in shelf)]
        assert not heard
        repository = next(target.glob("*.repository"))
        repository.rename(target / "gone")
        repository.write_text("in the way")
        failed = subprocess.run(shlex.split(command), env=stack.environment, check=False)

    assert failed.returncode == 11
    assert heard[0]["code"] == "backup_failed"
    stack.ok("backup", "schedule", "remove", "--root", str(root))
    stack.ok("backup", "access", "remove", "webhook")
