"""`thothctl upgrade`: to another version, or back to what ran when that fails."""

from dataclasses import replace

from rich.console import Console

from thothctl.cli.backup_key import warnings_of_key
from thothctl.cli.envelope import Outcome
from thothctl.cli.finalize import finalize
from thothctl.cli.hop import planned_hops
from thothctl.cli.ladder import going_on
from thothctl.cli.options import command
from thothctl.cli.rehearsal import rehearse as rehearsed
from thothctl.cli.session import Session
from thothctl.cli.setup_options import Registry
from thothctl.cli.upgrade_options import (
    SECONDS,
    SOAK,
    AcceptNoClone,
    Backup,
    Channel,
    Check,
    FinalizeAfter,
    NoClone,
    NoRollback,
    PlanOnly,
    Rehearse,
    Rolling,
    SoakSeconds,
    To,
    Word,
)
from thothctl.cli.upgrade_view import plan_data, show_plan
from thothctl.errors import UpdateAvailableError, UsageError
from thothctl.model.version import Version
from thothctl.operations import running
from thothctl.operations.offers import CHANNELS, STABLE
from thothctl.operations.overdue import due_date
from thothctl.operations.recover import refuse_unfinished
from thothctl.operations.upgrade import (
    Outlook,
    UpgradeRequest,
    find_way,
    look_out,
    one_of,
    refuse_edits,
)
from thothctl.operations.upgrade_data import DataWish
from thothctl.operations.waiting import START_SECONDS


@command
def upgrade(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    word: Word = None,
    to: To = None,
    channel: Channel = STABLE,
    registry: Registry = "",
    check: Check = False,
    plan: PlanOnly = False,
    backup: Backup = False,
    soak: SoakSeconds = SOAK,
    no_rollback: NoRollback = False,
    no_clone: NoClone = False,
    accept_no_clone: AcceptNoClone = False,
    finalize_after: FinalizeAfter = None,
    rehearse: Rehearse = False,
    rolling: Rolling = False,
) -> Outcome:
    """Bring the install to a newer version; when that fails, the old one runs again."""
    if word is not None:
        return _finalized(session, word, only_plan=plan or session.options.dry_run)
    request = UpgradeRequest(
        session.install,
        _version(to),
        one_of(channel, CHANNELS),
        registry,
        session.options.timeout or SECONDS,
        soak,
        rolls_back=not no_rollback,
        start_seconds=session.options.timeout or START_SECONDS,
        finalize_after=due_date(session.world, session.install, finalize_after),
        rolling=rolling,
    )
    wish = DataWish(backup, not no_clone, accept_no_clone)
    if check:
        return _checked(session, request)
    only_plan = plan or session.options.dry_run
    with session.locked("upgrade", plans=only_plan or rehearse):
        if only_plan:
            return _planned(session, request, wish)
        if rehearse:
            refuse_unfinished(session.world, request.name)
            return _rehearsed(session, request)
        return _upgraded(session, request, wish)


def _finalized(session: Session, word: str, *, only_plan: bool) -> Outcome:
    if word != "finalize":
        raise UsageError(
            f"upgrade does not know {word}",
            hint="`thothctl upgrade finalize`, or a version: `thothctl upgrade --to VERSION`",
        )
    return finalize(session, only_plan=only_plan)


def _version(text: str | None) -> Version | None:
    if text is None:
        return None
    if (found := Version.read(text)) is None:
        raise UsageError(f"{text} is no version", hint="write it as 1.2.0")
    return found


def _checked(session: Session, request: UpgradeRequest) -> Outcome:
    """Whether there is a way; to a version that is named, else to the newest within reach."""
    seen = find_way(session.world, request)
    best = find_way(session.world, replace(request, version=None)) if request.version else seen
    data = {
        "installed": str(seen.installed),
        "newest": str(best.target),
        "to": str(seen.target),
        "available": bool(seen.hops),
    }
    line, error = _found(seen, best)
    return Outcome(data, lambda c: c.print(line), warnings=best.warnings, error=error)


def _found(seen: Outlook, best: Outlook) -> tuple[str, UpdateAvailableError | None]:
    if not seen.hops:
        newest = "the newest version that can be gone to" if best.blocked else "the newest version"
        return f"{seen.installed} is {'installed' if best.hops else newest}.", None
    line = f"{seen.target} is available; {seen.installed} is installed."
    words = f"thothctl upgrade --to {seen.target}"
    return line, UpdateAvailableError(line, hint=f"run `{words}`, or with --plan first")


def _planned(session: Session, request: UpgradeRequest, wish: DataWish) -> Outcome:
    seen = look_out(session.world, request)
    if not seen.hops:
        return _nothing(seen)
    data = plan_data(session.world, seen, planned_hops(session, request, seen, wish))
    return Outcome(data, lambda console: show_plan(console, data), warnings=seen.warnings)


def _rehearsed(session: Session, request: UpgradeRequest) -> Outcome:
    """Every version on the way: each migrates what the one before it leaves."""
    seen = look_out(session.world, request)
    if not seen.hops:
        return _nothing(seen)
    done = rehearsed(session, request, seen)
    return replace(done, warnings=(*seen.warnings, *done.warnings))


def _upgraded(session: Session, request: UpgradeRequest, wish: DataWish) -> Outcome:
    first, saved = look_out(session.world, request), wish.backup
    if not first.hops:
        return _nothing(first)
    refuse_edits(session.world, request.name)
    session.confirm(f"Upgrade {request.name} from {first.installed} to {first.target}?")
    request = replace(request, version=first.target)
    begun, *_ = planned_hops(session, request, first, wish, build=True)
    session.carry_out(begun.plan)
    for version in first.hops[1:]:
        with going_on(session, str(first.target)):
            _further(session, request, version, replace(wish, backup=False))
    done = _done(session, first)
    of_key = warnings_of_key(session) if saved else ()
    return replace(done, warnings=(*first.warnings, *of_key))


def _further(session: Session, request: UpgradeRequest, version: Version, wish: DataWish) -> None:
    """The next version on the way, looked at once more now that the one before it runs."""
    seen = replace(
        look_out(session.world, replace(request, version=version)), target=version, hops=(version,)
    )
    (hop,) = planned_hops(session, request, seen, wish)
    session.carry_out(hop.plan)


def _nothing(seen: Outlook) -> Outcome:
    data = {"changed": False, "from": str(seen.installed), "to": str(seen.installed)}
    line = f"Nothing to do: {seen.installed} is installed."
    return Outcome(data, lambda c: c.print(line), warnings=seen.warnings)


def _done(session: Session, seen: Outlook) -> Outcome:
    current = running.active(session.world, session.install)
    data = {
        "changed": True,
        "from": str(seen.installed),
        "to": current.release.version,
        "release": current.release.number,
        "hops": [str(hop) for hop in seen.hops],
        "url": current.url,
    }

    def show(console: Console) -> None:
        line = f"[green]✓[/] {session.install} runs {current.release.version} at {current.url}"
        console.print(line)

    return Outcome(data, show)
