"""Copies a backup from one place to another: compared on the way, complete there or absent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from thothctl.errors import BackupFailedError
from thothctl.model.backup import Engine, Part, Stored
from thothctl.model.event import Progress
from thothctl.operations.backup_repository import Repository
from thothctl.operations.backup_shelf import shelf
from thothctl.operations.backup_steps import published_nothing
from thothctl.operations.backup_sweep import about_to_send, sweep
from thothctl.operations.backup_verify import refuse_broken, verify
from thothctl.operations.loading import hashed
from thothctl.operations.steps import install_of
from thothctl.world import World
from thothctl.world.backups import Archive, ArchiveWriter, Target

NO_KEY = None


@dataclass(frozen=True, slots=True)
class Copied:
    """Where a backup lies now, too; `made` is false where it was there already."""

    place: str
    made: bool


def copy(world: World, name: str, stored: Stored, target: str) -> Copied:
    """Raises BackupFailedError when it does not arrive; nothing of it is there then."""
    there = world.targets.open(target, name)
    with published_nothing():
        if any(one.id == stored.id for one in shelf(world, name, there.address).backups):
            return Copied(there.where(stored.id), made=False)
        sweep(world, name, there.address)
        archive = world.archives.open(world.targets.open(stored.target, name).fetch(stored.id))
        about_to_send(world, name, stored.id, there.address, archive.manifest.engine)
        _brought(world, name, there, (stored, archive))
    event = {"event": "copied", "id": stored.id, "target": there.address}
    world.backup_records.note(name, event)
    return Copied(there.where(stored.id), made=True)


def _brought(world: World, name: str, there: Target, what: tuple[Stored, Archive]) -> None:
    stored, archive = what
    try:
        parts = archive.manifest.parts
        if archive.manifest.engine == Engine.REPOSITORY:
            kept = Repository(world, install_of(world, name), there.address, stored.id)
            wanted = [one.snapshot.partition(":")[0] for one in parts if one.snapshot]
            if wanted:  # without a name everything there would be taken over
                parts = _moved(parts, kept.take_over(stored.id, wanted, stored.target))
        path = there.stage(stored.id)
        with world.archives.create(path, archive.head, archive.key()) as writer:
            for part in parts:
                _write(world, archive, part, writer)
            writer.seal(replace(archive.manifest, parts=parts))
        if archive.manifest.engine == Engine.ARCHIVE:
            written = world.archives.open(path)
            refuse_broken(written, verify(world, written, NO_KEY, deep=False))
        there.publish(stored.id)
    finally:
        there.discard(stored.id)


def _moved(parts: Sequence[Part], snapshots: dict[str, str]) -> tuple[Part, ...]:
    """The same parts, by the names that the other repository gave to their snapshots."""
    return tuple(replace(one, snapshot=_renamed(one, snapshots)) for one in parts)


def _renamed(part: Part, snapshots: dict[str, str]) -> str:
    if not part.snapshot:
        return ""
    if part.name not in snapshots:
        raise BackupFailedError(
            f"{part.name} did not get to the other repository", hint="run the copy again"
        )
    _, colon, folder = part.snapshot.partition(":")
    return f"{snapshots[part.name]}{colon}{folder}"


def _write(world: World, archive: Archive, part: Part, writer: ArchiveWriter) -> None:
    if part.snapshot:
        return
    with writer.add(part.member) as sink:
        report: Callable[[Progress], None] = world.report
        for chunk in hashed(archive, part, NO_KEY):
            sink.write(chunk)
            report(Progress(part.name, "copied", sink.stored, part.stored, "bytes"))
