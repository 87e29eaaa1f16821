"""BIRD folders imported with all they know, and workspaces looked after, on the real engine."""

import io
import json
import shutil
import signal
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from e2e import bird_data
from e2e.machine import Machine, docker, events
from e2e.own_images import until

UNPACK = (
    "import sys, tarfile;"
    "tarfile.open(fileobj=sys.stdin.buffer, mode='r|').extractall('/tmp', filter='data')"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bird_data.make(tmp_path_factory.mktemp("bird") / "dev")


@pytest.fixture
def zoo(stack: Machine, tmp_path: Path) -> str:
    """A workspace of the test's own."""
    file = tmp_path / "zoo.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE animals (id INTEGER PRIMARY KEY, name TEXT)")
        database.executemany("INSERT INTO animals VALUES (?, ?)", [(1, "Rex"), (2, "Tom")])
        database.commit()
    stack.ok("import-bird", str(file), "--replace")
    return "zoo"


def columns(stack: Machine, workspace: str) -> list[dict[str, Any]]:
    shown = stack.ok("workspace", "show", workspace).data
    return [c for d in shown["databases"] for t in d["tables"] for c in t["columns"]]


def test_every_database_of_a_root_comes_with_what_is_known_of_it(
    stack: Machine, root: Path
) -> None:
    ids = {one["db_id"] for one in json.loads((root / "dev_tables.json").read_text())}
    asked = json.loads((root / "dev.json").read_text())

    done = stack.ok("import-bird", str(root), "--all", "--replace")

    found = done.data.get("workspaces") or [done.data]
    assert {one["workspace"] for one in found} == ids
    for one in found:
        own = [question for question in asked if question["db_id"] == one["workspace"]]
        assert one["descriptions"]["columns"] > 0
        assert len({q["evidence"] for q in own if q["evidence"]}) == one["evidence"]
        assert one["rejected_examples"] == []
    described = columns(stack, "student_club")
    assert {c["name"] for c in described if c["personal"]} >= {"first_name"}
    assert all("\ufeff" not in c["name"] + c["description"] for c in described)
    question = next(q for q in asked if q["db_id"] == "student_club")["question"]
    assert stack.ok("ask", question, "-w", "student_club").data["source"]["kind"] == "example"


def test_a_root_without_a_choice_lists_its_databases(stack: Machine, root: Path) -> None:
    shutil.copytree(root / "dev_databases/student_club", root / "dev_databases/other")

    refused = stack.json("import-bird", str(root))

    assert refused.code == 2
    assert "student_club" in refused.envelope["errors"][0]["message"]


def test_the_container_s_own_command_takes_the_same_folders(stack: Machine, root: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(root, "dev")
    container = stack.container()
    subprocess.run(
        ["docker", "exec", "-i", container, "python3", "-c", UNPACK],
        input=packed.getvalue(),
        check=True,
    )

    words = ("--folder", "/tmp/dev", "--db", "student_club", "--name", "own", "--create-workspace")  # noqa: S108 - in the container
    said = docker("exec", container, "import-bird", *words)

    assert "described columns" in said
    assert columns(stack, "own")


def test_knowledge_moves_to_a_fresh_import(stack: Machine, root: Path, tmp_path: Path) -> None:
    folder = root / "dev_databases" / "student_club"
    stack.ok("import-bird", str(folder), "--name", "club", "--replace")
    file = tmp_path / "club.json"
    words = ("--question", "Who is the oldest of them all?", "--sql", "SELECT 1 AS one")
    stack.ok("workspace", "examples", "add", "club", *words)
    stack.ok("workspace", "export", "club", str(file))
    before = json.loads(file.read_text(encoding="utf-8"))

    stack.ok("workspace", "delete", "club", "--yes")
    stack.ok("import-bird", str(folder / "student_club.sqlite"), "--name", "club")
    taken = stack.ok("workspace", "import", "club", str(file)).data

    assert taken["skipped"] == []
    assert taken["added"]["examples"] == len(before["examples"])
    assert stack.ok("workspace", "export", "club", "-").data["document"] == before
    assert stack.ok("ask", "Who is the oldest of them all?", "-w", "club").data["rows"] == [[1]]


def test_an_example_answers_from_the_moment_it_is_stored(stack: Machine, zoo: str) -> None:
    asked = "Which inhabitant came last?"
    words = ("--question", asked, "--sql", "SELECT name FROM animals ORDER BY id DESC LIMIT 1")
    assert stack.json("ask", asked, "-w", zoo).code == 3

    stored = stack.ok("workspace", "examples", "add", zoo, *words).data

    assert stack.ok("ask", asked, "-w", zoo).data["rows"] == [["Tom"]]
    stack.ok("workspace", "examples", "delete", zoo, str(stored["id"]), "--yes")
    assert stack.json("ask", asked, "-w", zoo).code == 3


def test_what_is_refused_says_why_and_changes_nothing(
    stack: Machine, zoo: str, tmp_path: Path
) -> None:
    before = stack.ok("workspace", "export", zoo, "-").data
    file = tmp_path / "wrong.json"
    file.write_text('{"format": "thoth-workspace/1", "title": "x", "exmaples": []}')
    hostile = ("--question", "Gone?", "--sql", "DROP TABLE animals")

    document = stack.json("workspace", "import", zoo, str(file))
    example = stack.json("workspace", "examples", "add", zoo, *hostile)
    unknown = stack.json("workspace", "show", "farm")
    unasked = stack.json("workspace", "delete", zoo)

    assert [one.code for one in (document, example, unknown, unasked)] == [7, 7, 2, 2]
    assert "exmaples" in document.envelope["errors"][0]["message"]
    assert zoo in unknown.envelope["errors"][0]["hint"]
    assert stack.ok("workspace", "export", zoo, "-").data == before


def test_removing_a_workspace_removes_its_file(stack: Machine, zoo: str) -> None:
    files = docker("exec", stack.container(), "ls", "/data/databases").split()

    stack.ok("workspace", "delete", zoo, "--yes")

    left = docker("exec", stack.container(), "ls", "/data/databases").split()
    assert len(files) - len(left) == 1
    assert zoo not in stack.run("workspace", "list").out


def test_ctrl_c_while_the_rows_are_loaded_leaves_no_workspace(
    stack: Machine, tmp_path: Path
) -> None:
    file = tmp_path / "large.sqlite"
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000)"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT)")
        database.execute(f"{count} INSERT INTO t SELECT i, 'word ' || i FROM n")
        database.commit()
    process = stack.start("import-bird", str(file), "--name", "gone", "--output", "ndjson")
    for event in events(process):
        if event.get("subject") == "server" and event.get("status") in {"load", "profile"}:
            process.send_signal(signal.SIGINT)
            break
    out, _ = process.communicate(timeout=120)

    assert process.returncode == 130, out
    until(lambda: "import-bird" not in docker("top", stack.container()), 120)
    assert docker("exec", stack.container(), "ls", "/data/incoming") == ""
    assert "gone" not in {one["name"] for one in stack.ok("workspace", "list").data["workspaces"]}
