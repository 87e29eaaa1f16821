"""Setup with certificates by ACME, public, and side by side: what is said and what is refused."""

from pathlib import Path

import pytest
from cli.test_config import Place

NOBODY = "https://127.0.0.1:9/dir"
ACME = ("--tls", "acme", "--host-name", "thoth.test", "--acme-directory", NOBODY)


@pytest.fixture
def place(home: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    found = Place(home, capsys)
    found.play.engine.services = ("app", "postgres", "redis", "worker", "nginx")
    return found


def test_an_authority_that_is_silent_leaves_a_stack_that_runs_and_a_warning(place: Place) -> None:
    code, document = place.run("setup", "--yes", "--mode", "production", *ACME)

    assert code == 0
    [warning] = document["warnings"]
    assert "does not answer; the old certificate stays" in warning
    shown = place.ok("certificates", "show")
    assert shown["authority"]
    code, document = place.run("certificates", "renew")
    assert code == 15
    assert "acme_directory" in document["errors"][0]["hint"]
    assert place.ok("certificates", "show") == shown


def test_public_is_announced_with_what_becomes_reachable(place: Place) -> None:
    data = place.ok("setup", "--yes", "--mode", "production", "--public", "--http-port", "18080")

    assert any("every network of this machine" in note for note in data["notes"])
    assert [door["inside"] for door in data["reachable"]] == ["8443/tcp", "8080/tcp"]
    assert any("DOCKER-USER" in rule for rule in data["reachable"][0]["rules"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--public",), "no TLS"),
        (("--mode", "production", "--tls", "off", "--public"), "without TLS"),
        (("--mode", "production", "--tls", "acme"), "no public authority"),
        (("--set", "network.subnet=10.9.0.0/29"), "too small"),
        (("--port", "65000", "--port-offset", "600"), "does not exist"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(
    place: Place, words: tuple[str, ...], message: str
) -> None:
    code, document = place.run("setup", "--yes", *words)

    assert code == 7
    assert message in document["errors"][0]["message"]
    assert place.play.engine.calls == []


def test_data_stays_where_it_was_put(place: Place) -> None:
    place.ok("setup", "--yes", "--mode", "production")

    code, document = place.run("config", "set", "data_dir=/srv/thoth")

    assert code == 7
    assert "does not move" in document["errors"][0]["message"]
