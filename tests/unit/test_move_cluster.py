"""How the data of a server gets into the volume of the next one, wherever it was cut off."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import cast

import pytest
from played_containers import INSTALL, RELEASE, PlayedContainers, container

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import IncompatibleError, NoSpaceError
from thothctl.operations.move_cluster import MoveCluster
from thothctl.world import World
from thothctl.world.backups import Ended, Inside, Program

RUN = replace(
    RELEASE, settings={**RELEASE.settings, "mode": "production"}, generations={"postgres": 1}
)
MOVE = MoveCluster(
    "default", "postgres", 2, "postgres", "/data", "p:17", "superuser", ("thoth",), why=""
)
SURVEYED = json.dumps(
    {kind: {} for kind in ("tables", "sequences", "extensions", "roles", "owner")}
)


@dataclass
class Server:
    """A toolbox beside a server of these databases; `ends` tells how a program ends."""

    databases: tuple[str, ...] = ("postgres", "thoth", "thoth_g7")
    ends: dict[str, Ended] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def run(
        self,
        program: Program,
        *,
        feed: Iterable[bytes] = (),
        into: Callable[[bytes], object] = lambda _: None,
    ) -> Ended:
        if isinstance(program, Inside):
            asked = b"".join(feed)
            names = json.dumps(dict.fromkeys(self.databases, 1))
            into((names if b"pg_database_size" in asked else SURVEYED).encode())
            return Ended(0)
        self.said.append(program.argv[0])
        into(f"thoth\t{SURVEYED}\n".encode() if program.argv[0] == "thoth-load" else b"")
        return self.ends.get(program.argv[0], Ended(0))

    def clear(self, install: str) -> None:
        self.said.append("clear")

    def world(self) -> World:
        installs = SimpleNamespace(
            find=lambda _: INSTALL,
            active=lambda _: RUN.number,
            release=lambda *_: RUN,
            secret_path=lambda *_: "/secrets/superuser",
        )
        parts = SimpleNamespace(
            toolbox=self,
            engine=PlayedContainers(container("postgres")),
            installs=installs,
            bundles=TemplateBundles(),
            report=lambda _: None,
        )
        return cast("World", parts)


def test_what_a_killed_try_left_running_ends_before_the_volume_is_touched() -> None:
    server = Server()

    MOVE.apply(server.world())

    assert server.said == ["clear", "true", "find", "thoth-dump", "thoth-load"]


def test_a_full_disk_is_told_in_words_of_the_upgrade() -> None:
    server = Server(ends={"thoth-load": Ended(2, ("No space left on device",))})

    with pytest.raises(NoSpaceError, match="postgres could not be moved: no space left") as error:
        MOVE.apply(server.world())

    assert error.value.hint.endswith("then upgrade again")


def test_a_database_that_came_since_the_plan_is_not_left_behind() -> None:
    server = Server(databases=("postgres", "sales", "thoth", "thoth_g7"))

    with pytest.raises(IncompatibleError, match="sales came in between") as error:
        MOVE.apply(server.world())

    assert (server.said, error.value.hint) == (["clear"], "run the command again")
