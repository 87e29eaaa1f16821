"""The production stack on the real engine: PostgreSQL, Redis, a worker, and TLS by nginx."""

import json
import sqlite3
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from browsing import open_browser
from e2e.engine_view import containers
from e2e.machine import Machine

QUESTION = "How many charter schools are there in Alameda County?"
SERVICES = ("app", "worker", "postgres", "redis", "nginx")
RUNNING = set(SERVICES)


@pytest.fixture(scope="module")
def production(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("production")) as made:
        made.set_up("--mode", "production", "--timeout", "180")
        yield made


def trusting(machine: Machine) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(machine.folder / "tls/authority.pem"))


def call(machine: Machine, path: str, body: object = None) -> Any:  # noqa: ANN401 - a JSON document
    request = urllib.request.Request(  # our own stack on loopback
        f"https://localhost:{machine.port}{path}",
        data=json.dumps(body).encode() if body is not None else None,
        headers={
            "Authorization": f"Bearer {machine.secret('api_token').strip()}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, context=trusting(machine), timeout=60) as reply:
        return json.load(reply)


def test_everything_runs_and_a_second_setup_changes_nothing(production: Machine) -> None:
    before = {name: one["Id"] for name, one in containers(production).items()}

    again = production.set_up("--mode", "production").data

    assert again["changed"] is False
    assert {name: one["Id"] for name, one in containers(production).items()} == before
    assert before.keys() >= RUNNING
    assert production.ok("health").envelope["ok"] is True


def test_the_demo_answers_through_tls_to_who_trusts_the_authority(production: Machine) -> None:
    by_command = production.ok("ask", QUESTION).data["rows"]

    reply = call(production, "/api/v1/ask", {"question": QUESTION})

    assert reply["rows"] == by_command
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(production.url.replace("http:", "https:"), timeout=10)


def test_a_person_signs_in_and_asks_over_https(production: Machine) -> None:
    with open_browser() as browser:
        page = browser.new_page(ignore_https_errors=True)
        page.set_default_timeout(90_000)
        page.goto(f"https://localhost:{production.port}/")
        page.get_by_label("E-mail").fill("admin@localhost")
        page.get_by_label("Password").fill(production.secret("admin_password"))
        page.keyboard.press("Enter")
        page.get_by_label("Question").fill(QUESTION)
        page.keyboard.press("Enter")
        done = page.locator("#answer[aria-busy=false]")
        done.get_by_role("heading", name=QUESTION).wait_for()
        assert "SELECT" in page.locator("#answer").inner_text()


def test_a_database_is_imported_into_postgres_and_equals_the_file(
    production: Machine, chinook: Path
) -> None:
    result = production.ok("import-bird", str(chinook), "--name", "chinook").data

    with closing(sqlite3.connect(f"file:{chinook}?mode=ro", uri=True)) as source:
        names = "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite%'"
        tables = [name for (name,) in source.execute(names)]
        counts = {t: source.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0] for t in tables}
        artists = source.execute("SELECT Name FROM Artist ORDER BY ArtistId LIMIT 20").fetchall()
    assert {table["name"]: table["rows"] for table in result["tables"]} == counts
    words = ("--name", "chinook", "--replace", "--yes")
    again = production.ok("import-bird", str(chinook), *words).data
    whole = sum(counts.values())
    totals = ("rows_in", "rows_out", "rows", "diverted", "workspace")
    assert [again[name] for name in totals] == [whole, whole, whole, 0, "chinook"]
    assert again["tables"] == result["tables"]
    shown = production.ok("workspace", "show", "chinook").data
    assert shown["databases"][0]["engine"] == "postgres"
    sql = 'SELECT "Name" FROM "Artist" ORDER BY "ArtistId" LIMIT 20'
    reply = call(production, "/api/v1/sql", {"workspace": "chinook", "sql": sql})
    assert [tuple(row) for row in reply["rows"]] == artists


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT set_config('statement_timeout', '0', false)",
        "SELECT * FROM pg_catalog.pg_authid",
        "SELECT * FROM public.accounts_user",
    ],
)
def test_generated_sql_reads_its_own_schema_and_nothing_else(production: Machine, sql: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        call(production, "/api/v1/sql", {"workspace": "california_schools", "sql": sql})

    assert refused.value.code == 422


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_killed_comes_back_by_itself(production: Machine, service: str) -> None:
    subprocess.run(
        ["docker", "exec", containers(production)[service]["Id"], "sh", "-c", "kill -9 -1"],
        check=False,
        capture_output=True,
    )

    health = production.ok("health", "--wait", "--timeout", "90")

    assert health.envelope["ok"] is True
    assert production.ok("ask", QUESTION).data["rows"] == [[8]]


def test_a_certificate_that_is_good_stays_and_one_that_is_gone_is_made_again(
    production: Machine,
) -> None:
    assert production.ok("certificates", "renew").data["renewed"] is False
    served = production.folder / "tls/served/certificate.pem"
    old = served.read_text()
    served.unlink()

    assert production.ok("certificates", "renew").data["renewed"] is True

    assert served.read_text() != old
    assert call(production, "/api/v1/workspaces")["workspaces"]


def test_uninstall_leaves_no_labelled_object(production: Machine) -> None:
    label = production.label

    production.ok("uninstall", "--purge", "--confirm", production.name, "--yes")

    assert not any(production.left(label).values())
