from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from provider_server import ProviderServer, vectors

from tests.providers.asking import KEY, FakeTime, base_url
from thoth_ai.answering import embedding
from thoth_ai.providers import catalogue
from thoth_ai.providers.embeddings import BATCH
from thoth_ai.providers.types import Embedder, Failure, ProviderError, ProviderSettings

EMBEDDERS = ("openai", "mistral", "gemini", "cohere", "ollama", "lmstudio", "custom")
each_protocol = pytest.mark.parametrize("provider", ["openai", "gemini", "cohere"])


def embedder(server: ProviderServer, provider: str, model: str = "new-model") -> Embedder:
    settings = ProviderSettings(provider, model, base_url(server, provider), KEY)
    return catalogue.embedder(settings, FakeTime().patience())


def texts_of(body: dict[str, Any]) -> Sequence[str]:
    if "requests" in body:
        return [one["content"]["parts"][0]["text"] for one in body["requests"]]
    found: list[str] = body.get("input") or body["texts"]
    return found


@pytest.mark.parametrize("provider", EMBEDDERS)
def test_texts_become_unit_rows_in_their_order(provider: str) -> None:
    texts = ["how many schools", "students by county", "how many schools are there"]
    with ProviderServer() as server:
        rows = embedder(server, provider).embed(texts)

    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    for row, text in zip(rows, texts, strict=True):
        honest = np.array(vectors.embed(text, 64))
        assert np.allclose(row, honest / np.linalg.norm(honest), atol=1e-6)


@each_protocol
def test_many_texts_go_in_batches_and_come_back_in_order(provider: str) -> None:
    texts = [f"text number {number}" for number in range(2 * BATCH + 3)]
    with ProviderServer() as server:
        rows = embedder(server, provider).embed(texts)

    sent = [texts_of(request.body) for request in server.requests]
    assert [len(batch) for batch in sent] == [BATCH, BATCH, 3]
    assert [text for batch in sent for text in batch] == texts
    last = np.array(vectors.embed(texts[-1], 64))
    assert np.allclose(rows[-1], last / np.linalg.norm(last), atol=1e-6)


@each_protocol
def test_the_identity_of_a_new_model_is_learned_with_one_text(provider: str) -> None:
    with ProviderServer(dimensions={"new-model": 12}) as server:
        found = embedder(server, provider)
        assert found.identity == f"{provider}/new-model/12"
        assert found.identity == f"{provider}/new-model/12"

    assert [len(texts_of(request.body)) for request in server.requests] == [1]


def test_the_identity_of_a_known_model_needs_no_call() -> None:
    with ProviderServer() as server:
        found = embedder(server, "openai", "text-embedding-3-small")
        assert found.identity == "openai/text-embedding-3-small/1536"
        assert not server.requests
        assert found.embed(["schools"]).shape == (1, 1536)


def test_the_usual_model_is_taken_when_none_is_named() -> None:
    with ProviderServer() as server:
        assert embedder(server, "cohere", "").identity == "cohere/embed-v4.0/1536"


def test_a_text_without_words_is_not_sent_and_its_row_is_zero() -> None:
    with ProviderServer() as server:
        rows = embedder(server, "openai").embed(["", "schools", " \n"])

    assert server.requests[0].body["input"] == ["schools"]
    assert [bool(row.any()) for row in rows] == [False, True, False]


def test_no_texts_are_no_rows_and_no_request() -> None:
    with ProviderServer() as server:
        assert embedder(server, "openai", "text-embedding-3-small").embed([]).shape == (0, 1536)

    assert not server.requests


@each_protocol
@pytest.mark.parametrize(
    "sent",
    [
        [],
        [[1.0, 0.0]],
        [[1.0, 0.0], [1.0]],
        [[1.0, 0.0], None],
        [[1.0, 0.0], ["a", "b"]],
        [[1.0, 0.0], [0.0, 0.0]],
        [[1.0, 0.0], [1e999, 0.0]],
        [[], []],
        [1.0, 2.0],
    ],
    ids=str,
)
def test_vectors_that_cannot_be_used_are_refused(provider: str, sent: list[object]) -> None:
    rules = [{"path": "mbed", "fault": {"embeddings": sent}}]
    with ProviderServer(rules) as server, pytest.raises(ProviderError) as caught:
        embedder(server, provider).embed(["one", "two"])

    assert caught.value.kind is Failure.BAD_REPLY


def test_another_dimension_than_before_is_refused() -> None:
    with ProviderServer(dimensions={"new-model": 8}) as server:
        found = embedder(server, "openai")
        found.embed(["one"])
        server.dimensions = {"new-model": 9}
        with pytest.raises(ProviderError, match="9 dimensions instead of 8"):
            found.embed(["two"])


@each_protocol
def test_embeddings_are_asked_again_like_answers(provider: str) -> None:
    steps = [{"fault": {"status": 503}}, {"fault": {"reset_after": 0}}, {"reply": ""}]
    with ProviderServer([{"path": "mbed", "then": steps}]) as server:
        assert embedder(server, provider).embed(["one"]).shape == (1, 64)

    assert len(server.requests) == 3


@each_protocol
def test_embeddings_refuse_a_wrong_key_without_showing_it(provider: str) -> None:
    with ProviderServer(keys={}) as server, pytest.raises(ProviderError) as caught:
        embedder(server, provider).embed(["one"])

    assert caught.value.kind is Failure.INVALID_KEY
    assert KEY not in caught.value.message


def test_the_local_embedder_asks_nobody() -> None:
    found = catalogue.embedder(ProviderSettings("local"))

    assert found.identity == embedding.MODEL_ID
    assert np.array_equal(found.embed(["schools"]), embedding.embed(["schools"]))
