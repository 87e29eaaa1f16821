"""Saves Qdrant: a snapshot of every collection, made at the point through its API."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from urllib.parse import quote

from thothctl.errors import BackupFailedError
from thothctl.model.backup import PartKind
from thothctl.model.stack import Store
from thothctl.operations.backup_packing import Scene, Stream
from thothctl.world.backups import Conversation, Mount, Task

URL, KEY = "http://127.0.0.1:6333", "/run/secrets/api_key"
READY_SECONDS = 60


class QdrantSaver:
    """One server; the toolbox speaks to it from inside its network."""

    def __init__(self, scene: Scene, store: Store, size: int) -> None:
        self._scene, self._store, self._size = scene, store, size
        self._network = f"container:{scene.container(store)}"
        self._talk: Conversation | None = None
        self._made: list[Mapping[str, object]] = []

    def prepare(self, stack: ExitStack) -> None:
        self._talk = stack.enter_context(self._scene.world.toolbox.talk(self._task("point")))
        self._hear("ready", READY_SECONDS)

    def point(self) -> None:
        assert self._talk is not None  # noqa: S101 - `prepare` comes first
        self._talk.tell("point")

    def pointed(self, seconds: float) -> None:
        made = self._hear("snapshots", seconds)
        self._made = made if isinstance(made, list) else []

    def streams(self) -> Iterator[Stream]:
        for one in self._made:
            collection, counts = str(one["collection"]), {"points": int(str(one["points"]))}
            yield Stream(
                f"{self._store.name}/{quote(collection, safe='')}.snapshot",
                self._store.name,
                PartKind.SNAPSHOT,
                self._task("get", collection, str(one["snapshot"])),
                int(str(one["size"])),
                lambda counts=counts: counts,  # type: ignore[misc]  # bound now
            )
        assert self._talk is not None  # noqa: S101 - `prepare` comes first
        self._talk.tell("drop")
        self._hear("dropped", READY_SECONDS)

    def remarks(self) -> tuple[str, ...]:
        return ()

    def _task(self, *words: str) -> Task:
        argv = ("thoth-qdrant", URL, KEY, *words)
        return self._scene.task(*argv, mounts=self._key(), network=self._network)

    def _key(self) -> tuple[Mount, ...]:
        """The secret that opens the service, where it has one."""
        installs, name = self._scene.world.installs, self._scene.install.name
        opens = [s.name for s in self._scene.stack.secrets if s.opens == self._store.service]
        return tuple(
            Mount(str(installs.secret_path(name, secret)), KEY)
            for secret in opens[:1]
            if installs.has_secret(name, secret)
        )

    def _hear(self, key: str, seconds: float) -> object:
        assert self._talk is not None  # noqa: S101 - `prepare` comes first
        answer = json.loads(self._talk.hear(seconds=seconds))
        if key not in answer:
            raise BackupFailedError(
                f"{self._store.service} did not answer as expected",
                hint=f"see `thothctl logs {self._store.service}`",
            )
        return answer[key]
