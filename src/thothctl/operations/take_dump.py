"""Rows of a development checkout, given to the server that runs: all of them or none."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from thothctl.errors import (
    EngineRefusedError,
    IncompatibleError,
    IntegrityError,
    InvalidInputError,
    NoSpaceError,
    ThothctlError,
)
from thothctl.model.event import Note
from thothctl.operations.plan import Plan, step
from thothctl.operations.restore import IMPORT
from thothctl.operations.running import active, container_of
from thothctl.world import World
from thothctl.world.backups import Ended, Inside

SERVICE = "app"
COMMAND = ("manage.py", "take_dump")
MEANINGS: dict[int, type[ThothctlError]] = {
    error.exit_code: error
    for error in (InvalidInputError, IntegrityError, IncompatibleError, NoSpaceError)
}


@step
@dataclass(frozen=True)
class TakeDump:
    """Give the server the dump and the database files it speaks of, in one stream."""

    name: str
    path: str
    files: tuple[str, ...]
    why: str
    title: ClassVar[str] = "Take in"
    harmless: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        install = active(world, self.name).install
        server = container_of(world.engine.observe(install.uuid), SERVICE)
        said: list[bytes] = []
        feed = world.outsiders.dump(Path(self.path), [Path(file) for file in self.files])
        ended = world.toolbox.run(Inside(server.id, COMMAND), feed=feed, into=said.append)
        if not ended.good:
            raise _meaning(ended)
        told = json.loads(b"".join(said).splitlines()[-1])
        if told["already"]:
            world.report(Note("it is all there already: nothing to do"))
        for kind, count in told["rows"].items():
            world.report(Note(f"{count} rows of {kind}"))

    def undo(self, world: World) -> None:
        """The server wrote all of it in one transaction, or nothing."""


def _meaning(ended: Ended) -> ThothctlError:
    lines = [line for line in ended.tail if not line.startswith("hint:")]
    hints = [line.removeprefix("hint: ") for line in ended.tail if line.startswith("hint:")]
    error = MEANINGS.get(ended.status, EngineRefusedError)
    return error(
        f"{lines[-1] if lines else ended.said} Nothing was changed.".replace("..", "."),
        hint=hints[-1] if hints else "see `thothctl logs app`",
    )


def plan_dump(world: World, name: str, path: Path, folder: Path | None) -> Plan:
    """The databases that it speaks of are looked for beside it, as a checkout has them."""
    install = active(world, name).install
    container_of(world.engine.observe(install.uuid), SERVICE)
    files = world.outsiders.dumped_files(path, folder)
    step = TakeDump(name, str(path), tuple(map(str, files)), why=f"and {len(files)} database files")
    return Plan(f"import {path.name} into {name}", IMPORT, name, (step,), had_release=True)
