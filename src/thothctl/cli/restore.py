"""`thothctl restore`: data back from a backup, beside what runs, and one pointer that moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from thothctl.cli.backup_options import From, IdentityFile, PassphraseFile, opener_of
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.restore_view import done, planned, restored
from thothctl.cli.session import Session
from thothctl.errors import AnswerMissingError, InvalidInputError, UsageError
from thothctl.model.backup import SUFFIX
from thothctl.operations import restore as restoring
from thothctl.operations import restore_gates as gates
from thothctl.operations.backup import provide_toolbox
from thothctl.operations.backup_log import note_read
from thothctl.operations.backup_opening import Opener, has_key, opened
from thothctl.operations.backup_shelf import located
from thothctl.operations.generations import FreshGeneration
from thothctl.operations.loading import check_stored
from thothctl.operations.plan import Plan
from thothctl.operations.restore_again import is_restored
from thothctl.operations.restore_new import (
    fitted,
    images_of,
    new_install,
    plan_new,
    refuse_taken,
    settings_of,
    version_to_run,
)
from thothctl.world.backups import Archive

SECONDS = 180

Reference = Annotated[
    str | None, typer.Argument(metavar="BACKUP", help="An id, `latest`, or the file of a backup.")
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="STORE", help="Only this store; may be given several times."),
]
NewInstall = Annotated[
    str | None,
    typer.Option(
        "--to-new-install", metavar="NAME", help="Beside what is here, as an install of this name."
    ),
]
PlanOnly = Annotated[
    bool, typer.Option("--plan", metavar="", help="Show the plan and stop; like --dry-run.")
]
Undo = Annotated[
    bool,
    typer.Option("--undo", metavar="", help="Go back to the data of before the last restore."),
]

Again = Annotated[
    bool,
    typer.Option("--again", metavar="", help="Even if it was restored and nothing came since."),
]


@dataclass(frozen=True, slots=True)
class Found:
    """An archive on this machine, the install here that may have its key, and where it lay."""

    path: Path
    archive: Archive
    owner: str
    target: str


@command
def restore(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    backup: Reference = None,
    only: Only = None,
    to_new_install: NewInstall = None,
    plan: PlanOnly = False,
    undo: Undo = False,
    again: Again = False,
    place: From = "",
    identity_file: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> Outcome:
    """Put data back from a backup; what runs now is kept, and `--undo` brings it back."""
    if undo:
        return _undo(session, plan=plan)
    if backup is None:
        raise AnswerMissingError(
            "which backup is to be restored?", hint="give an id, `latest` or a file"
        )
    if to_new_install and only:
        raise UsageError("a new install needs all stores", hint="leave out --only")
    found = find_backup(session, backup, place)
    manifest, name = found.archive.manifest, to_new_install or _name(session, found)
    runs = version_to_run(session.world, name, manifest)
    gates.refuse_newer(manifest, session.world.version, runs)
    with key_of(session, found, identity_file, passphrase_file) as key:
        session.install = name
        with session.locked("restore", plans=plan):
            session.world.restores.keep_key(session.install, key)
            with session.watched():
                provide_toolbox(session.world)
            made = _made(session, found, tuple(only or ()), again, to_new_install is not None)
            if made is None:
                return restored(session.install, found.archive.head.id)
            return _carry(session, found, made, plan=plan)


def find_backup(session: Session, reference: str, place: str) -> Found:
    """The archive that is meant; a file needs no install."""
    world = session.world
    path = Path(reference).expanduser().absolute()
    target = str(path.parent)
    if not path.is_file():
        if reference.endswith(SUFFIX) or "/" in reference:
            raise InvalidInputError(f"there is no file {reference}", hint="look at its path")
        path, target = located(world, session.install, reference, place)
    archive = world.archives.open(path.absolute())
    names = world.installs.names()
    owner = next((name for name in names if has_key(world, name, archive.head)), "")
    return Found(path.absolute(), archive, owner, target)


@contextmanager
def key_of(
    session: Session, found: Found, identity_file: Path | None, passphrase_file: Path | None
) -> Iterator[Path]:
    """Its private key as a file: given, or an install's here; raises within seconds."""
    if found.owner and identity_file is None and passphrase_file is None:
        opener = Opener()
    else:
        opener = opener_of(session, found.archive.head, identity_file, passphrase_file)
    with opened(session.world, found.owner, found.archive, opener) as path:
        yield path


