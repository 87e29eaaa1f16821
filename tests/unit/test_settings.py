"""Layers, kinds and quoting."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thothctl.adapters.bundles import TemplateBundles
from thothctl.config.env_file import env_quote
from thothctl.config.settings import Layer, resolve
from thothctl.errors import InvalidInputError

STACK = TemplateBundles().stack("thoth-ai")


def test_the_first_layer_that_names_a_setting_wins() -> None:
    layers = [Layer("flags", {"port": "9000"}), Layer("file", {"port": 9001, "demo": "no"})]

    resolved = resolve(STACK, layers)

    assert resolved.values["port"] == 9000
    assert resolved.values["demo"] is False
    assert resolved.values["mode"] == "standalone"


def test_only_given_layers_answer_a_question() -> None:
    remembered = Layer("memory", {"port": 9000}, given=False)

    resolved = resolve(STACK, [remembered])

    assert resolved.values["port"] == 9000
    assert "port" in [setting.key for setting in resolved.open]


@pytest.mark.parametrize(
    "port", ["0", "65536", "-1", "80.5", "", "\uff18\uff10", True, None, "1e3"]
)
def test_what_is_no_port_is_refused(port: object) -> None:
    with pytest.raises(InvalidInputError, match="port"):
        resolve(STACK, [Layer("flags", {"port": port if port is not None else "none"})])


@pytest.mark.parametrize(
    "email", ["a", "a@", "@b", "a b@c.d", "a@b..c", "a'@b.c", "a$@b.c", "a@b\n"]
)
def test_what_is_no_email_is_refused(email: str) -> None:
    if email.endswith("\n"):
        assert resolve(STACK, [Layer("f", {"admin_email": email})]).values["admin_email"] == "a@b"
        return
    with pytest.raises(InvalidInputError):
        resolve(STACK, [Layer("f", {"admin_email": email})])


@given(st.text(max_size=60))
def test_quoting_never_lets_a_line_break_or_an_open_quote_through(value: str) -> None:
    try:
        quoted = env_quote("KEY", value)
    except InvalidInputError:
        assert re.search(r"[\r\n\0']|\\\Z", value)
        return
    assert "\n" not in quoted
    assert quoted in (value, f"'{value}'")


def test_an_older_file_of_settings_gets_the_defaults() -> None:
    older = {
        "mode": "standalone",
        "port": 8080,
        "bind": "127.0.0.1",
        "demo": True,
    }

    resolved = resolve(STACK, [Layer("the installed settings", older, given=False)])

    assert resolved.values["llm_provider"] == "none"
    assert resolved.values["llm_base_url"] == ""
    assert STACK.complete({"port": 8080}) == STACK.complete(resolved.values)


def test_another_provider_takes_over_nothing_that_belonged_to_the_old_one() -> None:
    installed = {"llm_provider": "openai", "llm_model": "gpt-4.1", "llm_key": "stored"}
    layers = [
        Layer("flags", {"llm_provider": "groq"}),
        Layer("the installed settings", installed, given=False),
    ]

    resolved = resolve(STACK, layers)

    assert resolved.values["llm_model"] == ""
    assert resolved.values["llm_key"] == "none"
    assert resolve(STACK, layers[1:]).values["llm_model"] == "gpt-4.1"


@pytest.mark.parametrize(
    "url",
    [
        "api.openai.com", "ftp://x/v1", "http://", "https://user:pw@x/v1", "https://k@x",
        "http://x/v1?key=1", "http://x/#a", "http://x y/", "http://x:99999/", "http://[::1/v1",
        "http://x/'a'", "http://x/\\", "http://x/\x01", "http://x:0", "h" * 300, 5, True, ["http://x"],
    ],
)  # fmt: skip
def test_what_is_no_base_url_is_refused_and_never_repeated(url: object) -> None:
    with pytest.raises(InvalidInputError, match="llm_base_url") as caught:
        resolve(STACK, [Layer("file", {"llm_base_url": url})])

    assert "pw" not in caught.value.message


def test_a_base_url_loses_its_last_slash() -> None:
    url = "https://gate.example/v1"

    assert resolve(STACK, [Layer("f", {"llm_base_url": f" {url}/ "})]).values["llm_base_url"] == url


def test_a_key_given_in_the_wrong_place_is_not_repeated() -> None:
    with pytest.raises(InvalidInputError) as caught:
        resolve(STACK, [Layer("file", {"llm_key": "sk-canary"})])

    assert "canary" not in caught.value.message + caught.value.hint
