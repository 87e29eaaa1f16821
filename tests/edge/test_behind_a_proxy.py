"""The edge without TLS of its own: what a proxy in front of it may say, and who may not."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from edge.place import HOSTS, REPLICAS, Place

from thothctl.config.edge import Edge, Tls

PROXY, STRANGER = "127.0.0.41", "127.0.0.42"
SAID = {"X-Forwarded-For": "6.6.6.6, 192.0.2.7", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with ExitStack() as stack:
        place = Place(stack, Edge(Tls.OFF, HOSTS, trusted_proxies=(f"{PROXY}/32",)))
        place.start(REPLICAS[0])
        yield place


def seen(place: Place, source: str, headers: dict[str, str]) -> dict[str, str]:
    with place.nginx.client("http", source) as client:
        answer = client.get("/", headers={"Host": "thoth.test", **headers})
    found: dict[str, str] = answer.json()["headers"]
    return {**found, "hsts": answer.headers.get("Strict-Transport-Security", "")}


def test_a_trusted_proxy_says_who_asks_and_how(place: Place) -> None:
    headers = seen(place, PROXY, {**SAID, "X-Forwarded-Port": "443"})

    assert headers["x-forwarded-for"] == headers["x-real-ip"] == "192.0.2.7"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["x-forwarded-port"] == "443"
    assert headers["hsts"]


def test_a_stranger_says_nothing(place: Place) -> None:
    headers = seen(place, STRANGER, SAID)

    assert headers["x-forwarded-for"] == headers["x-real-ip"] == STRANGER
    assert headers["x-forwarded-proto"] == "http"
    assert not headers["hsts"]


def test_the_log_names_who_asked(place: Place) -> None:
    seen(place, PROXY, SAID)

    assert '"remote":"192.0.2.7"' in place.nginx.log


def test_a_proxy_without_tls_is_taken_at_its_word(place: Place) -> None:
    headers = seen(place, PROXY, {"X-Forwarded-For": "192.0.2.8", "X-Forwarded-Proto": "http"})

    assert headers["x-forwarded-proto"] == "http"
    assert not headers["hsts"]
