"""Questions through the CLI, the API and a real browser; imports asked afterwards."""

import hashlib
import json
import os
import sqlite3
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from browsing import open_browser
from e2e.machine import Machine, docker
from file_server import serving
from playwright.sync_api import Page
from provider_stub import certificate

QUESTIONS = (
    "How many charter schools are there in Alameda County?",
    "What percentage of active campuses are magnets?",
    "Which counties beat the statewide mean in reading, writing and mathematics alike?",
)
REWORDED = "in alameda county, how many charter schools exist"
ARTEFACTS = Path(os.environ.get("THOTH_TEST_ARTEFACTS", "artefacts"))


@pytest.mark.parametrize("question", [*QUESTIONS, REWORDED])
def test_the_demo_answers_through_the_command_line(stack: Machine, question: str) -> None:
    answer = stack.ok("ask", question).data

    assert answer["sql"].upper().startswith(("SELECT", "WITH"))
    assert answer["rows"] == _rows(stack, "california_schools", answer["sql"])
    assert answer["source"]["kind"] == "example"
    assert "invented" in answer["notice"].lower()


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_interface_for_programs_gives_the_same_rows(stack: Machine, question: str) -> None:
    by_command = stack.ok("ask", question).data

    by_api = _post(stack, stack.secret("api_token"), question)

    assert by_api["rows"] == by_command["rows"]
    assert by_api["sql"] == by_command["sql"]


def test_a_question_nobody_stored_is_an_honest_no(stack: Machine) -> None:
    done = stack.json("ask", "What colour is the sky above Oakland at noon?")

    assert done.code == 3
    assert done.envelope["code"] == "no_answer"
    assert done.envelope["errors"][0]["hint"]


def test_a_person_signs_in_asks_and_sees_the_rows(stack: Machine, page: Page) -> None:
    _sign_in(stack, page)

    for number, question in enumerate(QUESTIONS):
        page.get_by_label("Question").fill(question)
        page.keyboard.press("Enter")
        page.locator("#answer[aria-busy=false]").get_by_role("heading", name=question).wait_for()
        page.screenshot(path=ARTEFACTS / f"answer-{number}.png", full_page=True)

        shown = page.locator("#answer").inner_text().replace(",", "")
        assert "SELECT" in shown
        for value in stack.ok("ask", question).data["rows"][0]:
            assert (f"{value:g}" if isinstance(value, float) else str(value)) in shown


def test_a_real_file_is_imported_and_answers_like_sqlite(stack: Machine, chinook: Path) -> None:
    result = stack.ok("import-bird", str(chinook), "--name", "chinook").data

    with closing(sqlite3.connect(f"file:{chinook}?mode=ro", uri=True)) as source:
        names = [
            r[0]
            for r in source.execute(
                "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite%'"
            )
        ]
        counts = {n: source.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names}
    assert {t["name"]: t["rows"] for t in result["tables"]} == counts
    assert result["rows"] == sum(counts.values())
    largest = max(counts, key=lambda name: counts[name])
    answer = stack.ok("ask", f"How many rows are in {largest}?", "--workspace", "chinook").data
    assert answer["rows"] == [[counts[largest]]]


def test_a_name_in_use_is_refused_with_the_way_to_replace(stack: Machine, chinook: Path) -> None:
    stack.json("import-bird", str(chinook), "--name", "twice")

    refused = stack.json("import-bird", str(chinook), "--name", "twice")
    replaced = stack.ok("import-bird", str(chinook), "--name", "twice", "--replace")

    assert refused.code == 7
    assert "--replace" in refused.envelope["errors"][0]["hint"]
    assert replaced.data["replaced"] is True


def test_questions_in_bird_format_become_examples(stack: Machine, tmp_path: Path) -> None:
    file = tmp_path / "pets.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            "CREATE TABLE pet (name TEXT, age INT); INSERT INTO pet VALUES ('Rex', 4), ('Tom', 9);"
        )
    asked = [
        {
            "db_id": "pets",
            "question": "Who is the oldest pet?",
            "evidence": "",
            "SQL": "SELECT name FROM pet ORDER BY age DESC LIMIT 1",
        },
        {
            "db_id": "pets",
            "question": "Is this broken?",
            "evidence": "",
            "SQL": "SELECT nothing FROM nowhere",
        },
    ]
    questions = tmp_path / "dev.json"
    questions.write_text(json.dumps(asked))

    done = stack.ok("import-bird", str(file), "--questions", str(questions))

    assert stack.ok("ask", "Who is the oldest pet?", "-w", "pets").data["rows"] == [["Tom"]]
    assert len(done.data["rejected_examples"]) == 1


