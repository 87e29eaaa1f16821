"""The contract of every command, walked over the command tree."""

from typing import Any

import pytest
from cli.conftest import Run

from thothctl.cli.app import whole

COMMON = {
    "--install", "--output", "--yes", "--non-interactive", "--dry-run", "--timeout", "--verbose",
    "--log-file",
}  # fmt: skip
ARGUMENTS = {
    "ask": ["how many?"],
    "import-bird": ["/nowhere.sqlite"],
    "import-data": ["nowhere"],
    "render": ["/nowhere", "--dry-run"],
    "workspace show": ["sales"],
    "workspace share": ["sales", "--values", "none"],
    "workspace delete": ["sales"],
    "workspace export": ["sales"],
    "workspace import": ["sales", "/nowhere.json"],
    "workspace examples list": ["sales"],
    "workspace examples add": ["sales", "--question", "Which?", "--sql", "SELECT 1"],
    "workspace examples delete": ["sales", "1"],
    "keys set": ["openai"],
    "keys remove": ["openai"],
    "exec": ["true"],
    "config get": ["port"],
    "config set": ["port=8090"],
    "config unset": ["port"],
    "secrets set": ["api_token", "--from-file", "/nowhere"],
    "secrets rotate": ["api_token"],
    "secrets export": ["--to", "/nowhere/secrets.age"],
    "secrets import": ["/nowhere/secrets.age"],
    "restore": ["latest"],
    "backup access set": ["webhook", "--from-file", "/nowhere"],
    "backup access remove": ["webhook"],
    "backup copy": ["--to", "/nowhere"],
    "backup forget": ["/nowhere"],
    "images push": ["--registry", "127.0.0.1:1/x"],
}


def commands(tree: dict[str, Any], path: tuple[str, ...] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, one in tree.items():
        here = (*path, name)
        found |= commands(one.commands, here) if hasattr(one, "commands") else {" ".join(here): one}
    return found


TREE = commands(whole())


def flags_of(command: Any) -> set[str]:  # noqa: ANN401 - Typer keeps its classes private
    return {
        flag
        for parameter in command.params
        for flag in (*parameter.opts, *parameter.secondary_opts)
    }


@pytest.mark.parametrize("name", sorted(TREE))
def test_every_command_takes_the_common_options(name: str) -> None:
    assert flags_of(TREE[name]) >= COMMON


@pytest.mark.parametrize("name", sorted(TREE))
def test_every_command_and_option_explains_itself(name: str) -> None:
    assert TREE[name].help
    assert not [p.name for p in TREE[name].params if getattr(p, "help", None) in (None, "")]


@pytest.mark.parametrize("name", sorted(TREE))
def test_without_an_engine_every_command_answers_with_a_valid_document(name: str, run: Run) -> None:
    code, document = run(*name.split(), *ARGUMENTS.get(name, []), "--yes")

    assert document["command"] == name
    assert code in {0, 3, 6}
    assert code != 0 or name in {"version", "resume", "render", "config schema"}


@pytest.mark.parametrize("name", sorted(TREE))
def test_a_wrong_option_is_exit_2_with_a_hint(name: str, run: Run) -> None:
    code, document = run(*name.split(), "--no-such-option")

    assert code == 2
    assert document["errors"][0]["hint"].startswith("see `thothctl")


def test_no_secret_can_be_given_as_an_argument() -> None:
    """Where an option is about a secret it names a file, or it is a switch."""
    about = {
        option.opts[0]
        for command in TREE.values()
        for option in command.params
        if any(s in option.opts[0] for s in ("password", "token", "secret", "key"))
        and not option.is_flag
    }

    assert all(flag.endswith("-file") for flag in about)
