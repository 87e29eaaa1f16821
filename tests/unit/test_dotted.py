"""Dotted settings: one key, written on a line or as mappings, declared once for every service."""

import pytest

from thothctl.adapters.bundles import TemplateBundles
from thothctl.adapters.yaml_comments import with_values
from thothctl.adapters.yaml_text import read_mapping
from thothctl.config.dotted import flat
from thothctl.config.settings import Layer, resolve
from thothctl.config.stack_file import read_stack
from thothctl.errors import InvalidInputError

STACK = TemplateBundles().stack("thoth-ai")
NESTED = """\
port: 1
services:
  app:
    memory: 2g # mine
    cpus: 1.5
"""


def test_both_ways_to_write_a_key_mean_the_same() -> None:
    one = flat(read_mapping(NESTED, "x"), "x")

    assert one == {"port": 1, "services.app.memory": "2g", "services.app.cpus": 1.5}
    assert flat(one, "x") == one


def test_a_key_that_is_written_both_ways_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"services\.app\.memory is there twice"):
        flat(read_mapping(f"{NESTED}services.app.memory: 3g\n", "x"), "x")


def test_a_change_goes_where_the_user_wrote_the_key() -> None:
    values = {"port": 1, "services.app.memory": "3g", "services.app.restart": "always"}

    text = with_values(NESTED, values, "x")

    assert "    memory: 3g # mine\n" in text
    assert "    restart: always\n" in text
    assert flat(read_mapping(text, "x"), "x") == values


def test_the_last_key_below_takes_its_mappings_with_it() -> None:
    assert with_values(NESTED, {"port": 1}, "x") == "port: 1\n"


def test_every_lasting_service_has_what_is_declared_once() -> None:
    keys = {s.key for s in STACK.settings if s.advanced}

    assert {f"services.{s.name}.memory" for s in STACK.services if not s.once} <= keys
    assert {key for key in keys if key.endswith(".replicas")} == {
        "services.app.replicas",
        "services.worker.replicas",
    }


def test_no_two_settings_share_a_variable() -> None:
    names = [s.variable for s in STACK.settings]

    assert sorted(set(names)) == sorted(names)


def test_an_advanced_setting_at_its_default_is_left_to_later_defaults() -> None:
    chosen = {"services.app.memory": "1g", "services.app.cpus": 1.5}

    resolved = resolve(STACK, [Layer("x", chosen)])

    assert "services.app.memory" not in resolved.values
    assert resolved.values["services.app.cpus"] == "1.5"
    assert STACK.complete(resolved.values)["services.app.memory"] == "1g"
    assert [s for s in resolved.open if s.advanced] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("services.app.cpus", "0"), ("services.app.cpus", "-1"), ("services.app.cpus", True),
        ("services.app.cpus", "1e3"), ("services.app.memory", "much"), ("services.app.memory", ""),
        ("services.app.replicas", 0), ("services.app.restart", "sometimes"),
    ],
)  # fmt: skip
def test_what_is_none_of_its_kind_is_refused(key: str, value: object) -> None:
    with pytest.raises(InvalidInputError, match=key):
        resolve(STACK, [Layer("x", {key: value})])


def test_the_word_no_is_itself_and_not_what_yaml_makes_of_it() -> None:
    found = resolve(STACK, [Layer("x", {"services.app.restart": False})])

    assert found.values["services.app.restart"] == "no"


def test_an_unknown_key_of_a_service_gets_the_nearest() -> None:
    with pytest.raises(InvalidInputError) as caught:
        resolve(STACK, [Layer("x", {"services.app.memroy": "1g"})])

    assert caught.value.hint == "did you mean services.app.memory?"


def test_a_default_of_a_service_is_checked_as_a_value_is() -> None:
    memory = {"kind": "size", "default": "much", "question": "Memory", "help": "Most memory."}
    described = {
        "name": "x", "title": "x", "modes": {}, "settings": {}, "secrets": {}, "stores": {},
        "endpoints": {}, "images": {"one": {"folder": "x"}}, "services": {"app": {"image": "one"}},
        "service_settings": {"memory": memory},
    }  # fmt: skip

    with pytest.raises(InvalidInputError, match="memory of app"):
        read_stack(described, "stack.yaml")
