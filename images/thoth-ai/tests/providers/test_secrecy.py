import io
import logging
import traceback
from typing import Any

import pytest
from provider_server import ProviderServer

from tests.providers.asking import CHATS, KEY, QUESTION, FakeTime, chat
from thoth_ai.providers import catalogue
from thoth_ai.providers.secret import Secret
from thoth_ai.providers.types import ProviderError, ProviderSettings

ECHO = {"message": "the key {key} is wrong,\n\x1b[31mreally {key}" + "!" * 300}
FAULTS: list[dict[str, Any]] = [
    {"status": 401, **ECHO},
    {"status": 400, **ECHO},
    {"status": 429, **ECHO},
    {"status": 503, **ECHO},
    {"status": 402, "body": f'"{KEY}'},
    {"error_after": 0, "code": "invalid", **ECHO},
    {"error_after": 2, "code": "server_error", **ECHO},
    {"redirect": f"http://elsewhere.invalid/{KEY}"},
    {"body": f"<p>{KEY}</p>"},
    {"body": f"data: {KEY}\n\n"},
    {"malformed_after": 1},
    {"reset_after": 0},
    {"reset_after": 1},
    {"half_closed_after": 1},
]


@pytest.mark.parametrize("provider", CHATS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault)[:40])
def test_the_key_is_in_no_message_log_or_traceback(provider: str, fault: dict[str, Any]) -> None:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        with (
            ProviderServer([{"match": "", "fault": fault}]) as server,
            pytest.raises(ProviderError) as caught,
        ):
            chat(server, provider, FakeTime()).complete(QUESTION)
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(logging.WARNING)

    assert KEY not in log.getvalue()
    assert KEY not in shown(caught.value)
    assert KEY[:12] not in caught.value.message


def shown(error: ProviderError) -> str:
    """All that can be seen of an error, the variables of every frame of ours included."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in told.stack if "/tests/" not in frame.filename]
    told.stack = traceback.StackSummary.from_list(frames)
    return "".join(told.format()) + repr(error) + repr(error.args) + str(error.__context__)


def test_a_listener_that_raises_shows_no_key_either() -> None:
    def listen(_piece: str) -> None:
        raise RuntimeError("enough")

    with ProviderServer() as server, pytest.raises(RuntimeError) as caught:
        chat(server, "openai").complete(QUESTION, heard=listen)

    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [str(frame.locals) for frame in told.stack if "/tests/" not in frame.filename]
    assert len(ours) >= 3
    assert KEY not in "".join(ours)


def test_a_message_is_one_short_line_with_the_key_blotted_out() -> None:
    with (
        ProviderServer([{"match": "", "fault": {"status": 401, **ECHO}}]) as server,
        pytest.raises(ProviderError) as caught,
    ):
        chat(server, "openai").complete(QUESTION)

    message = caught.value.message
    assert message.startswith("openai does not accept the key: the key [key] is wrong, [31mreally")
    assert message.isprintable()
    assert len(message.partition(": ")[2]) == 200


@pytest.mark.parametrize("said", [KEY, KEY.upper(), "sk+a%2Fb%3D", "SK+A/B="])
def test_a_key_is_blotted_in_any_case_and_in_its_quoted_form(said: str) -> None:
    key = KEY if "canary" in said.lower() else "sk+a/b="
    secret = Secret(key)

    assert key.lower() not in secret.quote(f"x{said}y").lower()
    assert "[key]" in secret.quote(f"x{said}y") or "%2F" in said


@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini", "cohere", "custom"])
def test_nothing_that_was_made_of_a_key_shows_it(provider: str) -> None:
    settings = ProviderSettings(provider, "m", "https://there.invalid/v1", KEY)
    made: list[object] = [settings, Secret(KEY), Secret(KEY).header("x", "Bearer {}")]
    if provider != "cohere":
        made.append(catalogue.chat(settings))
    if provider != "anthropic":
        made.append(catalogue.embedder(settings))

    for thing in made:
        assert KEY not in f"{thing!r} {thing!s} {getattr(thing, '__dict__', '')}"
