"""Saves Redis: a snapshot begun at the point, waited for, and made a folder to start from."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from thothctl.errors import BackupFailedError
from thothctl.model.backup import PartKind
from thothctl.model.stack import Store
from thothctl.operations.backup_packing import Scene, Stream
from thothctl.world.backups import Inside

SAVE_SECONDS, PAUSE_SECONDS = 3600, 0.1
OPERATOR = "redis-operator"
BEGUN = "Background saving started"


class RedisSaver:
    """One server; what it appends to meanwhile is no part of the snapshot."""

    def __init__(self, scene: Scene, store: Store, size: int) -> None:
        self._scene, self._store, self._size = scene, store, size
        self._container = scene.container(store)
        self._saves = 0
        self._keys = 0
        self._appends = False

    def prepare(self, _stack: ExitStack) -> None:
        """A snapshot cannot begin while the append-only file is written anew."""
        state = self._await("aof_rewrite_in_progress", "rdb_bgsave_in_progress")
        self._saves = int(state.get("rdb_saves", "0"))
        self._appends = state.get("aof_enabled") == "1"

    def point(self) -> None:
        """Everything happens in `pointed`: the answer says that the server has forked."""

    def pointed(self, _seconds: float) -> None:
        said = self._ask("INFO keyspace\nBGSAVE")
        if BEGUN not in said:
            last = said.strip().splitlines()[-1]
            raise BackupFailedError(
                f"{self._store.service} would not begin a snapshot: {last}",
                hint="run the backup again in a moment",
            )
        fields = [part for line in said.splitlines() for part in line.split(":")[-1].split(",")]
        self._keys = sum(int(one[5:]) for one in fields if one.startswith("keys="))

    def streams(self) -> Iterator[Stream]:
        state = self._await("rdb_bgsave_in_progress")
        if state.get("rdb_last_bgsave_status") != "ok" or int(state["rdb_saves"]) <= self._saves:
            raise BackupFailedError(
                f"{self._store.service} could not write its snapshot",
                hint=f"see `thothctl logs {self._store.service}`; its disk may be full",
            )
        volume = self._scene.volume(self._store)
        task = self._scene.task("thoth-redis-tar", "/volume", mounts=(volume,))
        name = f"{self._store.name}.tar"
        counts = {"keys": self._keys}
        yield Stream(name, self._store.name, PartKind.TAR, task, self._size, lambda: counts)
        volume = self._scene.volume(self._store, writable=True)
        clean = self._scene.task("thoth-redis-tar", "/volume", "clean", mounts=(volume,))
        self._scene.world.toolbox.run(clean)

    def remarks(self) -> tuple[str, ...]:
        state = "on; the backup holds one made of its snapshot" if self._appends else "off"
        return (f"{self._store.name}: append-only file {state}",)

    def _await(self, *busy: str) -> Mapping[str, str]:
        clock = self._scene.world.clock
        until = clock.monotonic() + SAVE_SECONDS
        while clock.monotonic() < until:
            lines = (
                line.strip().partition(":") for line in self._ask("INFO persistence").splitlines()
            )
            state = {name: value for name, _, value in lines}
            if all(state.get(name) == "0" for name in busy):
                return state
            clock.pause(PAUSE_SECONDS)
        raise BackupFailedError(
            f"{self._store.service} is still saving after {SAVE_SECONDS} s",
            hint=f"see `thothctl logs {self._store.service}`",
        )

    def _ask(self, command: str) -> str:
        said: list[bytes] = []
        ended = self._scene.world.toolbox.run(
            Inside(self._container, (OPERATOR, command)), into=said.append
        )
        if not ended.good:
            raise BackupFailedError(
                f"{self._store.service} did not answer: {ended.said}",
                hint=f"see `thothctl logs {self._store.service}`",
            )
        return b"".join(said).decode(errors="replace")
