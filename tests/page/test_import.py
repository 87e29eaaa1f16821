"""The page that imports: a real file through the real server, and the phases of a played job."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

JOB = "00000000-0000-0000-0000-000000000007"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "Zoo of 2026.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE animals (id INTEGER PRIMARY KEY, kind TEXT)")
        rows = ((number, f"kind {number % 7}") for number in range(20_000))
        connection.executemany("INSERT INTO animals VALUES (?, ?)", rows)
    return path


def played(page: Page, *states: dict[str, Any]) -> None:
    """The last state stays."""
    left = list(states)

    def answer(route: Route) -> None:
        state = left.pop(0) if len(left) > 1 else left[0]
        facts = {"state": "running", "done": 0, "total": 0, "unit": "", "phase": "", **state}
        route.fulfill(json={"id": JOB, **facts})

    page.route(re.compile(r"/api/v1/jobs/"), answer)
    page.route(
        re.compile(r"/api/v1/imports"), lambda route: route.fulfill(status=202, json={"id": JOB})
    )


def send(page: Page, database: Path) -> None:
    page.goto("/import/")
    page.get_by_label("SQLite file").set_input_files(database)
    page.get_by_role("button", name="Import").click()


def test_a_file_becomes_a_workspace_that_can_be_asked(page: Page, database: Path) -> None:
    send(page, database)

    expect(page.get_by_text("20,000 rows in, 20,000 rows out")).to_be_visible(timeout=30_000)
    expect(page.locator(".phase.done").filter(has_text="Sending the file")).to_be_visible()
    page.get_by_role("link", name="Tables and descriptions").click()
    expect(page).to_have_url(re.compile("/workspaces/zoo_of_2026/"))
    expect(page.get_by_placeholder(re.compile("kind 0"))).to_be_visible()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_phases_show_their_rate_and_the_time_left(
    page: Page, database: Path, artefacts: Path, look: str
) -> None:
    page.emulate_media(color_scheme=look)  # type: ignore[arg-type]  # one of two words
    load = [
        {"phase": "load", "done": 90_000 * at, "total": 4_000_000, "unit": "rows"}
        for at in range(9)
    ]
    played(page, {"phase": "check", "done": 1, "total": 1, "unit": "tables"}, *load)

    send(page, database)

    running = page.locator(".phase").filter(has_text="Copying and verifying")
    expect(running).to_contain_text(re.compile(r"of 4,000,000 rows · [\d,]+ rows/s · .+ left"))
    expect(page.locator(".phase.done").filter(has_text="Checking the file")).to_be_visible()
    page.screenshot(path=artefacts / f"import-{look}.png")


def test_a_failure_says_what_to_do_and_lets_one_try_again(page: Page, database: Path) -> None:
    error = {"code": "not_sqlite", "message": "It is no database.", "hint": "Choose `another`."}
    played(page, {"phase": "check"}, {"state": "failed", "error": error})

    send(page, database)

    expect(page.get_by_role("alert")).to_contain_text("It is no database.")
    expect(page.get_by_role("alert")).to_contain_text("another")
    expect(page.get_by_role("button", name="Import")).to_be_visible()


def test_a_page_that_comes_back_follows_the_same_job(page: Page) -> None:
    result = {"workspace": "zoo", "verified": "7 rows in", "tables": [], "examples": 1}
    played(page, {"phase": "index"}, {"state": "done", "result": result})

    page.goto(f"/import/#{JOB}")

    expect(page.get_by_text("7 rows in")).to_be_visible()


def test_watching_goes_on_where_a_connection_was_lost(page: Page, complaints: list[str]) -> None:
    values = {"state": "running", "done": 1, "total": 2, "unit": "steps", "phase": "values"}
    result = {"workspace": "zoo", "verified": "7 rows in", "tables": [], "examples": 1}
    answers: list[dict[str, Any]] = [
        {"status": 502, "body": "<html>"},
        {"json": {"id": JOB, **values}},
        {},
        {"content_type": "application/json", "body": "{"},
        {"json": {"id": JOB, "state": "done", "result": result}},
    ]

    def answer(route: Route) -> None:
        told = answers.pop(0)
        if told:
            route.fulfill(**told)
        else:
            route.abort()

    page.route(re.compile(r"/api/v1/jobs/"), answer)

    page.goto(f"/import/#{JOB}")

    expect(page.locator(".phase").filter(has_text="Indexing the values")).to_be_visible()
    expect(page.get_by_text("7 rows in")).to_be_visible()
    complaints.clear()


def test_watching_ends_where_there_is_no_such_job(page: Page, complaints: list[str]) -> None:
    problem = {"detail": "There is no such job.", "hint": "Import again."}
    page.route(re.compile(r"/api/v1/jobs/"), lambda route: route.fulfill(status=404, json=problem))

    page.goto(f"/import/#{JOB}")

    expect(page.get_by_role("alert")).to_contain_text("There is no such job.")
    complaints.clear()


def test_a_name_in_use_is_told_before_anything_is_read(
    page: Page, database: Path, complaints: list[str]
) -> None:
    problem = {"detail": "There is already a workspace named zoo.", "hint": "Replace it."}
    page.route(
        re.compile(r"/api/v1/imports"),
        lambda route: route.fulfill(
            status=400, content_type="application/problem+json", body=json.dumps(problem)
        ),
    )

    send(page, database)

    expect(page.get_by_role("alert")).to_contain_text("Replace it.")
    complaints.clear()
