"""Restores on the real engine: proved, undone, killed, refused, and on a bare machine."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from e2e.drills import drill_that_loads, left_of_drill
from e2e.machine import Machine, docker, events, tree
from e2e.writing import back_up_amid_writing

QUESTION = "How many charter schools are there in Alameda County?"
STEPS = 8
"""Of a restore of one store."""


@pytest.fixture(scope="module")
def saved(
    program: Path, images: None, chinook: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Machine, Path]]:
    """A standalone stack with a second database, and a backup of it."""
    with Machine(program, tmp_path_factory.mktemp("restore")) as made:
        made.set_up("--demo", "--timeout", "300")
        made.ok("import-bird", str(chinook), "--name", "chinook")
        made.ok("ask", QUESTION)
        done = made.ok("backup", "create", "--yes")
        yield made, Path(str(done.data["file"]))


def workspaces(machine: Machine) -> dict[str, Any]:
    return {one["name"]: one for one in machine.ok("workspace", "list").data["workspaces"]}


def volume(machine: Machine) -> str:
    """The volume that the server really has mounted."""
    words = '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Name}}{{end}}{{end}}'
    container = docker("ps", "-q", "--filter", f"name=^thoth-{machine.name}-app-1$").strip()
    return docker("inspect", container, "--format", words).strip()


def volumes(machine: Machine) -> list[str]:
    return sorted(machine.left(machine.label)["volumes"])


def test_data_comes_back_beside_what_is_there_and_undo_goes_back(
    saved: tuple[Machine, Path],
) -> None:
    machine, _ = saved
    before, served = workspaces(machine), volume(machine)
    machine.ok("workspace", "delete", "chinook", "--yes")

    data = machine.ok("restore", "latest", "--yes").data

    assert workspaces(machine) == before
    assert machine.ok("ask", QUESTION).data["rows"] == [[8]]
    assert volume(machine) == f"thoth-{machine.name}_data_g{data['stores']['data']}" != served
    assert served in volumes(machine)

    machine.ok("restore", "--undo", "--yes")

    assert volume(machine) == served
    assert "chinook" not in workspaces(machine)
    machine.ok("restore", "latest", "--yes")
    assert workspaces(machine) == before


@pytest.mark.parametrize("way", ["resume", "rollback"])
@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_f1_a_restore_killed_at_any_step_goes_on_or_back(
    saved: tuple[Machine, Path], step: int, way: str
) -> None:
    machine, _ = saved
    before, served, known = workspaces(machine), volume(machine), volumes(machine)
    process = machine.start("restore", "latest", "--again", "--yes", "--output", "ndjson")
    for event in events(process):
        if event.get("event") == "step_began" and event.get("index") == step:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    machine.ok(way)

    assert workspaces(machine) == before
    assert machine.ok("ask", QUESTION).data["rows"] == [[8]]
    if way == "rollback":
        assert (volume(machine), volumes(machine)) == (served, known)
    else:
        assert volume(machine) != served


def test_a_backup_restores_on_a_machine_that_has_nothing_but_the_file_and_the_key(
    saved: tuple[Machine, Path], program: Path, tmp_path: Path
) -> None:
    machine, file = saved
    key = tmp_path / "key"
    key.write_text(machine.secret("backup_key"))
    bare = Machine(program, tmp_path / "home")
    try:
        bare.ok("restore", str(file), "--identity-file", str(key), "--yes")

        assert workspaces(bare) == workspaces(machine)
        assert bare.ok("ask", QUESTION).data["rows"] == [[8]]
        assert bare.secret("admin_password") == machine.secret("admin_password")
        assert bare.label != machine.label, "two installs on one engine must not share a label"
    finally:
        bare.clean()


def test_beside_what_is_there_a_new_install_gets_its_own_volumes_and_port(
    saved: tuple[Machine, Path],
) -> None:
    machine, _ = saved
    before = tree(machine.folder)
    name = f"{machine.name}n"
    try:
        data = machine.ok("restore", "latest", "--to-new-install", name, "--yes").data

        beside = Machine(machine.program, machine.home, name=name)
        assert workspaces(beside) == workspaces(machine)
        assert data["url"] != machine.url
        assert beside.label != machine.label
        kept = {"admin_password", "backup_key"}
        every = [path.name for path in (machine.folder / "secrets").iterdir()]
        assert {one for one in every if beside.secret(one) == machine.secret(one)} == kept
        again = machine.ok("restore", "latest", "--to-new-install", name, "--yes")
        assert again.data["restored"] is False
        assert tree(machine.folder) == before
    finally:
        Machine(machine.program, machine.home, name=name).run(
            "uninstall", "--purge", "--confirm", name, "--yes"
        )


@pytest.mark.parametrize("damage", ["torn", "flipped", "without a part"])
def test_a_damaged_backup_is_refused_with_12_and_nothing_is_touched(
    saved: tuple[Machine, Path], tmp_path: Path, damage: str
) -> None:
    machine, file = saved
    before, there = tree(machine.folder, leave=["restore"]), volumes(machine)
    bad = tmp_path / "bad.thoth-backup"
    content = bytearray(file.read_bytes())
    match damage:
        case "torn":
            content = content[: len(content) // 2]
        case "flipped":
            content[len(content) // 2] ^= 1
        case _:
            content = content.replace(b"parts/data.tar.zst.age", b"parts/date.tar.zst.age", 1)
    bad.write_bytes(content)

    done = machine.json("restore", str(bad), "--yes")

    assert done.code == 12, done.out
    assert tree(machine.folder, leave=["restore"]) == before
    assert volumes(machine) == there


def test_f13_another_key_is_told_within_three_seconds(
    saved: tuple[Machine, Path], program: Path, tmp_path: Path
) -> None:
    _, file = saved
    other = Machine(program, tmp_path / "home")
    wrong = tmp_path / "wrong"
    wrong.write_text("AGE-SECRET-KEY-1" + "Q" * 58 + "\n")

    done = other.json("restore", str(file), "--identity-file", str(wrong), "--yes")

    assert done.code in {7, 12}
    assert done.envelope["duration_ms"] <= 3000 * others_at_work()
    assert not list((tmp_path / "home").glob("installs/*"))


def others_at_work() -> float:
    """How much longer everything takes while others use the processors, too."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_f13_another_passphrase_is_told_within_three_seconds_and_nothing_is_made(
    saved: tuple[Machine, Path], program: Path, tmp_path: Path
) -> None:
    machine, _ = saved
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text("ladder orbit velvet anchor\n")
    bad.write_text("ladder orbit velvet anchors\n")
    machine.ok("backup", "key", "set", "--passphrase-file", str(good))
    file = str(machine.ok("backup", "create", "--to", str(tmp_path)).data["file"])
    machine.ok("backup", "key", "set", "--own")
    bare = Machine(program, tmp_path / "home")

    done = bare.json("restore", file, "--passphrase-file", str(bad), "--yes")

    assert done.code == 12, done.out
    assert done.envelope["duration_ms"] <= 3000 * others_at_work()
    assert not list((tmp_path / "home").glob("installs/*"))
    assert bare.ok("restore", file, "--passphrase-file", str(good), "--plan").data["plan"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"install": "0ff5cade", "id": "20260101T000000Z-other-abcd"}, 2), ({"parts": []}, 12)],
    ids=["F16 foreign", "without its parts"],
)
def test_a_backup_that_is_not_for_this_install_is_refused_before_anything(
    saved: tuple[Machine, Path], tmp_path: Path, changed: dict[str, object], code: int
) -> None:
    machine, file = saved
    other, before = tmp_path / "other.thoth-backup", tree(machine.folder, leave=["restore"])
    rewritten(file, other, **changed)

    done = machine.json("restore", str(other), "--yes")

    assert done.code == code, done.out
    assert tree(machine.folder, leave=["restore"]) == before


