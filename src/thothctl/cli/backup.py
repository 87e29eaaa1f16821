"""`thothctl backup`: make, list, prove and remove backups."""

from typing import Annotated

import typer

from thothctl.cli.backup_access import access
from thothctl.cli.backup_copy import copy_backup
from thothctl.cli.backup_drill import drill
from thothctl.cli.backup_forget import forget_place
from thothctl.cli.backup_key import key, warnings_of_key
from thothctl.cli.backup_options import (
    Daily,
    EngineOption,
    From,
    IdentityFile,
    Last,
    Monthly,
    PassphraseFile,
    To,
    Weekly,
    opener_of,
)
from thothctl.cli.backup_schedule import run, schedule
from thothctl.cli.backup_view import (
    manifest_data,
    show_list,
    show_manifest,
    show_proofs,
    show_pruning,
    stored_data,
)
from thothctl.cli.envelope import Outcome, Rows
from thothctl.cli.options import command, rows_command
from thothctl.cli.session import Session
from thothctl.errors import InvalidInputError, UsageError
from thothctl.model.backup import Consistency, Engine
from thothctl.model.retention import Keep
from thothctl.operations.backup import BackupRequest, plan_backup, provide_toolbox
from thothctl.operations.backup_opening import Opener, has_key, opened
from thothctl.operations.backup_order import PAUSE_SECONDS
from thothctl.operations.backup_prune import free_left, plan_prune, prune, sweep_all
from thothctl.operations.backup_shelf import LATEST, find, located, shelf
from thothctl.operations.backup_verify import Proof, refuse_broken, verify
from thothctl.operations.drill_ground import drilled_now
from thothctl.world.backups import Archive

MIB = 1024 * 1024
KEEP = Keep()

backup = typer.Typer(name="backup", help="Make, prove and keep backups.", no_args_is_help=True)
backup.add_typer(key)
backup.add_typer(access)
backup.add_typer(schedule)

