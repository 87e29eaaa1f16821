import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.server import databases, imports
from tests.server.account import EMAIL, PASSWORD, TOKEN
from tests.services import application_database
from thoth_ai.json_logging import JsonFormatter
from thoth_ai.workspaces.models import Database, VectorPoint

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def zoo(client: Client, tmp_path: Path) -> Client:
    assert imports.from_file(databases.small(tmp_path / "zoo.sqlite")).status == 0
    return client


def ask(client: Client, body: object, headers: dict[str, str] = BEARER) -> Any:  # noqa: ANN401 - Django's test response
    content = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(
        "/api/v1/ask", data=content, content_type="application/json", headers=headers
    )


def sign_in(client: Client, password: str = PASSWORD) -> Any:  # noqa: ANN401 - Django's test response
    client.get("/login/")
    form = {
        "username": EMAIL.upper(),
        "password": password,
        "csrfmiddlewaretoken": client.cookies["thoth_csrf"].value,
    }
    return client.post("/login/", form)


def test_liveness_needs_nobody_and_nothing(client: Client) -> None:
    assert client.get("/health/live/").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/health/", "/health/db/", "/health/vector/", "/health/ai/"])
def test_a_sound_server_is_well(zoo: Client, path: str) -> None:
    assert zoo.get(path).status_code == 200


def test_health_says_what_fails(zoo: Client, data: Path) -> None:
    application_database.lose(data, Database.objects.get())
    VectorPoint.objects.all().delete()

    answer = zoo.get("/health/")

    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert [checks[name]["status"] for name in ("database", "vector", "ai")] == [
        "failing",
        "failing",
        "not configured",
    ]
    assert zoo.get("/health/live/").status_code == 200


def test_metrics_count_questions(zoo: Client) -> None:
    ask(zoo, {"question": "How many animals are there?"})

    text = zoo.get("/metrics").content.decode()

    assert 'thoth_questions_total{outcome="example"}' in text
    assert "thoth_build_info" in text


def test_the_bearer_of_the_token_is_answered(zoo: Client) -> None:
    reply = ask(zoo, {"question": "How many animals are there?"}).json()

    assert reply["answered"] is True
    assert (reply["columns"], reply["rows"], reply["row_count"]) == (["rows"], [[3]], 1)
    assert reply["workspace"] == "zoo"
    assert reply["source"]["kind"] == "example"
    assert reply["source"]["origin"] == "generated"


def test_an_unknown_question_gets_an_honest_no(zoo: Client) -> None:
    reply = ask(zoo, {"question": "What is the meaning of life?"}).json()

    assert (reply["answered"], reply["reason"]) == (False, "no_close_example")
    assert reply["hint"]


def test_an_unknown_workspace_is_named(zoo: Client) -> None:
    reply = ask(zoo, {"question": "How many?", "workspace": "farm"}).json()

    assert (reply["reason"], reply["workspace"]) == ("no_workspace", "farm")


def test_workspaces_are_listed(zoo: Client) -> None:
    listed = zoo.get("/api/v1/workspaces", headers=BEARER).json()["workspaces"]

    assert listed == [
        {
            "name": "zoo",
            "title": "zoo",
            "notice": "",
            "databases": [{"name": "zoo", "tables": 1, "rows": 3}],
            "examples": 3,
        }
    ]


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer ünï", "Bearer "]
)
def test_a_wrong_token_is_refused(zoo: Client, value: str) -> None:
    answer = ask(zoo, {"question": "How many?"}, {"Authorization": value})

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "code", "detail", "hint"}


def test_an_empty_token_opens_nothing(zoo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.API_TOKEN", "")

    assert ask(zoo, {"question": "x"}, {"Authorization": "Bearer "}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        {},
        {"question": ""},
        {"question": 1},
        {"question": "x" * 2001},
        {"question": "x", "workspace": 1},
        b'{"question": "\\ud800"}',
        b"[" * 100_000,
    ],
)
def test_a_bad_body_is_a_problem(zoo: Client, body: object) -> None:
    answer = ask(zoo, body)

    assert answer.status_code == 400
    assert answer.json()["hint"]


def test_a_huge_body_is_a_problem(zoo: Client) -> None:
    assert ask(zoo, b" " * 300_000).status_code == 413


def test_other_methods_and_addresses_are_problems(zoo: Client) -> None:
    assert zoo.get("/api/v1/ask", headers=BEARER).status_code == 405
    missing = zoo.get("/api/v1/nothing")
    assert missing.status_code == 404
    assert missing["Content-Type"] == "application/problem+json"
    assert zoo.get("/nothing").status_code == 404


def test_the_page_needs_a_login(client: Client) -> None:
    assert client.get("/").status_code == 302
    assert sign_in(client, "wrong").status_code == 200
    assert sign_in(client).status_code == 302
    assert client.get("/").status_code == 200


def test_the_page_asks_with_its_session_and_csrf_token(zoo: Client) -> None:
    sign_in(zoo)
    page = zoo.get("/").content.decode()
    assert "How many animals are there?" in page
    token = zoo.cookies["thoth_csrf"].value

    body = {"question": "How many animals are there?"}
    assert ask(zoo, body, {"X-CSRFToken": token}).json()["answered"] is True
    assert ask(zoo, body, {}).status_code == 403


def test_the_page_loads_nothing_foreign(client: Client) -> None:
    answer = client.get("/login/")

    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "http://" not in answer.content.decode().replace("http://www.w3.org", "")


def test_static_files_are_small() -> None:
    folder = Path(__file__).parents[2] / "thoth_ai" / "web" / "static"

    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 100_000


def test_the_administration_opens(zoo: Client) -> None:
    sign_in(zoo)

    for page in ("", "workspaces/example/", "workspaces/table/", "accounts/user/"):
        assert zoo.get(f"/admin/{page}").status_code == 200, page


def test_a_foreign_host_name_is_refused_calmly(client: Client) -> None:
    answer = client.get("/login/", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "THOTH_ALLOWED_HOSTS" in answer.content.decode()


def test_a_secret_in_a_message_is_blotted_out() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "token %s", ("canary-1",), None)

    line = JsonFormatter(("canary-1",)).format(record)

    assert json.loads(line)["message"] == "token ********"
