"""Takes databases on this machine into the running stack."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from thothctl.errors import (
    IntegrityError,
    InvalidInputError,
    NameInUseError,
    NotHealthyError,
    ThothctlError,
    UsageError,
)
from thothctl.model.answer import DatabaseSource, ImportRequest, ImportResult
from thothctl.model.event import Progress
from thothctl.model.observed import Condition
from thothctl.model.recorded import Snapshot
from thothctl.operations.running import active, container_of
from thothctl.world import World

WORKSPACE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
SERVICE = "app"
ONE_S_OWN_FAULT = (InvalidInputError, IntegrityError, NameInUseError)
"""What is wrong with one database and says nothing of the next."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What the user asked for; an empty name is taken from the file, databases choose of a root."""

    path: Path
    name: str = ""
    questions: Path | None = None
    descriptions: Path | None = None
    databases: tuple[str, ...] = ()
    every: bool = False
    replace: bool = False
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The databases to import, each with the name of its workspace."""

    sources: tuple[tuple[str, DatabaseSource], ...]
    warnings: tuple[str, ...]
    order: ImportOrder


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of them all."""

    results: tuple[ImportResult, ...]
    failures: tuple[tuple[str, ThothctlError], ...]


def choose(world: World, order: ImportOrder) -> Chosen:
    """Find the databases that are meant; raises UsageError with the list when in doubt."""
    found = world.importer.find(order.path)
    if found.is_root:
        sources = _of_root(found.sources, order)
    elif order.databases or order.every:
        raise UsageError(
            f"{order.path} is one database, not a folder of several",
            hint="leave out --db and --all",
        )
    else:
        sources = found.sources
    if order.name and len(sources) > 1:
        raise UsageError("--name can name only one workspace", hint="choose one with --db ID")
    if order.descriptions and len(sources) > 1:
        raise UsageError("--descriptions describes one database", hint="choose one with --db ID")
    completed = [_completed(source, order) for source in sources]
    return Chosen(tuple((_name(one, order), one) for one in completed), found.warnings, order)


def import_databases(world: World, install: str, chosen: Chosen) -> Imported:
    """Import each; one that is refused does not keep the others out."""
    container = _running_container(world, install)
    results, failures = [], []
    for name, source in chosen.sources:
        try:
            results.append(_import(world, container, (name, source), chosen.order))
        except ONE_S_OWN_FAULT as error:
            if len(chosen.sources) == 1:
                raise
            failures.append((name, error))
    return Imported(tuple(results), tuple(failures))


def _of_root(sources: Sequence[DatabaseSource], order: ImportOrder) -> tuple[DatabaseSource, ...]:
    ids = {source.id: source for source in sources}
    if order.every:
        return tuple(sources)
    if not order.databases:
        raise UsageError(
            f"{order.path} has {len(ids)} databases: {', '.join(ids)}",
            hint="choose with --db ID (as often as needed), or take them with --all",
        )
    unknown = [one for one in order.databases if one not in ids]
    if unknown:
        raise UsageError(
            f"{order.path} has no database {', '.join(unknown)}",
            hint=f"choose from: {', '.join(ids)}",
        )
    return tuple(ids[one] for one in dict.fromkeys(order.databases))


def _completed(source: DatabaseSource, order: ImportOrder) -> DatabaseSource:
    """What is named on the command line beats what lies beside the database."""
    return replace(
        source,
        questions=order.questions or source.questions,
        descriptions=order.descriptions or source.descriptions,
    )


def _name(source: DatabaseSource, order: ImportOrder) -> str:
    """The given name, checked, or the one of database or file made fit."""
    name = order.name or _fit(source.id or source.file.stem)
    if not WORKSPACE_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a workspace",
            hint="use --name with lower-case letters, digits, - and _, at most 63",
        )
    return name


def _fit(stem: str) -> str:
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:63] or "database"


def _import(
    world: World, container: str, named: tuple[str, DatabaseSource], order: ImportOrder
) -> ImportResult:
    """Check and snapshot on the host, stream into the container, register there atomically."""
    name, source = named
    world.report(Progress(name, "checking the file"))
    with world.importer.snapshot(source) as snapshot:
        return world.importer.send(container, _request(name, source, snapshot, order))


def _running_container(world: World, install: str) -> str:
    current = active(world, install)
    observed = world.engine.observe(current.install.uuid)
    container = container_of(observed, SERVICE) if observed.containers else None
    if container is None or container.condition in (Condition.STOPPED, Condition.RESTARTING):
        raise NotHealthyError(f"{install} is not running", hint="run `thothctl start`")
    return container.id


def _request(
    name: str, source: DatabaseSource, snapshot: Snapshot, order: ImportOrder
) -> ImportRequest:
    return ImportRequest(
        name=name,
        source=source,
        database=snapshot.path,
        bytes=snapshot.bytes,
        sha256=snapshot.sha256,
        replace=order.replace,
        wishes=order.wishes,
    )