Full = Annotated[bool, typer.Option("--full", metavar="", help="Every store; this is the default.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="STORE", help="Only this store; may repeat.")
]
NoteOption = Annotated[str, typer.Option("--note", metavar="TEXT", help="A word for later.")]
ConsistencyOption = Annotated[
    Consistency,
    typer.Option(
        "--consistency",
        metavar="one-point|per-store",
        help="All stores of one moment, writers paused, or each of its own without a pause.",
    ),
]
Longest = Annotated[
    int,
    typer.Option(
        "--longest-pause", metavar="SECONDS", min=1, help="Writers never wait longer than this."
    ),
]
Reference = Annotated[
    str, typer.Argument(metavar="ID", help="An id, the word latest, or the path of a file.")
]
Deep = Annotated[
    bool, typer.Option("--deep", metavar="", help="Decrypt and read every part to its end.")
]


@command
def create(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    full: Full = False,
    only: Only = None,
    to: To = "",
    note: NoteOption = "",
    consistency: ConsistencyOption = Consistency.ONE_POINT,
    longest_pause: Longest = PAUSE_SECONDS,
    engine: EngineOption = None,
) -> Outcome:
    """Make a backup: data, settings and secrets, encrypted, of one moment."""
    if full and only:
        raise UsageError("--full and --only exclude each other", hint="give one of them")
    request = BackupRequest(
        session.install, tuple(only or ()), to, note, consistency, longest_pause, engine
    )
    with session.locked("backup create"):
        with session.watched():
            provide_toolbox(session.world)
        plan, order = plan_backup(session.world, request)
        if session.options.dry_run:
            return Outcome({"plan": str(plan)}, lambda c: c.print(str(plan), markup=False))
        session.carry_out(plan)
    return _made(session, order.target, order.backup)


def _made(session: Session, target: str, identity: str) -> Outcome:
    place = session.world.targets.open(target, session.install)
    archive = session.world.archives.open(place.fetch(identity))
    manifest = archive.manifest
    size = (
        max(archive.size, manifest.stored) if manifest.engine == Engine.ARCHIVE else manifest.stored
    )
    data = {
        "id": manifest.id,
        "file": place.where(identity),
        "engine": manifest.engine,
        "size": size,
        "bytes": manifest.bytes,
        "stores": list(manifest.stores),
        "consistency": manifest.consistency.value,
        "write_pause_ms": manifest.write_pause_ms,
        "duration_ms": manifest.duration_ms,
        "fingerprint": manifest.fingerprint,
    }
    line = (
        f"[green]✓[/] {manifest.id}: {manifest.bytes / MIB:,.1f} MiB as {size / MIB:,.1f} "
        f"MiB in {manifest.duration_ms / 1000:.1f} s, {manifest.consistency.value}, "
        f"writers paused {manifest.write_pause_ms} ms"
    )
    warnings = warnings_of_key(session)
    return Outcome(data, lambda console: console.print(line, soft_wrap=True), warnings=warnings)


@rows_command
def list_backups(session: Session, place: From = "") -> Outcome:
    """List the backups of this install; archives of others are left out."""
    there = shelf(session.world, session.install, place)
    data = {
        "backups": [stored_data(one) for one in there.backups],
        "foreign": list(there.strangers),
        "places": list(there.addresses),
    }
    rows = [(one.id, one.manifest.created, one.size, one.place) for one in there.backups]
    return Outcome(
        data,
        lambda console: show_list(console, there.backups, there.strangers),
        rows=Rows(("id", "created", "size", "file"), rows),
    )


@command
def show(session: Session, reference: Reference = LATEST, place: From = "") -> Outcome:
    """Show what is in a backup; needs no key."""
    path = find(session.world, session.install, reference, place)
    manifest = session.world.archives.open(path).manifest
    return Outcome(
        manifest_data(str(path), manifest),
        lambda console: show_manifest(console, str(path), manifest),
    )


@command
def verify_backup(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    reference: Reference = LATEST,
    deep: Deep = False,
    place: From = "",
    identity_file: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> Outcome:
    """Prove that a backup is whole: hashes, and with its key that it opens."""
    path, target = located(session.world, session.install, reference, place)
    archive = session.world.archives.open(path)
    needed = deep or archive.manifest.engine != Engine.ARCHIVE
    opener = opener_of(session, archive.head, identity_file, passphrase_file, needed=needed)
    with session.watched():
        proofs = _proofs(session, archive, opener, deep=deep)
    refuse_broken(archive, proofs)
    _remember(session, archive, target, deep=deep)
    data = {"id": archive.head.id, "file": str(path), "deep": deep, "parts": len(proofs)}
    return Outcome(data, lambda c: show_proofs(c, archive.head.id, proofs, deep=deep))


def _proofs(session: Session, archive: Archive, opener: Opener, *, deep: bool) -> tuple[Proof, ...]:
    """Hashes need no key: without one, a backup for somebody else is still proved that far."""
    known = opener != Opener() or has_key(session.world, session.install, archive.head)
    if not deep and not known and archive.manifest.engine == Engine.ARCHIVE:
        return verify(session.world, archive, None, deep=False)
    with opened(session.world, session.install, archive, opener) as identity:
        provide_toolbox(session.world)
        return verify(session.world, archive, identity, deep=deep)


def _remember(session: Session, archive: Archive, target: str, *, deep: bool) -> None:
    install = session.world.installs.find(session.install)
    if install is not None and install.uuid == archive.head.install:
        event = {"event": "verified", "id": archive.head.id, "target": target, "deep": deep}
        session.world.backup_records.note(session.install, event)


@command
def prune_backups(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    last: Last = KEEP.last,
    daily: Daily = KEEP.daily,
    weekly: Weekly = KEEP.weekly,
    monthly: Monthly = KEEP.monthly,
    place: From = "",
) -> Outcome:
    """Remove backups that need not be kept; never the newest one that is proved."""
    try:
        keep = Keep(last, daily, weekly, monthly)
    except ValueError as error:
        raise InvalidInputError(str(error), hint="give 0 or more") from error
    with session.locked("backup prune"):
        in_use = drilled_now(session.world, session.install)
        there, now = shelf(session.world, session.install, place), session.world.clock.now()
        planned = plan_prune(there, keep, now, in_use)
        if not session.options.dry_run:
            with session.watched():
                sweep_all(session.world, session.install, place)
        if planned.removed and not session.options.dry_run:
            session.confirm(f"Remove {len(planned.removed)} backups of {session.install}?")
            with session.watched():
                planned = prune(session.world, session.install, keep, place)
        elif not session.options.dry_run:
            with session.watched():
                free_left(session.world, session.install, place)
    data = {
        "removed": [one.id for one in planned.removed],
        "kept": [one.id for one in planned.kept],
    }
    dry = session.options.dry_run
    return Outcome(data, lambda console: show_pruning(console, planned, planned=dry))


for word, function in (
    ("create", create),
    ("list", list_backups),
    ("show", show),
    ("verify", verify_backup),
    ("prune", prune_backups),
    ("copy", copy_backup),
    ("forget", forget_place),
    ("drill", drill),
    ("run", run),
):
    backup.command(word)(function)
