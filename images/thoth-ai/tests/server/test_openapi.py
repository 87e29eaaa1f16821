import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from provider_server import ProviderServer

from tests.server import databases, imports
from tests.server.conversations import BEARER, ask, get, post
from tests.services import checkout
from thoth_ai.api import openapi
from thoth_ai.providers.types import ProviderSettings

DOCS = Path(__file__).parents[4] / "docs"
DOCUMENT = openapi.document("1")


@pytest.fixture
def zoo(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    assert imports.from_file(databases.small(tmp_path / "zoo.sqlite")).status == 0
    with ProviderServer([{"match": "last", "reply": "SELECT MAX(name) AS last FROM animals"}]) as p:
        chosen = ProviderSettings("custom", "m", p.openai)
        monkeypatch.setattr("django.conf.settings.LANGUAGE_MODEL", chosen)
        yield client


def conforms(value: object, schema: str) -> None:
    Draft202012Validator({"$ref": f"#/components/schemas/{schema}", **DOCUMENT}).validate(value)


def test_the_description_of_the_api_is_valid_and_needs_nobody(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()

    validate(document)
    assert {"/ask", "/sql", "/questions/{id}/verdict", "/tokens"} <= document["paths"].keys()


@pytest.mark.parametrize("operation", openapi.OPERATIONS, ids=lambda operation: operation.name)
def test_every_described_operation_exists(client: Client, operation: openapi.Operation) -> None:
    path = "/api/v1" + operation.path.replace("{id}", "1").replace("{name}", "none").replace(
        "{key}", str(UUID(int=1))
    )

    answer = client.generic(operation.method.upper(), path, "{", headers=BEARER)

    assert answer.status_code != 405
    assert answer.status_code != 404 or answer.json()["code"] == "not_found"


def test_errors_have_the_described_form(client: Client) -> None:
    schema = {"$ref": "#/components/schemas/Problem", **openapi.document("1")}

    for answer in (post(client, "ask", {}), client.get("/api/v1/workspaces"), get(client, "ask")):
        Draft202012Validator(schema).validate(answer.json())


def test_every_address_of_the_api_is_described() -> None:
    served = {
        str(pattern.pattern)
        .removeprefix("api/v1")
        .replace("<int:number>", "{id}")
        .replace("<uuid:key>", "{key}")
        for pattern in get_resolver().url_patterns
        if str(pattern.pattern).startswith("api/v1/")
    }

    described = {path.replace("{name}", "<str:name>") for path in DOCUMENT["paths"]}
    assert served - {"/openapi.json"} == described


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("workspaces", "Workspaces"),
        ("workspaces/zoo", "Workspace"),
        ("workspaces/zoo/examples?limit=2", "Examples"),
        ("workspaces/zoo/export", "Knowledge"),
        ("questions", "Questions"),
        ("questions/{id}", "Reply"),
        ("tokens", "Tokens"),
    ],
)
def test_what_is_read_conforms(zoo: Client, path: str, schema: str) -> None:
    asked = ask(zoo, "Which animal is last?")
    post(zoo, "tokens", {"name": "x", "days": 3})

    conforms(get(zoo, path.format(id=asked["id"])).json(), schema)


def test_replies_and_what_is_written_conform(zoo: Client) -> None:
    def sent(path: str, body: dict[str, Any], takes: str, gives: str) -> Any:  # noqa: ANN401 - JSON
        conforms(body, takes)
        answer = post(zoo, path, body).json()
        conforms(answer, gives)
        return answer

    sent("ask", {"question": "How many animals are there?"}, "Ask", "Answer")
    asked = sent("ask", {"question": "Which animal is last?"}, "Ask", "Answer")
    sent("ask", {"question": "x", "workspace": "none"}, "Ask", "NoAnswer")
    sent("sql", {"workspace": "zoo", "sql": "SELECT 1"}, "Sql", "Answer")
    sent(f"questions/{asked['id']}/verdict", {"verdict": "up"}, "Verdict", "Judged")
    sent("tokens", {"name": "x"}, "MintToken", "NewToken")
    example = {"question": "All?", "sql": "SELECT * FROM animals"}
    sent("workspaces/zoo/examples", example, "NewExample", "Example")
    knowledge = get(zoo, "workspaces/zoo/export").json()
    sent("workspaces/zoo/import", knowledge, "Knowledge", "Taken")


@checkout.needed
def test_the_reference_says_what_the_description_says() -> None:
    spec = importlib.util.spec_from_file_location("generate_api", DOCS / "generate_api.py")
    assert spec
    assert spec.loader
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)

    assert (DOCS / "reference" / "api.md").read_text() == generator.page(DOCUMENT)
