"""Gathers answers: flags, variables, a file, what is installed, memory, and the user."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from thothctl.cli.session import Session
from thothctl.config.settings import (
    Layer,
    Resolved,
    from_environment,
    parse,
    refuse_missing,
    resolve,
)
from thothctl.errors import InvalidInputError
from thothctl.model.stack import Setting, SettingValue, Stack


@dataclass(frozen=True, slots=True)
class WizardInput:
    """The questions, and the answers given on the command line."""

    stack: Stack
    flags: Mapping[str, object]
    answers: Path | None


def gather(session: Session, given: WizardInput) -> Mapping[str, SettingValue]:
    """A value for every setting; asks only on a terminal and remembers what was said."""
    resolved = resolve(given.stack, _layers(session, given))
    if session.interactive and resolved.open and not given.flags.get("demo"):
        return _ask(session, given.stack, resolved)
    refuse_missing(resolved)
    return resolved.values


def _layers(session: Session, given: WizardInput) -> list[Layer]:
    installs, name = session.world.installs, session.install
    flags = {key: value for key, value in given.flags.items() if value is not None}
    layers = [Layer("the command line", flags), from_environment(given.stack, session.environment)]
    if given.answers is not None:
        layers.append(Layer(str(given.answers), _read(given.answers)))
    layers.append(Layer("the installed settings", installs.settings(name) or {}, given=False))
    layers.append(Layer("the remembered answers", installs.remembered(name), given=False))
    return layers


def _read(path: Path) -> Mapping[str, object]:
    from thothctl.adapters.installs_folder import read_mapping  # noqa: PLC0415 - loads YAML

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"cannot read the answers file {path}: {error}", hint="give --answers a YAML file"
        ) from error
    return read_mapping(text, str(path))


def _ask(session: Session, stack: Stack, resolved: Resolved) -> Mapping[str, SettingValue]:
    from thothctl.adapters.prompts import ask_setting  # noqa: PLC0415 - only when somebody is asked

    values = dict(resolved.values)
    session.stderr.print(f"[bold]{stack.title}[/]")
    session.stderr.print("[dim]Enter takes the value shown.[/]\n")
    for setting in resolved.open:
        if len(setting.choices) == 1:
            continue
        values[setting.key] = _one(setting, ask_setting(setting, values.get(setting.key)))
        session.world.installs.remember(session.install, values)
    return values


def _one(setting: Setting, answer: object) -> SettingValue:
    return parse(setting, answer, "the answer")
