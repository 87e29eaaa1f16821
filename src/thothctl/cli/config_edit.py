"""`thothctl config edit`: the settings file in the user's editor, checked before it counts."""

from thothctl.cli.change import End, carry, planned
from thothctl.cli.config_change import (
    FILE,
    Present,
    change_of,
    outcome_of,
    present,
    previewed,
    settled,
)
from thothctl.cli.envelope import Outcome
from thothctl.cli.session import Session
from thothctl.config.dotted import flat
from thothctl.config.settings_file import problems
from thothctl.errors import DeclinedError, ThothctlError, UsageError


def edit(session: Session) -> Outcome:
    """Open settings.yaml in $VISUAL or $EDITOR, show the difference, ask, apply."""
    if not session.interactive and not session.options.yes:
        raise UsageError("config edit needs a terminal", hint="use config set KEY=VALUE")
    here = present(session)
    text, chosen = _edited(session, here)
    return _applied(session, here, text, chosen)


def _edited(session: Session, here: Present) -> tuple[str, dict[str, object]]:
    """What the user wrote, once it holds."""
    from thothctl.adapters.editor import edited  # noqa: PLC0415 - start-up stays light
    from thothctl.adapters.yaml_text import read_mapping  # noqa: PLC0415 - loads YAML

    text = session.world.installs.settings_text(session.install)
    while True:
        text = edited(text, FILE, session.environment)
        try:
            values = flat(read_mapping(text, FILE), FILE)
            if found := problems(here.stack, values, FILE):
                raise found[0]
            settled(_bare(here), values)
        except ThothctlError as error:
            _again(session, error)
        else:
            return text, values


def _bare(here: Present) -> Present:
    """A line that was taken out means the default, not what was there before."""
    return Present(here.current, here.stack, here.stack.complete({}))


def _again(session: Session, error: ThothctlError) -> None:
    """Edit again, or give up with nothing changed."""
    from thothctl.adapters.prompts import ask_yes  # noqa: PLC0415 - only when asked

    session.stderr.print(f"{error.message}\nhint: {error.hint}", markup=False)
    if not session.interactive:
        raise error
    if not ask_yes("Edit it again?"):
        raise DeclinedError("given up; nothing was changed", hint="run it again when ready")


def _applied(session: Session, here: Present, text: str, chosen: dict[str, object]) -> Outcome:
    change = change_of(session, here, settled(_bare(here), chosen), discard=False)
    plan = planned(session, change)
    shown = previewed(session, plan)
    if session.options.dry_run or plan.plan is None:
        return shown
    if plan.plan.steps:
        shown.show(session.stderr)
        session.confirm("Apply this?")
    result = carry(session, change)
    if result.end in {End.DONE, End.NOTHING}:
        _keep_comments(session, text)
    return outcome_of(session, here, result)


def _keep_comments(session: Session, text: str) -> None:
    """The file as it was written, with the settings that it leaves to their defaults."""
    installs, name = session.world.installs, session.install
    settings = installs.settings(name)
    installs.save_settings_text(name, text)
    installs.save_settings(name, settings)
