"""Saves stores that are files, databases of SQLite among them, through the toolbox."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from thothctl.errors import EngineRefusedError
from thothctl.model.backup import PartKind
from thothctl.model.event import Progress
from thothctl.model.stack import Store
from thothctl.operations.backup_packing import Scene, Stream

if TYPE_CHECKING:
    from thothctl.world.backups import Conversation

POINT = "/volume/.thoth-backup"
"""Where `thoth-tree` holds it."""
READY_SECONDS, COPY_SECONDS = 120, 24 * 3600


class FilesSaver:
    """One volume: its point is held in the volume itself, in a folder of its own."""

    def __init__(self, scene: Scene, store: Store, size: int) -> None:
        self._scene, self._store, self._size = scene, store, size
        self._talk: Conversation | None = None
        self._passed: list[str] = []

    def prepare(self, stack: ExitStack) -> None:
        words = ("thoth-tree", "point", "/volume", *self._store.written_once)
        volume = self._scene.volume(self._store, writable=True)
        task = self._scene.task(*words, mounts=(volume,))
        self._talk = stack.enter_context(self._scene.world.toolbox.talk(task))
        self._hear("ready", READY_SECONDS)

    def point(self) -> None:
        self._tell("point")

    def pointed(self, seconds: float) -> None:
        self._passed = [str(one) for one in _list(self._hear("held", seconds)["passed"])]

    def streams(self) -> Iterator[Stream]:
        self._tell("copy")
        counts = self._hear("copied", COPY_SECONDS)
        volume = self._scene.volume(self._store)
        task = self._scene.task("thoth-tree", "pack", "/volume", mounts=(volume,))
        name = f"{self._store.name}.tar"
        yield Stream(
            name,
            self._store.name,
            PartKind.TAR,
            task,
            self._size,
            lambda: _counts(counts),
            POINT,
        )
        self._tell("drop")
        self._hear("dropped", READY_SECONDS)

    def remarks(self) -> tuple[str, ...]:
        return tuple(
            f"{self._store.name}: {path} is no file and was left out" for path in self._passed
        )

    def _tell(self, line: str) -> None:
        assert self._talk is not None  # noqa: S101 - `prepare` comes first
        self._talk.tell(line)

    def _hear(self, key: str, seconds: float) -> Mapping[str, object]:
        """The answer that has this key; what comes before is news."""
        assert self._talk is not None  # noqa: S101 - `prepare` comes first
        while True:
            line = self._talk.hear(seconds=seconds)
            try:
                answer = json.loads(line)
            except ValueError:
                raise EngineRefusedError(
                    f"the toolbox said {line!r}", hint="run `thothctl images build`, then try again"
                ) from None
            if key in answer:
                return dict(answer)
            self._scene.world.report(
                Progress(
                    self._store.name,
                    f"copying {answer.get('file')}",
                    answer.get("done"),
                    answer.get("total"),
                    "pages",
                )
            )


def _counts(answer: Mapping[str, object]) -> dict[str, int]:
    rows = answer["rows"]
    assert isinstance(rows, dict)  # noqa: S101 - the toolbox is ours
    return {"files": int(str(answer["files"])), **rows}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
