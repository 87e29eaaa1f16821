from typing import Any

import pytest
from provider_server import ProviderServer

from tests.providers.asking import CHATS, QUESTION, FakeTime, ask, chat
from thoth_ai.providers.patience import Patience, retry_after
from thoth_ai.providers.types import Failure, ProviderError

PASSING: list[dict[str, Any]] = [
    {"status": 429},
    {"status": 500},
    {"status": 503},
    {"status": 529},
    {"reset_after": 0},
    {"half_closed_after": 0},
    {"error_after": 0, "code": "overloaded_error"},
]
each_protocol = pytest.mark.parametrize("provider", CHATS)


def failing(fault: dict[str, Any], times: int) -> dict[str, Any]:
    return {"match": "", "then": [{"fault": fault}] * times + [{"reply": "SELECT 2"}]}


@each_protocol
@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_what_passes_is_asked_again_until_it_is_answered(
    provider: str, fault: dict[str, Any]
) -> None:
    time = FakeTime()
    with ProviderServer([failing(fault, 2)]) as server:
        completion = ask(server, provider, time)

    assert completion.text == "SELECT 2"
    assert len(server.requests) == 3
    assert time.waits == [0.25, 0.5]


@each_protocol
@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_three_tries_are_all(provider: str, fault: dict[str, Any]) -> None:
    with ProviderServer([failing(fault, 3)]) as server, pytest.raises(ProviderError):
        ask(server, provider)

    assert len(server.requests) == 3


@each_protocol
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 400},
        {"status": 401},
        {"status": 402},
        {"status": 404},
        {"status": 429, "code": "insufficient_quota"},
        {"malformed_after": 0},
        {"body": "<html>"},
    ],
    ids=str,
)
def test_what_does_not_pass_is_asked_once(provider: str, fault: dict[str, Any]) -> None:
    with ProviderServer([failing(fault, 1)]) as server, pytest.raises(ProviderError):
        ask(server, provider)

    assert len(server.requests) == 1


@each_protocol
@pytest.mark.parametrize(
    "fault",
    [{"reset_after": 1}, {"half_closed_after": 1}, {"error_after": 1, "code": "overloaded_error"}],
    ids=str,
)
def test_once_text_was_heard_nothing_is_asked_again(provider: str, fault: dict[str, Any]) -> None:
    pieces: list[str] = []
    with ProviderServer([failing(fault, 1)]) as server, pytest.raises(ProviderError):
        chat(server, provider).complete(QUESTION, heard=pieces.append)

    assert pieces == ["SELE"]
    assert len(server.requests) == 1


def test_the_wait_a_provider_asks_for_is_kept() -> None:
    time = FakeTime()
    with ProviderServer([failing({"status": 429, "retry_after": 7}, 1)]) as server:
        ask(server, "openai", time)

    assert time.waits == [7.0]


@pytest.mark.parametrize(("wait", "seconds"), [(21, 600), (6, 5)])
def test_a_wait_that_is_too_long_is_not_begun(wait: int, seconds: int) -> None:
    time = FakeTime()
    with (
        ProviderServer([failing({"status": 429, "retry_after": wait}, 1)]) as server,
        pytest.raises(ProviderError) as caught,
    ):
        chat(server, "openai", time, seconds).complete(QUESTION)

    assert caught.value.kind is Failure.RATE_LIMITED
    assert not time.waits


def test_pauses_double_and_spread() -> None:
    time = FakeTime()
    with (
        ProviderServer([failing({"status": 503}, 9)]) as server,
        pytest.raises(ProviderError),
    ):
        chat(server, "openai", time).complete(QUESTION)
    pauses = [Patience(chance=lambda chance=chance: chance)._wait(2, None) for chance in (0.0, 1.0)]  # type: ignore[misc]  # noqa: SLF001 - pure

    assert time.waits == [0.25, 0.5]
    assert pauses == [0.5, 1.0]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("Sat, 21 Nov 2026 10:00:05 GMT", 5.0),
        ("Sat, 21 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("", None),
    ],
)
def test_the_header_that_asks_for_a_wait_is_read(value: str, seconds: float | None) -> None:
    assert retry_after(value, "Sat, 21 Nov 2026 10:00:00 GMT") == seconds
    assert retry_after(value, "") is None or value.isdecimal()
