"""Carries out a change of settings, or shows what it would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thothctl.cli.change import Change, End, Result, carry, planned
from thothctl.cli.config_view import preview_data, show_changed, show_preview
from thothctl.cli.envelope import Outcome
from thothctl.cli.session import Session
from thothctl.cli.wizard import assigned, refuse_incomplete
from thothctl.config.settings import Layer, resolve
from thothctl.errors import AnswerMissingError, UsageError
from thothctl.model.provider import USES, provider_of
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations import configure
from thothctl.operations.consequences import SetupRequest
from thothctl.operations.keys import Keyed, with_keys
from thothctl.operations.running import Active, active

SECONDS = 90
FILE = "settings.yaml"


@dataclass(frozen=True, slots=True)
class Present:
    """What is installed, its stack, and the settings as they are recorded."""

    current: Active
    stack: Stack
    saved: Mapping[str, SettingValue]


def present(session: Session) -> Present:
    """Look; raises InvalidInputError where somebody's edit of the file does not hold."""
    current = active(session.world, session.install)
    stack = session.world.bundles.stack(current.install.stack)
    recorded = session.world.installs.settings(session.install) or current.release.settings
    saved = resolve(stack, [Layer(FILE, stack.complete(recorded))]).values
    return Present(current, stack, saved)


def with_assignments(here: Present, words: Sequence[str]) -> Mapping[str, SettingValue]:
    """The settings after KEY=VALUE words."""
    return settled(here, assigned(words))


def settled(here: Present, chosen: Mapping[str, object]) -> Mapping[str, SettingValue]:
    """The recorded settings with what was chosen; a choice's own details start anew with it."""
    layers = [Layer("the command line", chosen), Layer(FILE, here.saved)]
    settings = resolve(here.stack, layers).values
    refuse_incomplete(settings, "the base URL too: config set …_base_url=URL")
    return settings


def with_defaults(here: Present, keys: Sequence[str]) -> Mapping[str, SettingValue]:
    """The settings with these back at their defaults."""
    chosen: dict[str, object] = {}
    known = {setting.key: setting for setting in here.stack.settings}
    for key in keys:
        default = known[key].default
        if default is None:
            raise UsageError(f"{key} has no default", hint=f"give it a value: config set {key}=…")
        chosen[key] = default
    return settled(here, chosen)


def change_of(
    session: Session, here: Present, settings: Mapping[str, SettingValue], *, discard: bool
) -> Change:
    """The change to these settings; the keys of chosen providers have to be there."""
    keyed = with_keys(session.world, session.install, settings, {})
    _refuse_without_key(keyed)
    request = SetupRequest(
        session.install,
        here.current.install.stack,
        keyed.settings,
        seconds=session.options.timeout or SECONDS,
        discard_edits=discard,
    )
    return Change(here.stack, request, command="config")


def _refuse_without_key(keyed: Keyed) -> None:
    for use in keyed.missing:
        provider = provider_of(keyed.settings, use)
        name = provider.name if provider else use
        raise AnswerMissingError(
            f"no key of {name} is stored",
            hint=f"run `thothctl keys set {name}{' --for embedding' if use == USES[1] else ''}`, "
            f"or go without for now: config set {use}_key=skipped",
        )


def apply(session: Session, here: Present, change: Change) -> Outcome:
    """Carry the change out; with --dry-run show the differences and what gets a new container."""
    if session.options.dry_run:
        result = planned(session, change)
        return result.outcome if result.plan is None else previewed(session, result)
    return outcome_of(session, here, carry(session, change))


def previewed(session: Session, result: Result) -> Outcome:
    """What a planned change would do."""
    if result.plan is None:
        return result.outcome
    found = configure.preview(session.world, result.plan)
    data = {"plan": str(result.plan).splitlines(), **preview_data(found)}
    return Outcome(data, lambda console: show_preview(console, found), checks=result.findings)


def outcome_of(session: Session, here: Present, result: Result) -> Outcome:
    """The answer of a change that was carried out, or why it was not."""
    if result.end not in {End.DONE, End.NOTHING}:
        return result.outcome
    now = active(session.world, session.install)
    before = here.stack.complete(here.current.release.settings)
    after = here.stack.complete(now.release.settings)
    changed = {key: (before.get(key), after[key]) for key in after if after[key] != before.get(key)}
    data = {
        "changed": result.end is End.DONE,
        "release": now.release.number,
        "url": now.url,
        "settings": {key: value for key, (_, value) in changed.items()},
    }
    done = result.end is End.DONE
    return Outcome(data, lambda c: show_changed(c, now, changed, done=done), checks=result.findings)
