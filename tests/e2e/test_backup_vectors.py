"""A stack with a Qdrant, played by its protocol: saved, restored, and hooks around both."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.machine import Machine, docker
from e2e.stand_in import Shelf, post, served, set_up

ASK = """
import pathlib, sys, urllib.request
key = pathlib.Path("/run/secrets/vectors_key").read_text().strip()
method, path, *body = sys.argv[1:]
asked = urllib.request.Request("http://127.0.0.1:6333/" + path, *[b.encode() for b in body],
                               headers={"api-key": key}, method=method)
sys.stdout.write(urllib.request.urlopen(asked).read().decode())
"""
POINTS = {"a b": [{"id": n, "vector": [n, 1.5]} for n in range(100)], "notes": [{"id": 1}]}


@pytest.fixture(scope="module")
def stack(
    program: Path, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("vectors")) as made:
        set_up(made, shelf.registry.host, "1.0.0", "--mode", "vectors")
        yield made


def asked(machine: Machine, *words: str) -> str:
    """What the server of vectors says to somebody who knows its key."""
    return docker("exec", f"thoth-{machine.name}-vectors-1", "python3", "-c", ASK, *words)


def fill(machine: Machine, points: object, *names: str) -> None:
    for name in names:
        asked(machine, "PUT", f"collections/{name}/points", json.dumps({"points": points}))


def held(machine: Machine) -> dict[str, object]:
    """Every point, as the server keeps it."""
    folder = "/vectors/collections"
    server = f"thoth-{machine.name}-vectors-1"
    names = docker("exec", server, "ls", folder).split()
    return {
        name.replace("%20", " "): json.loads(docker("exec", server, "cat", f"{folder}/{name}"))
        for name in names
    }


def hook(machine: Machine, name: str, script: str) -> Path:
    folder = machine.folder / "hooks"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o700)
    return folder / name


def test_points_of_every_collection_come_back_with_the_rows_of_then_and_hooks_hear_of_it(
    stack: Machine,
) -> None:
    for kind in ("backup", "restore"):
        for when in ("pre", "post"):
            hook(stack, f"{when}_{kind}", 'echo "$THOTHCTL_HOOK $THOTHCTL_OUTCOME" >> heard')
    fill(stack, POINTS["a b"], "a%20b")
    fill(stack, POINTS["notes"], "notes")
    post(stack, "/rows", {"text": "then"})
    before = served(stack)

    made = stack.ok("backup", "create").data
    shown = stack.ok("backup", "show", made["id"]).data["manifest"]["parts"]
    counts = {part["name"]: part["counts"] for part in shown if part["store"] == "vectors"}
    fill(stack, [{"id": 7}], "a%20b", "later")
    asked(stack, "DELETE", "collections/notes")
    post(stack, "/rows", {"text": "later"})
    done = stack.ok("restore", made["id"], "--yes").data

    assert counts == {
        "vectors/a%20b.snapshot": {"points": 100},
        "vectors/notes.snapshot": {"points": 1},
    }
    assert set(done["stores"]) == {"files", "postgres", "vectors"}
    assert (held(stack), served(stack)) == (POINTS, before)
    assert not docker("exec", f"thoth-{stack.name}-vectors-1", "ls", "/vectors/snapshots").split()
    stack.ok("restore", "--undo", "--yes")
    assert held(stack) == {"a b": [{"id": 7}], "later": [{"id": 7}]}
    heard = (stack.folder / "hooks/heard").read_text().splitlines()
    assert heard[:4] == ["pre_backup ", "post_backup done", "pre_restore ", "post_restore done"]


def test_a_hook_that_fails_stops_a_backup_and_a_restore_before_they_begin(stack: Machine) -> None:
    before, there = stack.ok("backup", "list").data["backups"], held(stack)
    hooks = [hook(stack, f"pre_{kind}", "exit 1") for kind in ("backup", "restore", "rollback")]

    for words in (("backup", "create"), ("restore", "latest", "--yes"), ("rollback", "--yes")):
        stopped = stack.json(*words)
        assert stopped.code == 3, stopped.out
        assert "ended with status 1" in stopped.envelope["errors"][0]["message"]

    assert stack.ok("backup", "list").data["backups"] == before
    assert held(stack) == there
    for one in hooks:
        one.unlink()
