"""Every class of key, told by a server on this machine; nothing is ever prompted."""

import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from provider_stub import MODELS, Handler, by_key, certificate, provider

from thothctl.adapters.provider_http import HttpProviders
from thothctl.adapters.proxies import proxy_for
from thothctl.model.provider import PROVIDERS, KeyClass, KeyRequest, KeyVerdict
from thothctl.model.secret import Secret
from thothctl.probes import keys

if TYPE_CHECKING:
    from thothctl.world import World

CANARY = "sk-canary-0123456789"
NO_SUCH = "http://127.0.0.1:9/v1"


def check(*requests: KeyRequest, environment: Mapping[str, str] | None = None) -> list[KeyVerdict]:
    world = SimpleNamespace(providers=HttpProviders(environment or {}))
    return list(keys.check(cast("World", world), requests))


def asked_at(url: str, name: str = "openai", key: str | None = CANARY, **more: str) -> KeyRequest:
    return KeyRequest(PROVIDERS[name], Secret(key) if key else None, url, **more)


CLASSES: list[tuple[int, Any, str]] = [
    (200, MODELS, "valid"),
    (401, {"error": {"message": "no"}}, "invalid"),
    (403, {"error": {"message": "Forbidden"}}, "invalid"),
    (403, {"error": {"message": "Your plan has no access to this model"}}, "no_access"),
    (402, {"error": "Payment required"}, "no_quota"),
    (429, {"error": {"code": "insufficient_quota", "message": "You exceeded it"}}, "no_quota"),
    (429, {"message": "slow down"}, "valid"),
    (400, {"error": {"message": "API key not valid. Please pass a valid API key."}}, "invalid"),
    (400, {"error": "what?"}, "network"),
    (404, b"<html>", "network"),
    (302, b"", "network"),
    (500, b"", "network"),
    (503, {"message": "overloaded"}, "network"),
    (407, b"", "proxy"),
    (200, b"<html>sign in to this network</html>", "network"),
    (200, [1], "network"),
]


@pytest.mark.parametrize(("status", "body", "kind"), CLASSES)
def test_a_status_tells_the_class(status: int, body: object, kind: str) -> None:
    with provider((status, body)) as server:
        (verdict,) = check(asked_at(f"{server.url}/v1"))

    assert verdict.kind == kind
    assert verdict.detail


@pytest.mark.parametrize(
    ("name", "header", "path"),
    [
        ("openai", ("Authorization", f"Bearer {CANARY}"), "/models"),
        ("anthropic", ("x-api-key", CANARY), "/v1/models"),
        ("gemini", ("x-goog-api-key", CANARY), "/v1beta/models"),
        ("openrouter", ("Authorization", f"Bearer {CANARY}"), "/key"),
        ("cohere", ("Authorization", f"Bearer {CANARY}"), "/v1/check-api-key"),
    ],
)
def test_a_key_travels_in_its_header_and_never_in_the_address(
    name: str, header: tuple[str, str], path: str
) -> None:
    with provider((200, MODELS)) as server:
        (verdict,) = check(asked_at(server.url, name))

    method, asked, headers = server.asked[0]
    assert verdict.kind is KeyClass.VALID
    assert asked.partition("?")[0] == path
    assert method == ("POST" if name == "cohere" else "GET")
    assert {k.lower(): v for k, v in headers.items()}[header[0].lower()] == header[1]
    assert not [asked for _, asked, _ in server.asked if CANARY in asked]


def test_cohere_and_openrouter_say_it_in_the_body() -> None:
    with provider((200, {"valid": False})) as server:
        (refused,) = check(asked_at(server.url, "cohere"))
    with provider((200, {"data": {"limit_remaining": 0}})) as server:
        (empty,) = check(asked_at(server.url, "openrouter"))

    assert refused.kind is KeyClass.INVALID
    assert empty.kind is KeyClass.NO_QUOTA


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("gpt-4.1-mini", "valid"), ("llama3", "valid"), ("claude-x-latest", "valid"),
        ("claude-x", "valid"), ("deep/r1:free", "valid"), ("gpt-4.1-minni", "no_access"),
    ],
)  # fmt: skip
def test_a_model_that_is_not_listed_is_named_with_its_nearest(model: str, kind: str) -> None:
    listed = ["gpt-4.1-mini", "llama3:latest", "claude-x-20250929", "deep/r1"]
    with provider((200, {"data": [{"id": name} for name in listed]})) as server:
        (verdict,) = check(asked_at(server.url, model=model))

    assert verdict.kind == kind
    assert kind == "valid" or "gpt-4.1-mini" in verdict.detail


@pytest.mark.parametrize("name", ["ollama", "lmstudio", "custom"])
def test_without_a_key_a_local_server_is_valid_when_it_answers(name: str) -> None:
    with provider((200, MODELS)) as server:
        there, away = check(asked_at(server.url, name, None), asked_at(NO_SUCH, name, None))

    assert "Authorization" not in server.asked[0][2]
    assert (there.kind, away.kind) == (KeyClass.VALID, KeyClass.NETWORK)


