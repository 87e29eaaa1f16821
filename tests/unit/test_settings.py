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
