"""Takes a database file on this machine into the running stack."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from thothctl.errors import NotHealthyError, UsageError
from thothctl.model.answer import ImportRequest, ImportResult
from thothctl.model.event import Progress
from thothctl.model.observed import Condition
from thothctl.operations.running import active, container_of
from thothctl.world import Snapshot, World

WORKSPACE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
SERVICE = "app"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What the user asked for; an empty name is taken from the file."""

    source: Path
    name: str = ""
    questions: Path | None = None
    replace: bool = False


def workspace_name(order: ImportOrder) -> str:
    """The given name, checked, or the file's name made fit."""
    name = order.name or _fit(order.source.stem)
    if not WORKSPACE_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a workspace",
            hint="use --name with lower-case letters, digits, - and _, at most 63",
        )
    return name


def _fit(stem: str) -> str:
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:63] or "database"


def import_database(world: World, install: str, order: ImportOrder) -> ImportResult:
    """Check and snapshot on the host, stream into the container, register there atomically."""
    name = workspace_name(order)
    container = _running_container(world, install)
    world.report(Progress(name, "checking the file"))
    with world.importer.snapshot(order.source, order.questions) as snapshot:
        return world.importer.send(container, _request(name, order, snapshot))


def _running_container(world: World, install: str) -> str:
    current = active(world, install)
    observed = world.engine.observe(current.install.uuid)
    container = container_of(observed, SERVICE) if observed.containers else None
    if container is None or container.condition in (Condition.STOPPED, Condition.RESTARTING):
        raise NotHealthyError(f"{install} is not running", hint="run `thothctl start`")
    return container.id


def _request(name: str, order: ImportOrder, snapshot: Snapshot) -> ImportRequest:
    return ImportRequest(
        name=name,
        origin=order.source.name,
        database=str(snapshot.path),
        bytes=snapshot.bytes,
        sha256=snapshot.sha256,
        questions=str(snapshot.questions or ""),
        replace=order.replace,
    )
