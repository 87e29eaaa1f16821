import pytest
from provider_server import ProviderServer

from tests.providers.asking import CHATS, KEY, PATHS, QUESTION, ask, chat
from thoth_ai.providers import catalogue
from thoth_ai.providers.types import Failure, Message, ProviderError, ProviderSettings

TEXT = "SELECT “città”, '🏫' FROM schools -- 学校"
each_protocol = pytest.mark.parametrize("provider", CHATS)


@each_protocol
def test_an_answer_is_heard_in_pieces_and_returned_whole(provider: str) -> None:
    pieces: list[str] = []

    with ProviderServer([{"match": "How many schools", "reply": TEXT}]) as server:
        completion = chat(server, provider).complete(QUESTION, heard=pieces.append)

    assert completion.text == "".join(pieces) == TEXT
    assert len(pieces) > 5
    assert completion.model == "some-model"
    assert completion.usage.input_tokens > 10
    assert completion.usage.output_tokens == len(TEXT) // 4
    assert completion.usage.cost_usd is None


@each_protocol
def test_the_key_travels_in_a_header_and_the_question_in_the_body(provider: str) -> None:
    with ProviderServer() as server:
        ask(server, provider)
        (request,) = server.requests

    headers = {"openai": "authorization", "anthropic": "x-api-key", "gemini": "x-goog-api-key"}
    assert request.path == PATHS[provider]
    assert KEY in request.headers[headers[provider]]
    assert KEY not in str(request.body) + request.path