def test_a_database_in_use_with_rows_only_in_its_wal_is_imported_whole(
    stack: Machine, tmp_path: Path
) -> None:
    file = tmp_path / "-in use ü.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("CREATE TABLE fresh (x INT)")
        writer.executemany("INSERT INTO fresh VALUES (?)", [(n,) for n in range(500)])

        done = stack.ok("import-bird", "--name", "inuse", "--", str(file))

    assert done.data["rows"] == 500


def test_an_archive_behind_an_address_is_fetched_proved_unpacked_and_imported(
    stack: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, key = certificate(tmp_path)
    monkeypatch.setitem(stack.extra, "THOTHCTL_CA_BUNDLE", str(authority))
    with closing(sqlite3.connect(tmp_path / "far.sqlite")) as made, made:
        made.execute("CREATE TABLE far (x INT)")
        made.executemany("INSERT INTO far VALUES (?)", [(n,) for n in range(500)])
    packed = tmp_path / "far.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "far.sqlite", "data/far.sqlite")
    content = packed.read_bytes()
    proof = hashlib.sha256(content).hexdigest()

    with serving(content, key) as server:
        address = server.url.replace("my%20zoo.sqlite", "far.zip")
        words = ("import-bird", address, "--name", "far")
        refused = stack.json(*words, "--sha256", "0" * 64)
        done = stack.ok(*words, "--sha256", proof)

    assert (refused.code, done.data["rows"]) == (12, 500)
    assert stack.ok("ask", "How many rows are in far?", "-w", "far").data["rows"] == [[500]]


@pytest.mark.parametrize(
    "kind", ["text", "truncated", "empty", "no tables", "encrypted", "folder", "missing"]
)
def test_what_is_no_database_is_refused_and_leaves_nothing(
    stack: Machine, tmp_path: Path, kind: str
) -> None:
    before = _workspaces(stack)

    refused = stack.json("import-bird", str(_bad(tmp_path, kind)), "--name", "bad")

    assert refused.code == 7, refused.out
    assert refused.envelope["errors"][0]["hint"]
    assert _workspaces(stack) == before
    assert not list((stack.home / "work").glob("import-*"))
    assert docker("exec", stack.container(), "ls", "/data/incoming").split() in ([], ["lock"])


def test_a_database_locked_by_another_program_is_refused(stack: Machine, tmp_path: Path) -> None:
    file = tmp_path / "locked.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as owner:
        owner.execute("CREATE TABLE t (x)")
        owner.execute("PRAGMA locking_mode=EXCLUSIVE")
        owner.execute("BEGIN EXCLUSIVE")

        refused = stack.json("import-bird", str(file))

    assert refused.code == 7
    assert "locked" in refused.envelope["errors"][0]["message"]


def _bad(folder: Path, kind: str) -> Path:
    file = folder / "bad.sqlite"
    if kind == "folder":
        file.mkdir()
    elif kind == "text":
        file.write_text("name,age\nRex,4\n")
    elif kind == "empty":
        file.touch()
    elif kind == "encrypted":
        file.write_bytes(os.urandom(8192))
    elif kind in ("truncated", "no tables"):
        with closing(sqlite3.connect(file)) as database:
            database.execute("CREATE TABLE t (x)")
            database.executemany("INSERT INTO t VALUES (?)", [("y" * 900,) for _ in range(200)])
            if kind == "no tables":
                database.execute("DROP TABLE t")
            database.commit()
        if kind == "truncated":
            os.truncate(file, 40_000)
    return file


def _rows(stack: Machine, workspace: str, sql: str) -> list[list[Any]]:
    """What SQLite itself says, on a copy of the container's own file."""
    files = docker(
        "exec", stack.container(), "find", "/data/databases", "-name", "*.sqlite"
    ).split()
    chosen = next(file for file in files if workspace in file) if len(files) > 1 else files[0]
    local = stack.home / "copy.sqlite"
    docker("cp", f"{stack.container()}:{chosen}", str(local))
    with closing(sqlite3.connect(local)) as database:
        return [list(row) for row in database.execute(sql)]


def _post(stack: Machine, token: str, question: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{stack.url}/api/v1/ask",
        data=json.dumps({"question": question}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        values = json.load(answer)
    assert isinstance(values, dict)
    return values


def _workspaces(stack: Machine) -> str:
    return docker("exec", stack.container(), "find", "/data/databases", "-type", "f")


def _sign_in(stack: Machine, page: Page) -> None:
    page.goto(stack.url)
    page.get_by_label("E-mail").fill("admin@localhost")
    page.get_by_label("Password").fill(stack.secret("admin_password"))
    page.screenshot(path=ARTEFACTS / "login.png")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{stack.url}/**")


@pytest.fixture
def page() -> Iterator[Page]:
    """A page in a real Chromium."""
    ARTEFACTS.mkdir(exist_ok=True)
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(90_000)
        yield page
