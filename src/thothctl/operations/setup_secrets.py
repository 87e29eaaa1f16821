"""The part of a setup's plan that deals with secrets that were given or are not wanted."""

from collections.abc import Iterable, Mapping

from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.plan import Step
from thothctl.operations.rotate import keepers
from thothctl.operations.secret_steps import RemoveSecret, ReplaceSecret


def told(
    name: str,
    stack: Stack,
    settings: Mapping[str, SettingValue],
    offered: Iterable[str],
    kind: type[Step],
) -> tuple[Step, ...]:
    """Who keeps a copy of a replaced secret and learns of it by this kind of step."""
    specs = [spec for spec in stack.secrets if spec.name in offered]
    found = (step for spec in specs for step in keepers(name, stack, settings, spec))
    return tuple(step for step in found if isinstance(step, kind))


def replaced(name: str, offered: Iterable[str], stored: frozenset[str]) -> tuple[Step, ...]:
    """The values that lie ready become the stored ones."""
    return tuple(ReplaceSecret(name, s, had=s in stored, why="a key was given") for s in offered)


def removed(name: str, unwanted: Iterable[str]) -> tuple[Step, ...]:
    """They are stored no longer."""
    return tuple(RemoveSecret(name, secret, why="it is not wanted") for secret in unwanted)