def _name(session: Session, found: Found) -> str:
    """Where nothing is, an install comes back under its own name."""
    if session.chosen or session.world.installs.names():
        return session.install
    return found.archive.head.name


def _made(
    session: Session,
    found: Found,
    only: tuple[str, ...],
    again: bool,
    beside: bool,
) -> Plan | None:
    """What is to be done; None where nothing is."""
    world, manifest = session.world, found.archive.manifest
    if world.installs.find(session.install) is None:
        return _new(session, found, beside=beside)
    seen = restoring.present(world, session.install)
    if beside:
        there = gates.came_from(manifest, seen.releases)
        there = there and is_restored(world, seen, manifest, manifest.stores)
        return None if there else _new(session, found, beside=True)
    return _over(session, found, seen, only, again=again)


def _over(
    session: Session, found: Found, seen: restoring.Present, only: tuple[str, ...], *, again: bool
) -> Plan | None:
    world, manifest = session.world, found.archive.manifest
    gates.refuse_foreign(manifest, seen.install, seen.releases)
    stack = world.bundles.stack(seen.install.stack)
    stores = gates.chosen_stores(manifest, stack, seen.active.settings, only)
    if not again and is_restored(world, seen, manifest, stores):
        return None
    chosen = gates.Chosen(seen.active.settings, seen.active.images)
    gates.refuse_newer_server(world, manifest, stack, chosen, stores)
    gates.refuse_full(world, manifest, stores, str(seen.active.settings.get("data_dir", "")))
    wish = _wish(session, found, only)
    return restoring.plan_restore(seen, wish, stores)


def _new(session: Session, found: Found, *, beside: bool) -> Plan:
    world, archive = session.world, found.archive
    if beside or world.installs.find(session.install) is None:
        refuse_taken(world, session.install)
    saved = settings_of(world, archive, session.install)
    stack = world.bundles.stack(archive.manifest.stack)
    made = new_install(world, archive, fitted(world, stack, saved), beside=beside)
    stores = gates.chosen_stores(archive.manifest, stack, made.settings, ())
    gates.refuse_full(world, archive.manifest, stores, str(made.settings.get("data_dir", "")))
    images = images_of(world, archive.manifest)
    chosen = gates.Chosen(made.settings, images)
    gates.refuse_newer_server(world, archive.manifest, stack, chosen, stores)
    version = archive.manifest.product_version if images else ""
    wish = replace(_wish(session, found, ()), images=images, version=version)
    return plan_new(wish, made, stores)


def _wish(session: Session, found: Found, only: tuple[str, ...]) -> restoring.Wish:
    seconds = session.options.timeout or SECONDS
    path, manifest = str(found.path), found.archive.manifest
    return restoring.Wish(session.install, path, manifest, only, seconds)


def _carry(session: Session, found: Found, made: Plan, *, plan: bool) -> Outcome:
    if plan or session.options.dry_run:
        return planned(made)
    manifest = found.archive.manifest
    if made.had_release:
        session.confirm(
            f"Restore {manifest.id} into {session.install}? The data of now is kept; "
            "`thothctl restore --undo` brings it back."
        )
    with session.watched():
        check_stored(session.world, found.archive, session.world.restores.key_path(session.install))
    keeper = found.owner or session.install
    note_read(session.world, keeper, found.archive.head, found.target)
    session.carry_out(made)
    numbers = {s.store: s.number for s in made.steps if isinstance(s, FreshGeneration)}
    return done(session, made, {"backup": manifest.id, "stores": numbers})


def _undo(session: Session, *, plan: bool) -> Outcome:
    with session.locked("restore", plans=plan):
        seen = restoring.present(session.world, session.install)
        made = restoring.plan_undo(seen, session.options.timeout or SECONDS)
        if plan or session.options.dry_run:
            return planned(made)
        session.confirm(f"Go back? This would {made.goal}.")
        session.carry_out(made)
        return done(session, made, {})
