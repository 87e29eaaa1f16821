"""The table of providers, their addresses, and what a container sees of this machine."""

import pytest
import yaml

from thothctl.adapters.bundles import TemplateBundles
from thothctl.model.install import Install
from thothctl.model.provider import PROVIDERS, Provider, likely
from thothctl.model.provider_address import as_rendered, for_container, for_host
from thothctl.model.rendering import RenderContext
from thothctl.model.setting import SettingValue

BUNDLES = TemplateBundles()
STACK = BUNDLES.stack("thoth-ai")
SETTINGS = {setting.key: setting for setting in STACK.settings}


def test_the_stack_offers_every_provider_for_what_it_can_do() -> None:
    for use, none in (("llm", "none"), ("embedding", "local")):
        serving = {name for name, one in PROVIDERS.items() if one.serves(use)}

        assert set(SETTINGS[f"{use}_provider"].choices) == serving | {none}


def test_every_key_that_a_provider_takes_has_a_place_in_the_stack() -> None:
    places = {spec.provider: spec.name for spec in STACK.secrets if spec.provider}

    assert places == {name: one.secret for name, one in PROVIDERS.items() if one.takes_key}


@pytest.mark.parametrize(
    ("name", "base", "url"),
    [
        ("openai", "", "https://api.openai.com/v1/models"),
        ("openai", "https://gate.example/v1/", "https://gate.example/v1/models"),
        ("anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/models"),
        ("gemini", "http://x/v1beta/", "http://x/v1beta/models"),
        ("openrouter", "", "https://openrouter.ai/api/v1/key"),
        ("cohere", "http://x/v2", "http://x/v1/check-api-key"),
        ("groq", "", "https://api.groq.com/openai/v1/models"),
        ("deepseek", "", "https://api.deepseek.com/models"),
        ("ollama", "http://gpu:11434", "http://gpu:11434/v1/models"),
        ("custom", "http://gpu:8000", "http://gpu:8000/models"),
    ],
)
def test_a_check_goes_to_the_cheapest_call_below_the_base_url(
    name: str, base: str, url: str
) -> None:
    provider = PROVIDERS[name]

    assert provider.url(base, provider.check.path).partition("?")[0] == url


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("http://localhost:11434/v1", "http://host.docker.internal:11434/v1"),
        ("http://127.0.0.1/v1", "http://host.docker.internal/v1"),
        ("http://127.8.9.1:80", "http://host.docker.internal:80"),
        ("http://[::1]:1234/v1", "http://host.docker.internal:1234/v1"),
        ("https://LOCALHOST:1", "https://host.docker.internal:1"),
        ("https://api.example.org/v1", "https://api.example.org/v1"),
        ("https://localhost.example.org", "https://localhost.example.org"),
        ("http://172.17.0.1:8000/v1", "http://172.17.0.1:8000/v1"),
        ("", ""),
    ],
)
def test_a_loopback_address_leads_a_container_to_its_machine(url: str, seen: str) -> None:
    assert for_container(url) == seen


def test_what_a_container_calls_this_machine_is_the_loopback_here() -> None:
    assert for_host("http://host.docker.internal:8000/v1") == "http://127.0.0.1:8000/v1"
    assert for_host("https://api.openai.com/v1") == "https://api.openai.com/v1"


def test_a_local_provider_without_a_base_url_is_looked_for_on_this_machine() -> None:
    rendered = as_rendered({"llm_provider": "ollama", "embedding_provider": "openai"})

    assert rendered["llm_base_url"] == "http://host.docker.internal:11434/v1"
    assert rendered["embedding_base_url"] == ""


def _compose(**chosen: SettingValue) -> tuple[dict[str, object], str]:
    settings = STACK.complete(chosen)
    install = Install("x", "uuid", "thoth-ai", "now")
    context = RenderContext(settings, {"thoth-ai": "thoth-ai:1"}, "1", 1, install, {"data": 1})
    files = BUNDLES.render(STACK, context)
    compose = yaml.safe_load(files["compose.yaml"])
    assert isinstance(compose, dict)
    return compose, files[".env"]


def test_only_the_keys_in_use_are_mounted() -> None:
    compose, env = _compose(
        llm_provider="anthropic",
        llm_key="stored",
        embedding_provider="openai",
        embedding_key="skipped",
    )
    app = compose["services"]["app"]  # type: ignore[index]  # plain YAML

    assert app["environment"]["LLM_API_KEY_FILE"] == "/run/secrets/anthropic_api_key"
    assert "EMBEDDING_API_KEY_FILE" not in app["environment"]
    assert [s for s in app["secrets"] if s.endswith("_api_key")] == ["anthropic_api_key"]
    assert compose["secrets"]["anthropic_api_key"] == {  # type: ignore[index]  # plain YAML
        "file": "../../secrets/anthropic_api_key"
    }
    assert app["extra_hosts"] == ["host.docker.internal:host-gateway"]
    assert "THOTH_LLM_PROVIDER=anthropic\n" in env
    assert "_KEY" not in env


def test_one_key_for_two_uses_is_mounted_once() -> None:
    compose, _ = _compose(
        llm_provider="openai", llm_key="stored", embedding_provider="openai", embedding_key="stored"
    )
    app = compose["services"]["app"]  # type: ignore[index]  # plain YAML

    assert app["secrets"].count("openai_api_key") == 1
    assert app["environment"]["EMBEDDING_API_KEY_FILE"] == "/run/secrets/openai_api_key"


def test_models_are_told_apart_by_their_names() -> None:
    models = ("gpt-4.1", "text-embedding-3-small", "whisper-1", "o3")

    assert likely(models, "llm") == ("gpt-4.1", "o3")
    assert likely(models, "embedding") == ("text-embedding-3-small",)
    assert likely(("bge-m3",), "embedding") == ("bge-m3",)


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda one: one.name)
def test_a_provider_that_needs_a_key_names_its_variables(provider: Provider) -> None:
    assert bool(provider.variables) is provider.needs_key