def test_what_a_container_calls_this_machine_is_checked_on_the_loopback() -> None:
    with provider((200, MODELS)) as server:
        url = f"http://host.docker.internal:{server.server_port}/v1"
        (verdict,) = check(asked_at(url), environment={"HTTP_PROXY": NO_SUCH})

    assert verdict.kind is KeyClass.VALID


def test_a_key_that_is_needed_and_not_there_is_skipped_without_a_call() -> None:
    with provider((200, MODELS)) as server:
        first, second = check(asked_at(server.url, key=None), asked_at(server.url))

    assert (first.kind, second.kind) == (KeyClass.SKIPPED, KeyClass.VALID)
    assert len(server.asked) == 1


def _silent(handler: Handler) -> tuple[int, object]:
    handler.server.over.wait(30)
    return 0, b""


def _dripping(handler: Handler) -> tuple[int, object]:
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.over.wait(0.2):
        handler.wfile.write(b" ")
    return 0, b""


def _reset(handler: Handler) -> tuple[int, object]:
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    return 0, b""


def test_slow_broken_and_absent_servers_are_the_network_all_within_five_seconds() -> None:
    with provider(_silent) as silent, provider(_dripping) as dripping, provider(_reset) as reset:
        began = time.monotonic()
        verdicts = check(*(asked_at(s.url) for s in (silent, dripping, reset)), asked_at(NO_SUCH))
        took = time.monotonic() - began

    assert [v.kind for v in verdicts] == [KeyClass.NETWORK] * 4
    assert [v.detail for v in verdicts[:2]] == ["no answer within 5 s"] * 2
    assert took < 6


def test_a_private_ca_is_trusted_when_it_is_named(tmp_path: Path) -> None:
    bundle, server = certificate(tmp_path)
    with provider((200, MODELS), tls=server) as stub:
        request = asked_at(stub.url.replace("http:", "https:"))
        (unknown,) = check(request)
        (named,) = check(request, environment={"THOTHCTL_CA_BUNDLE": str(bundle)})
        (usual,) = check(request, environment={"SSL_CERT_FILE": str(bundle)})

    assert unknown.kind is KeyClass.NETWORK
    assert "--ca-bundle" in unknown.detail
    assert (named.kind, usual.kind) == (KeyClass.VALID, KeyClass.VALID)


@pytest.mark.parametrize("url", ["http://gate.invalid/v1", "https://gate.invalid/v1"])
def test_a_proxy_that_refuses_is_told_from_the_network(url: str) -> None:
    with provider((407, b"")) as proxy:
        through = {"HTTP_PROXY": proxy.url, "HTTPS_PROXY": proxy.url}
        (verdict,) = check(asked_at(url), environment=through)
    (gone,) = check(asked_at(url), environment={"ALL_PROXY": "http://u:pw@127.0.0.1:9"})
    (socks,) = check(asked_at(url), environment={"ALL_PROXY": "socks5://127.0.0.1:9"})

    assert [v.kind for v in (verdict, gone, socks)] == [KeyClass.PROXY] * 3
    assert "pw" not in gone.detail


def test_a_proxy_carries_the_check_unless_it_is_excepted() -> None:
    with provider((200, MODELS)) as proxy:
        (through,) = check(
            asked_at("http://gate.invalid/v1"), environment={"HTTP_PROXY": proxy.url}
        )
        there = {"HTTP_PROXY": proxy.url, "NO_PROXY": ".invalid"}
        (past,) = check(asked_at("http://gate.invalid/v1"), environment=there)

    assert (through.kind, past.kind) == (KeyClass.VALID, KeyClass.NETWORK)
    assert proxy.asked[0][1] == "http://gate.invalid/v1/models"


@pytest.mark.parametrize(
    ("url", "excepted", "direct"),
    [
        ("https://api.x.org", "", False), ("https://api.x.org", "x.org", True),
        ("https://api.x.org", ".x.org", True), ("https://api.x.org", "*.x.org", True),
        ("https://api.x.org", "y.org, *", True), ("https://notx.org", "x.org", False),
        ("https://api.x.org", "x.org:443", True), ("https://api.x.org", "x.org:80", False),
        ("https://10.1.2.3/v1", "10.0.0.0/8", True), ("https://10.1.2.3/v1", "10.1.2.3", True),
        ("https://11.1.2.3/v1", "10.0.0.0/8", False), ("http://localhost:1", "", True),
        ("http://127.0.0.1:1", "", True), ("http://[::1]:1", "", True),
        ("http://host.docker.internal:1", "", True),
    ],
)  # fmt: skip
def test_which_addresses_go_past_the_proxy(url: str, excepted: str, direct: bool) -> None:  # noqa: FBT001
    found = proxy_for(url, {"ALL_PROXY": "proxy:3128", "no_proxy": excepted})

    assert found == (None if direct else "http://proxy:3128")


def test_a_key_that_is_repeated_by_the_other_side_is_not_repeated_by_us() -> None:
    with provider(by_key("another")) as server:
        (verdict,) = check(asked_at(server.url))

    assert verdict.kind is KeyClass.INVALID
    assert "Incorrect API key" in verdict.detail
    assert CANARY not in repr(verdict)