@pytest.mark.parametrize("who", ["thothctl_version", "product_version"])
def test_f7_a_newer_backup_is_refused_with_13(
    saved: tuple[Machine, Path], tmp_path: Path, who: str
) -> None:
    machine, file = saved
    newer = tmp_path / "newer.thoth-backup"
    rewritten(file, newer, **{who: "99.0.0"})

    done = machine.json("restore", str(newer), "--yes")

    assert done.code == 13, done.out
    assert done.envelope["errors"][0]["code"] == "incompatible"


def rewritten(file: Path, other: Path, **changed: object) -> None:
    """The same archive with something else in its manifest, its own sums right."""
    from thothctl.adapters.archive_file import ArchiveFiles  # noqa: PLC0415 - the product's own
    from thothctl.model.backup_plain import manifest_from_plain, manifest_to_plain  # noqa: PLC0415

    archive = ArchiveFiles().open(file)
    manifest = manifest_from_plain({**manifest_to_plain(archive.manifest), **changed})
    own = {key: value for key, value in changed.items() if key in {"id", "install"}}
    head = replace(archive.head, **own)  # type: ignore[arg-type]  # texts
    with ArchiveFiles().create(other, head, archive.key()) as writer:
        for part in archive.manifest.parts:
            with writer.add(part.member) as sink, closing(archive.read(part)) as chunks:  # type: ignore[type-var]  # a generator
                for chunk in chunks:
                    sink.write(chunk)
        writer.seal(manifest)


def test_a_drill_proves_what_was_saved_while_others_wrote_and_leaves_nothing(
    saved: tuple[Machine, Path],
) -> None:
    machine, _ = saved
    back_up_amid_writing(machine)

    data = machine.ok("backup", "drill").data

    assert data["rto_seconds"] > 0
    assert data["rpo_seconds"] > 0
    assert data["questions"] > 0
    assert not left_of_drill(machine)
    log = (machine.folder / "backups.jsonl").read_text().splitlines()
    assert json.loads(log[-1])["event"] == "drilled"


def test_a_drill_keeps_nobody_waiting(saved: tuple[Machine, Path]) -> None:
    machine, _ = saved
    process = drill_that_loads(machine)
    process.send_signal(signal.SIGSTOP)

    machine.ok("backup", "create")
    machine.ok("restart")
    second = machine.json("backup", "drill")
    process.send_signal(signal.SIGCONT)
    said, _ = process.communicate()

    assert second.code == 5, second.out
    assert process.returncode == 0, said
    assert not left_of_drill(machine)


def test_f1_a_drill_that_was_killed_is_removed_by_the_next_command(
    saved: tuple[Machine, Path],
) -> None:
    machine, _ = saved
    process = drill_that_loads(machine)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert left_of_drill(machine)

    machine.ok("restart")

    assert not left_of_drill(machine)
    assert not list((machine.home / "restore").iterdir())
