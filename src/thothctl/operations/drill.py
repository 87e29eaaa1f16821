"""A drill: a backup restored into a throw-away install, asked a question, and removed again."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import ClassVar

from thothctl.errors import CheckFailedError, NotHealthyError
from thothctl.model.event import Note
from thothctl.model.setting import SettingValue
from thothctl.operations.backup_log import ASKED, DRILLED
from thothctl.operations.drill_ground import ground_of
from thothctl.operations.loading import check_stored
from thothctl.operations.outer_steps import provide
from thothctl.operations.plan import Plan, Step, step
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.restore import RESTORE, Wish, loads, uploads
from thothctl.operations.restore_gates import databases_in
from thothctl.operations.restore_new import NewInstall, certificate, identity
from thothctl.operations.server_health import SERVER
from thothctl.operations.steps import StartRelease, install_of
from thothctl.operations.upgrade_steps import PullImages
from thothctl.operations.waiting import await_services
from thothctl.world import World

KIND = "drill"
CHECK = ("manage.py", "check_data", "--ask")


@step
@dataclass(frozen=True)
class RemoveDrill:
    """Remove whatever a drill made: at its end, and when it is taken back."""

    name: str
    uuid: str
    why: str
    title: ClassVar[str] = "Remove"

    def apply(self, world: World) -> None:
        world.toolbox.clear(self.uuid)
        world.engine.remove_containers(self.uuid)
        world.engine.remove_networks(self.uuid)
        world.engine.remove_volumes(self.uuid)
        world.installs.remove(self.name)

    def undo(self, world: World) -> None:
        """Going back from anywhere ends like going on."""
        self.apply(world)


@step
@dataclass(frozen=True)
class CheckParts:
    """Read every part as it was written, before anything is made of it."""

    archive: str
    key: str
    backup: str
    why: str
    title: ClassVar[str] = "Check"

    def apply(self, world: World) -> None:
        archive = world.archives.open(Path(self.archive))
        check_stored(world, archive, world.restores.key_path(self.key))

    def undo(self, world: World) -> None:
        """Reading leaves nothing behind."""


@step
@dataclass(frozen=True)
class RenderDrill(RenderRelease):
    """Like any release, but nobody gets in and nothing gets out."""

    def rendered(
        self, world: World, images: Mapping[str, str], since: Mapping[str, int]
    ) -> dict[str, str]:
        files = RenderRelease.rendered(self, world, images, since)
        isolated = world.restores.isolated(files["compose.yaml"])
        return {**files, "compose.override.yaml": isolated}


@step
@dataclass(frozen=True)
class Rehearse:
    """Wait for every service, check the data against itself and ask a stored question."""

    name: str
    settings: Mapping[str, SettingValue]
    seconds: int
    main: str
    backup: str
    why: str
    title: ClassVar[str] = "Rehearse"

    def apply(self, world: World) -> None:
        install = install_of(world, self.name)
        stack = world.bundles.stack(install.stack)
        services = [service.name for service in stack.running_for(self.settings)]
        try:
            await_services(world, install, services, seconds=self.seconds)
        except NotHealthyError as error:
            raise CheckFailedError(
                f"the restored stack does not run: {error.message}",
                hint="take another backup now, then drill that one",
            ) from error
        containers = world.engine.observe(install.uuid).containers
        server = next(one for one in containers if one.service == SERVER)
        status, said = world.programs.captured(server.id, CHECK)
        document = found(said, "asked")
        if status != 0 or not document:
            problems = document.get("problems") or [said[-300:]]
            raise CheckFailedError(
                f"the restored data does not belong together: {problems}",
                hint="take another backup now, then drill that one",
            )
        asked = document.get("asked")
        count = len(asked) if isinstance(asked, list) else 0
        world.report(Note(f"{count} questions answered"))
        if world.installs.find(self.main):
            event = {"event": ASKED, "id": self.backup, "questions": count}
            world.backup_records.note(self.main, event)

    def undo(self, world: World) -> None:
        """Looking leaves nothing behind."""


@step
@dataclass(frozen=True)
class RecordDrill:
    """Write down what was proved, for `doctor` and for metrics."""

    name: str
    backup: str
    created: str
    began: str
    why: str
    target: str = ""
    title: ClassVar[str] = "Record"

    def apply(self, world: World) -> None:
        if world.installs.find(self.name) is None:
            return
        now = world.clock.now()
        event = {
            "event": DRILLED,
            "id": self.backup,
            "target": self.target,
            "rpo_seconds": round((now - datetime.fromisoformat(self.created)).total_seconds()),
            "rto_seconds": round((now - datetime.fromisoformat(self.began)).total_seconds(), 1),
        }
        world.backup_records.note(self.name, event)

    def undo(self, world: World) -> None:
        """It was proved, whatever came after."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A version that goes on with what the one before it made of the data."""

    version: str
    images: Mapping[str, str]