def test_openai_is_asked_to_stream_and_to_tell_the_tokens() -> None:
    with ProviderServer() as server:
        ask(server, "openai")

    assert server.requests[0].body == {
        "model": "some-model",
        "messages": [
            {"role": "system", "content": "Write SQL."},
            {"role": "user", "content": "How many schools are there?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_anthropic_hears_the_system_apart_and_a_limit() -> None:
    with ProviderServer() as server:
        ask(server, "anthropic")
        (request,) = server.requests

    assert request.body["system"] == "Write SQL."
    assert request.body["messages"] == [{"role": "user", "content": "How many schools are there?"}]
    assert request.body["max_tokens"] > 1000
    assert request.headers["anthropic-version"]


def test_gemini_hears_the_system_apart_and_calls_the_assistant_model() -> None:
    turns = (*QUESTION, Message("assistant", "SELECT 1"), Message("user", "Wrong, again."))
    with ProviderServer() as server:
        chat(server, "gemini").complete(turns)

    body = server.requests[0].body
    assert body["systemInstruction"] == {"parts": [{"text": "Write SQL."}]}
    assert [turn["role"] for turn in body["contents"]] == ["user", "model", "user"]


@each_protocol
@pytest.mark.parametrize(
    "oddity",
    [
        {"whole": True},
        {"line_end": "\r\n"},
        {"line_end": "\r"},
        {"content_type": "text/html"},
        {"cut": 1},
        {"cut": 7, "line_end": "\r\n"},
    ],
    ids=str,
)
def test_odd_but_complete_replies_are_understood(provider: str, oddity: dict[str, object]) -> None:
    with ProviderServer([{"match": "", "reply": TEXT, "fault": oddity}]) as server:
        completion = ask(server, provider)

    assert completion.text == TEXT
    assert completion.usage.output_tokens == len(TEXT) // 4


@each_protocol
def test_without_usage_tokens_are_estimated_from_characters(provider: str) -> None:
    with ProviderServer([{"match": "", "reply": "x" * 10, "fault": {"usage": False}}]) as server:
        usage = ask(server, provider).usage

    assert usage.output_tokens == 3
    assert usage.input_tokens == 10  # 37 characters


def test_a_server_that_refuses_to_tell_the_usage_is_asked_without_it() -> None:
    with ProviderServer(refuses_usage=True) as server:
        model = chat(server, "custom")
        model.complete(QUESTION)
        model.complete(QUESTION)

    asked = ["stream_options" in request.body for request in server.requests]
    assert asked == [True, False, False]


@pytest.mark.parametrize(
    ("provider", "model", "prices"),
    [("openai", "gpt-4o-mini-2024-07-18", (0.15, 0.60)), ("ollama", "anything", (0.0, 0.0))],
)
def test_an_answer_of_a_known_model_has_a_cost(
    provider: str, model: str, prices: tuple[float, float]
) -> None:
    with ProviderServer() as server:
        told = ProviderSettings(provider, model, server.openai, KEY)
        usage = catalogue.chat(told).complete(QUESTION).usage

    dollars = usage.input_tokens * prices[0] + usage.output_tokens * prices[1]
    assert usage.cost_usd == pytest.approx(dollars / 1_000_000)


def test_what_the_provider_says_it_cost_beats_the_table() -> None:
    stream = (
        'data: {"choices":[{"delta":{"content":"SELECT 1"},"finish_reason":"stop"}]}\n\n'
        'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"cost":0.0125}}\n\n'
        "data: [DONE]\n\n"
    )
    with ProviderServer([{"match": "", "fault": {"body": stream}}]) as server:
        usage = ask(server, "openrouter").usage

    assert (usage.input_tokens, usage.output_tokens, usage.cost_usd) == (7, 3, 0.0125)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (': c\n\ndata: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}', "a"),
        ('data: {"choices":\ndata: [{"message":{"content":[{"text":"b"}]}}]}\n\ndata:[DONE]', "b"),
        ('\ufeffdata: {"choices":[{"delta":{"content":"c"},"finish_reason":"stop"}]}\n\n', "c"),
        ('  {"choices":[{"message":{"content":"d"}}]}', "d"),
    ],
    ids=["no end line", "data in two lines", "byte order mark", "document after spaces"],
)
def test_unusual_streams_are_read(body: str, text: str) -> None:
    with ProviderServer([{"match": "", "fault": {"body": body}}]) as server:
        assert ask(server, "custom").text == text


def test_gemini_may_answer_with_a_list_of_documents_and_thoughts_are_not_text() -> None:
    parts = '{"parts":[{"text":"hm","thought":true},{"text":"SELECT 1"}]}'
    body = (
        f'[{{"candidates":[{{"content":{parts}}}]}},{{"candidates":[{{"finishReason":"STOP"}}]}}]'
    )
    with ProviderServer([{"match": "", "fault": {"body": body}}]) as server:
        assert ask(server, "gemini").text == "SELECT 1"


CUT = {"openai": "length", "anthropic": "max_tokens", "gemini": "MAX_TOKENS"}
DECLINED = {"openai": "content_filter", "anthropic": "refusal", "gemini": "SAFETY"}


@each_protocol
@pytest.mark.parametrize(("reasons", "said"), [(CUT, "limit of tokens"), (DECLINED, "declined")])
@pytest.mark.parametrize("whole", [True, False])
def test_an_answer_that_was_cut_or_declined_is_none(
    provider: str, reasons: dict[str, str], said: str, *, whole: bool
) -> None:
    fault = {"stop": reasons[provider], "whole": whole}
    with (
        ProviderServer([{"match": "", "fault": fault}]) as server,
        pytest.raises(ProviderError, match=said) as caught,
    ):
        ask(server, provider)

    assert caught.value.kind is Failure.BAD_REPLY


@pytest.mark.parametrize(
    ("provider", "suffix", "path"),
    [
        ("anthropic", "/v1/", "/v1/messages"),
        ("gemini", "/v1beta", PATHS["gemini"]),
        ("groq", "/openai/v1/", "/openai/v1/chat/completions"),
        ("openrouter", "/api/v1", "/api/v1/chat/completions"),
        ("deepseek", "", "/chat/completions"),
        ("ollama", "", "/v1/chat/completions"),
        ("lmstudio", "/v1", "/v1/chat/completions"),
    ],
)
def test_base_urls_are_taken_as_users_write_them(provider: str, suffix: str, path: str) -> None:
    with ProviderServer() as server:
        told = ProviderSettings(provider, "some-model", server.url + suffix, KEY)
        catalogue.chat(told).complete(QUESTION)

    assert server.requests[0].path == path


def test_requests_go_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with ProviderServer() as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        told = ProviderSettings("custom", "some-model", "http://gateway.invalid/v1", KEY)
        catalogue.chat(told).complete(QUESTION)

    assert server.requests[0].path == "http://gateway.invalid/v1/chat/completions"


def test_no_body_is_compressed() -> None:
    with ProviderServer() as server:
        ask(server, "openai")

    assert server.requests[0].headers["accept-encoding"] == "identity"
