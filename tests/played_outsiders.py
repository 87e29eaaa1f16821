"""A Compose project of others that is only played: who is in it, and what its database answers."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from played_containers import INSTALL

from thothctl.adapters.bundles import TemplateBundles
from thothctl.operations import outside
from thothctl.world import World
from thothctl.world.backups import Ended, Inside, Program
from thothctl.world.outsiders import OutsideContainer

ROWS = '{"public.t": 3}'
DATABASES = {"thoth": ("c", "C.UTF-8"), "thoth_data": ("b", "C.UTF-8")}


def server(service: str, **told: object) -> OutsideContainer:
    """A container of the application, with its data."""
    fields: dict[str, Any] = {"running": True, "mounts": {"/data": "v"}, **told}
    return OutsideContainer(service, f"p-{service}-1", service, "ours", **fields)


def other(service: str, **told: object) -> OutsideContainer:
    fields: dict[str, Any] = {"running": True, "mounts": {"/data": "w"}, **told}
    return OutsideContainer(service, f"p-{service}-1", service, "theirs", **fields)


@dataclass
class PlayedDatabase:
    """Answers `world.Toolbox` as far as a project is asked; keeps what was run."""

    version: str = "170004"
    roles: int = 0
    names: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(DATABASES))
    calls: list[str] = field(default_factory=list)
    failing: str = ""
    loaded: str = ROWS
    status: int = 1

    def run(
        self,
        program: Program,
        *,
        feed: Program | Iterable[bytes] | None = None,
        into: Callable[[bytes], object] | None = None,
        heard: Callable[[str], None] = lambda _: None,
    ) -> Ended:
        words = list(program.argv)
        if isinstance(feed, Inside):
            self.calls.append(" ".join(feed.argv[:2]))
        self.calls.append(" ".join(words[:2]) if words[0] != "psql" else f"psql {words[-1]}")
        if self.failing and self.failing in words:
            return Ended(self.status, ("it will not",))
        if into is not None and isinstance(program, Inside):
            into(self.answer(words[-1]).encode())
        if into is not None and words[0] == "thoth-load":
            into("".join(f"{name}\t{self.loaded}\n" for name in self.names).encode())
        return Ended(0)

    @contextmanager
    def talk(self, program: Inside) -> Iterator["PlayedSession"]:
        yield PlayedSession(self.calls, program.argv[-1])

    def answer(self, query: str) -> str:
        if "server_version_num" in query:
            return self.version
        if "pg_roles" in query:
            return str(self.roles or len(query.split("'")[1].split(",")))
        if "datcollate" in query:
            found = [{"name": n, "locales": list(v[1:])} for n, v in self.names.items()]
            return json.dumps(found)
        return json.dumps(sorted(self.names))

    def clear(self, install: str) -> None:
        self.calls.append("clear")


class PlayedSession:
    """Answers `world.Conversation`; what it is told is among the calls."""

    def __init__(self, calls: list[str], database: str) -> None:
        self._calls, self._database, self._answer = calls, database, ""

    def tell(self, line: str) -> None:
        self._calls.append(f"{self._database}: {line.split(maxsplit=1)[0]}")
        self._answer = ROWS if "count" in line else f"snapshot-of-{self._database}"

    def hear(self, *, seconds: float) -> str:
        return self._answer


def world_of(*containers: OutsideContainer, toolbox: object = None) -> World:
    titles = {"ours": {outside.TITLE: "thoth-ai"}, "theirs": {outside.TITLE: "postgres"}}
    return cast(
        "World",
        SimpleNamespace(
            installs=SimpleNamespace(find=lambda _: INSTALL),
            images=SimpleNamespace(present=lambda image: image.name),
            writers=PlayedWriters(getattr(toolbox, "calls", [])),
            engine=SimpleNamespace(
                facts=lambda: None, image=lambda name: SimpleNamespace(labels=titles[name])
            ),
            outsiders=SimpleNamespace(project=lambda _: containers),
            toolbox=toolbox or PlayedDatabase(),
            bundles=TemplateBundles(),
            report=lambda _: None,
        ),
    )


class PlayedWriters:
    """Answers `world.Writers`; tells in the calls of a database when it held whom."""

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls

    @contextmanager
    def held(self, containers: Sequence[str], *, seconds: float) -> Iterator[SimpleNamespace]:
        self._calls.append(f"pause {','.join(containers)}")
        yield SimpleNamespace(expired=False, milliseconds=1)
        self._calls.append("go on")
