import socket
import threading
from typing import Any

import pytest
from provider_server import ProviderServer

from tests.providers.asking import CHATS, KEY, QUESTION, FakeTime, ask, chat
from thoth_ai.providers import catalogue
from thoth_ai.providers.types import Failure, ProviderError, ProviderSettings

LONG = "SELECT a_long_answer FROM somewhere"
FAULTS: dict[str, tuple[dict[str, Any], Failure]] = {
    "401": ({"status": 401}, Failure.INVALID_KEY),
    "402": ({"status": 402}, Failure.NO_QUOTA),
    "403": ({"status": 403}, Failure.INVALID_KEY),
    "403 for the model": ({"status": 403, "code": "model_not_found"}, Failure.NO_MODEL),
    "404": ({"status": 404}, Failure.NO_MODEL),
    "400": ({"status": 400}, Failure.BAD_REPLY),
    "418": ({"status": 418}, Failure.BAD_REPLY),
    "429": ({"status": 429}, Failure.RATE_LIMITED),
    "429 later": ({"status": 429, "retry_after": 60}, Failure.RATE_LIMITED),
    "429 for ever": ({"status": 429, "code": "insufficient_quota"}, Failure.NO_QUOTA),
    "500": ({"status": 500}, Failure.NETWORK),
    "503": ({"status": 503}, Failure.NETWORK),
    "504": ({"status": 504}, Failure.TIMEOUT),
    "529": ({"status": 529}, Failure.RATE_LIMITED),
    "malformed at once": ({"malformed_after": 0}, Failure.BAD_REPLY),
    "malformed later": ({"malformed_after": 3}, Failure.BAD_REPLY),
    "half closed at once": ({"half_closed_after": 0}, Failure.NETWORK),
    "half closed later": ({"half_closed_after": 3}, Failure.NETWORK),
    "reset at once": ({"reset_after": 0}, Failure.NETWORK),
    "reset later": ({"reset_after": 3}, Failure.NETWORK),
    "error in the stream": ({"error_after": 2, "code": "server_error"}, Failure.NETWORK),
    "key refused in the stream": (
        {"error_after": 0, "code": "model_not_found"},
        Failure.NO_MODEL,
    ),
    "too long": ({"huge": 1_100_000}, Failure.BAD_REPLY),
    "too long at once": ({"huge": 17_000_000, "whole": True}, Failure.BAD_REPLY),
    "a web page": ({"body": "<!doctype html><h1>Welcome</h1>"}, Failure.BAD_REPLY),
    "a web page not found": ({"body": "<h1>no</h1>", "status": 404}, Failure.NO_MODEL),
    "another JSON": ({"body": '{"hello": [1]}'}, Failure.BAD_REPLY),
    "half a JSON": ({"body": '{"choices": [{"mess'}, Failure.BAD_REPLY),
    "JSON too deep": ({"body": "[" * 100_000}, Failure.BAD_REPLY),
    "only blanks": ({"body": " \n "}, Failure.NETWORK),
    "a picture": ({"body": "\x00\x01PNG"}, Failure.NETWORK),
    "moved": ({"redirect": "http://elsewhere.invalid/v1"}, Failure.BAD_REPLY),
    "blank text": ({"huge": 0}, Failure.BAD_REPLY),
}


@pytest.mark.parametrize("provider", CHATS)
@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_kind_in_each_protocol(provider: str, name: str) -> None:
    fault, kind = FAULTS[name]
    reply = "  " if name == "blank text" else LONG

    with (
        ProviderServer([{"match": "", "reply": reply, "fault": fault}]) as server,
        pytest.raises(ProviderError) as caught,
    ):
        ask(server, provider)

    assert caught.value.kind is kind
    assert type(caught.value) is ProviderError or kind is Failure.BAD_REPLY
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 320


