import pytest
from provider_server import ProviderServer

from tests.providers.asking import CHATS, QUESTION, chat
from thoth_ai.providers.types import Message

TEXT = "SELECT county FROM schools"


@pytest.mark.parametrize("provider", CHATS)
def test_what_a_listener_raises_ends_the_request_and_comes_out(provider: str) -> None:
    class EnoughError(Exception):
        pass

    def listen(piece: str) -> None:
        raise EnoughError(piece)

    with ProviderServer([{"match": "", "reply": TEXT, "fault": {"stall_after": 2}}]) as server:
        with pytest.raises(EnoughError, match="SELE"):
            chat(server, provider).complete(QUESTION, heard=listen)
        assert server.hung_up.wait(10), "the connection must be closed at once"

    assert len(server.requests) == 1


@pytest.mark.parametrize("raised", [TimeoutError, ConnectionResetError, ValueError])
def test_a_listener_may_raise_what_the_network_raises(raised: type[Exception]) -> None:
    def listen(_piece: str) -> None:
        raise raised

    with ProviderServer() as server, pytest.raises(raised):
        chat(server, "openai").complete(QUESTION, heard=listen)

    assert len(server.requests) == 1


def test_two_conversations_at_once_do_not_mix() -> None:
    rules = [{"match": "first", "reply": "one"}, {"match": "second", "reply": "two"}]
    with ProviderServer(rules) as server:
        model = chat(server, "openai")
        inner: list[str] = []

        def listen(_piece: str) -> None:
            inner.append(model.complete([Message("user", "second")]).text)

        outer = model.complete([Message("user", "first")], heard=listen)

    assert (outer.text, inner) == ("one", ["two"])