def plan_drill(
    wish: Wish,
    made: NewInstall,
    stores: tuple[str, ...],
    main: str,
    hops: Sequence[Hop] = (),
) -> Plan:
    """The journal is one beside the install's, whose next command finds what was left."""
    name, seconds = wish.name, wish.seconds
    rendering = _rendering(wish, made, stores)
    saved = wish.manifest
    why = "it counts from today"
    record = RecordDrill(main, saved.id, saved.created, made.now, why, wish.place)
    why = "counted, compared, asked"
    rehearsal = Rehearse(name, made.settings, seconds, main, wish.manifest.id, why=why)
    return Plan(
        f"drill {wish.manifest.id}",
        KIND,
        ground_of(main),
        (
            CheckParts(wish.archive, wish.key, wish.manifest.id, why="all of it as it was written"),
            *provide(wish.manifest.stack, made.settings, wish.images),
            *(PullImages(hop.images, why=f"{hop.version} is tried as well") for hop in hops),
            RemoveDrill(name, made.uuid, why="nothing of an earlier try is there"),
            *identity(wish, made, temporary=True),
            *loads(wish, wish.manifest.stack, dict.fromkeys(stores, 1), made.settings, made.mark),
            *certificate(name, made),
            rendering,
            StartRelease(
                name, 1, None, (), why="its stores and its server", seconds=wish.start_seconds
            ),
            *uploads(wish, stores),
            rehearsal,
            *chain.from_iterable(
                _hop(wish.start_seconds, rendering, rehearsal, (hop, number))
                for number, hop in enumerate(hops, 2)
            ),
            record,
            RemoveDrill(name, made.uuid, why="nothing of it stays"),
        ),
    )


def _rendering(wish: Wish, made: NewInstall, stores: tuple[str, ...]) -> RenderDrill:
    return RenderDrill(
        wish.name,
        wish.manifest.stack,
        1,
        made.now,
        RESTORE,
        made.settings,
        {store.name: 1 for store in made.stack.stores_for(made.settings)},
        why="without published ports, on networks that lead nowhere",
        backup=wish.manifest.id,
        images=wish.images,
        version=wish.version,
        databases=databases_in(wish.manifest, made.stack.databases, stores),
    )


def _hop(
    seconds: int, before: RenderDrill, rehearsal: Rehearse, to: tuple[Hop, int]
) -> tuple[Step, ...]:
    """The next version starts on the data that the one before it has migrated."""
    hop, number = to
    why = f"{hop.version} goes on with its data"
    return (
        replace(before, number=number, images=hop.images, version=hop.version, why=why),
        StartRelease(before.name, number, None, (), why=why, seconds=seconds),
        replace(rehearsal, why="counted, compared, asked again"),
    )


def found(said: str, key: str) -> Mapping[str, object]:
    """The line of JSON that has this key; other programs log such lines, too. Empty without one."""
    for line in reversed(said.splitlines()):
        with suppress(ValueError):
            if isinstance(told := json.loads(line), dict) and key in told:
                return told
    return {}