@pytest.mark.parametrize("provider", CHATS)
@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("sk-invalid", Failure.INVALID_KEY),
        ("sk-broke", Failure.NO_QUOTA),
        ("sk-outsider", Failure.NO_MODEL),
    ],
)
def test_each_class_of_key_has_its_kind(provider: str, key: str, kind: Failure) -> None:
    keys = {"sk-broke": "no_quota", "sk-outsider": "no_access"}
    with ProviderServer(keys=keys) as server:
        url = server.openai if provider == "openai" else server.url
        model = catalogue.chat(ProviderSettings(provider, "some-model", url, key))
        with pytest.raises(ProviderError) as caught:
            model.complete(QUESTION)

    assert caught.value.kind is kind
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", [{"wait": True}, {"stall_after": 0}, {"stall_after": 2}], ids=str)
def test_the_deadline_ends_every_silence(fault: dict[str, Any]) -> None:
    with ProviderServer([{"match": "", "reply": LONG, "fault": fault}]) as server:
        with pytest.raises(ProviderError) as caught:
            chat(server, "openai", seconds=0.2).complete(QUESTION)
        assert server.hung_up.wait(10)

    assert caught.value.kind is Failure.TIMEOUT
    assert len(server.requests) == 1


def test_the_deadline_ends_an_answer_that_never_stops_dripping() -> None:
    fault = {"huge": 10_000, "pause": 0.02}
    with (
        ProviderServer([{"match": "", "fault": fault}]) as server,
        pytest.raises(ProviderError) as caught,
    ):
        chat(server, "openai", seconds=0.3).complete(QUESTION)

    assert caught.value.kind is Failure.TIMEOUT


def test_silence_in_the_middle_of_an_answer_is_borne_less_long_than_before_it() -> None:
    with ProviderServer([{"match": "", "reply": LONG, "fault": {"stall_after": 2}}]) as server:
        told = ProviderSettings("openai", "some-model", server.openai, KEY, 600)
        model = catalogue.chat(told, FakeTime().patience(idle_seconds=0.1))
        with pytest.raises(ProviderError) as caught:
            model.complete(QUESTION)

    assert caught.value.kind is Failure.TIMEOUT


def test_a_header_that_drips_does_not_outlive_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not over.wait(0.02):
                    try:
                        connection.sendall(b"X-A: b\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        with pytest.raises(ProviderError) as caught:
            catalogue.chat(ProviderSettings("custom", "m", url, timeout_seconds=0.3)).complete(
                QUESTION
            )
        over.set()
        thread.join()

    assert caught.value.kind is Failure.TIMEOUT


def test_nobody_there_is_a_network_failure_that_names_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    time = FakeTime()
    model = catalogue.chat(ProviderSettings("ollama", "m", url), time.patience())

    with pytest.raises(ProviderError, match=f"cannot be reached at {url}") as caught:
        model.complete(QUESTION)

    assert caught.value.kind is Failure.NETWORK
    assert len(time.waits) == 2


def test_a_redirect_is_told_and_never_followed() -> None:
    with ProviderServer() as target:
        fault = {"redirect": target.openai}
        with (
            ProviderServer([{"match": "", "fault": fault}]) as server,
            pytest.raises(ProviderError, match=target.openai),
        ):
            ask(server, "openai")

    assert not target.requests


def test_a_provider_that_needs_a_key_is_not_asked_without_one() -> None:
    with ProviderServer() as server:
        model = catalogue.chat(ProviderSettings("openai", "m", server.openai, " "))
        with pytest.raises(ProviderError, match="openai needs a key") as caught:
            model.complete(QUESTION)

    assert caught.value.kind is Failure.INVALID_KEY
    assert not server.requests


@pytest.mark.parametrize("key", ["sk-two\nlines", "sk-ключ", "sk-\x00"])
def test_a_key_that_fits_no_header_is_not_sent(key: str) -> None:
    with ProviderServer() as server:
        model = catalogue.chat(ProviderSettings("openai", "m", server.openai, key))
        with pytest.raises(ProviderError, match="characters") as caught:
            model.complete(QUESTION)

    assert caught.value.kind is Failure.INVALID_KEY
    assert not server.requests


def test_proxy_settings_that_cannot_be_used_are_said_to_be_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:secret@127.0.0.1:1")
    with pytest.raises(ProviderError, match="proxy settings") as caught:
        catalogue.chat(ProviderSettings("custom", "m", "http://there.invalid/v1")).complete(
            QUESTION
        )

    assert "secret" not in caught.value.message
