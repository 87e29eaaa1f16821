import pytest

from thoth_ai.providers import catalogue
from thoth_ai.providers.known import DIMENSIONS, PROVIDERS
from thoth_ai.providers.prices import NOTED, PRICES, price_of
from thoth_ai.providers.types import ProviderSettings, Usage

CHATTING = [one.name for one in PROVIDERS.values() if one.chats]
EMBEDDING = [one.name for one in PROVIDERS.values() if one.embeds]


def test_all_providers_are_known() -> None:
    assert (
        list(PROVIDERS)
        == (
            "openai anthropic gemini groq mistral openrouter deepseek cohere ollama lmstudio custom"
        ).split()
    )


@pytest.mark.parametrize("name", CHATTING)
def test_each_chat_has_a_usual_model_or_asks_for_one(name: str) -> None:
    usual = PROVIDERS[name].chat_model
    url = "" if PROVIDERS[name].base_url else "https://there.invalid/v1"
    if usual is None:
        with pytest.raises(ValueError, match="needs to be told a model"):
            catalogue.chat(ProviderSettings(name, base_url=url))
    made = catalogue.chat(ProviderSettings(name, usual or "m", url))

    assert (made.provider, made.model) == (name, usual or "m")


@pytest.mark.parametrize("name", EMBEDDING)
def test_the_usual_embedding_models_are_of_known_dimensions(name: str) -> None:
    model = PROVIDERS[name].embedding_model

    assert model is None or (name, model) in DIMENSIONS


def test_who_has_no_chat_or_no_embeddings_says_so() -> None:
    with pytest.raises(ValueError, match="cohere has no chat models"):
        catalogue.chat(ProviderSettings("cohere"))
    with pytest.raises(ValueError, match="anthropic has no embeddings"):
        catalogue.embedder(ProviderSettings("anthropic"))
    with pytest.raises(ValueError, match="'gtp' is no known provider; known are openai"):
        catalogue.chat(ProviderSettings("gtp"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "there.invalid/v1",
        "ftp://there.invalid",
        "https://",
        "https://user:secret@there.invalid",
        "https://there.invalid/v1?key=secret",
        "https://there.invalid/#secret",
    ],
)
def test_base_urls_that_cannot_be_right_are_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValueError, match="custom") as caught:
        catalogue.chat(ProviderSettings("custom", "m", url))

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("provider", "model", "known"),
    [
        ("openai", "gpt-4o-mini", True),
        ("openai", "gpt-4o-mini-2024-07-18", True),
        ("openai", "gpt-4o", False),
        ("openai", "gpt-4o-mini-audio", False),
        ("openrouter", "gpt-4o-mini", False),
        ("anthropic", "claude-haiku-4-5-20251001", True),
        ("gemini", "gemini-3.5-flash-lite-preview-09-2026", True),
        ("gemini", "gemini-3.5-flash", False),
        ("lmstudio", "anything", True),
        ("custom", "gpt-4o-mini", False),
    ],
)
def test_prices_are_of_a_model_and_its_dated_versions(
    provider: str, model: str, *, known: bool
) -> None:
    assert (price_of(provider, model) is not None) is known


def test_a_price_holds_up_to_the_length_it_was_published_for() -> None:
    price = PRICES["anthropic", "claude-haiku-5-5"]

    assert price.cost(100_000, 1_000_000) == pytest.approx(0.51)
    assert price.cost(100_001, 0) is None
    assert NOTED.year >= 2026


def test_usage_adds_up_and_an_unknown_cost_stays_unknown() -> None:
    known, unknown = Usage(1, 2, 0.5), Usage(10, 20, None)

    assert known + known == Usage(2, 4, 1.0)
    assert known + unknown == Usage(11, 22, None)
