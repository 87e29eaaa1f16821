"""Compares releases with each other and with the recorded settings."""

from collections.abc import Mapping

from thothctl.cli.config_change import Present, present
from thothctl.cli.config_view import Pair, compared_data, show_compared
from thothctl.cli.envelope import Outcome
from thothctl.cli.session import Session
from thothctl.errors import UsageError
from thothctl.model.install import Release
from thothctl.model.setting import SettingValue
from thothctl.operations.configure import compare as compare_files
from thothctl.operations.configure import rendered_for


def rendering(session: Session) -> dict[str, str]:
    """The recorded settings, rendered with the number of the active release."""
    here = present(session)
    return dict(rendered_for(session.world, here.current, here.saved))


def compare(session: Session, one: int | None, other: int | None) -> Outcome:
    """A with B, A with the active release, or the active release with settings.yaml."""
    here = present(session)
    installs, name = session.world.installs, session.install
    if one is None:
        before, settings = here.current.release, here.saved
        files: Mapping[str, str] = rendered_for(session.world, here.current, here.saved)
    else:
        before = _release(session, one)
        after = _release(session, other) if other is not None else here.current.release
        settings, files = after.settings, installs.rendered(name, after.number)
    found = compare_files(session.world, installs.rendered(name, before.number), files)
    changed = _changed(here, before.settings, settings)
    return Outcome(compared_data(changed, found), lambda c: show_compared(c, changed, found))


def _release(session: Session, number: int) -> Release:
    known = {r.number: r for r in session.world.installs.releases(session.install)}
    if number not in known:
        numbers = ", ".join(str(n) for n in known)
        raise UsageError(f"there is no release {number}", hint=f"releases here: {numbers}")
    return known[number]


def _changed(
    here: Present, before: Mapping[str, SettingValue], after: Mapping[str, SettingValue]
) -> dict[str, Pair]:
    old, new = here.stack.complete(before), here.stack.complete(after)
    keys = dict.fromkeys([*old, *new])
    return {key: (old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)}
