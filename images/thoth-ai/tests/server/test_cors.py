"""Pages of other origins: those that are named may call the API with a token, others may not."""

import pytest
from django.test import Client

from tests.server.account import TOKEN
from thoth_ai import environment
from thoth_ai.errors import ServerError

PORTAL = "https://portal.example.org"
ASKS = {"Access-Control-Request-Method": "POST"}


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.CORS_ORIGINS", frozenset({PORTAL}))


def test_a_named_origin_may_ask_and_read(client: Client) -> None:
    asked = client.options("/api/v1/ask", headers={"Origin": PORTAL, **ASKS})
    read = client.get(
        "/api/v1/workspaces", headers={"Origin": PORTAL, "Authorization": f"Bearer {TOKEN}"}
    )

    assert asked.status_code == 204
    assert "POST" in asked["Access-Control-Allow-Methods"]
    assert "Authorization" in asked["Access-Control-Allow-Headers"]
    assert read["Access-Control-Allow-Origin"] == PORTAL
    assert "Origin" in read["Vary"]
    assert "Access-Control-Allow-Credentials" not in read


@pytest.mark.parametrize("origin", ["https://evil.example.org", "null", "", PORTAL + ".evil.org"])
def test_another_origin_gets_no_permission(client: Client, origin: str) -> None:
    asked = client.options("/api/v1/ask", headers={"Origin": origin, **ASKS})

    assert asked.status_code == 405
    assert "Access-Control-Allow-Origin" not in asked
    assert "Origin" in asked["Vary"]


def test_pages_are_for_nobody_else(client: Client) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/login/", headers={"Origin": PORTAL})


@pytest.mark.parametrize("text", ["*", "https://a.org/path", "a.org", "https://a.org/", "null"])
def test_what_is_no_origin_ends_the_start(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", text)

    with pytest.raises(ServerError, match="no origin"):
        environment.origins("CORS_ORIGINS")


def test_several_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://a.org, http://[::1]:8080")

    assert environment.origins("CORS_ORIGINS") == {"https://a.org", "http://[::1]:8080"}
