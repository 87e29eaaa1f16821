"""How far something is that tells nothing itself: seen now and then by what it has made so far."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from thothctl.model.event import Progress
from thothctl.world import World
from thothctl.world.backups import Mount, Task

LOOK_SECONDS = 3.0
LAST_LOOK_SECONDS = 10.0
"""So long the end waits for a look that goes on; one that hangs holds nobody up."""
PLACE = "/volume"
Look = Callable[[], int]


@contextmanager
def seen_growing(
    world: World, subject: str, status: str, look: Look, total: Look | None = None
) -> Iterator[None]:
    """Tell what `look` finds while the body runs; what is short is not looked at at all."""
    ended = threading.Event()

    def watch() -> None:
        whole: int | None = None
        pause = LOOK_SECONDS
        while not ended.wait(pause):
            began = world.clock.monotonic()
            with suppress(Exception):  # whatever a look met, what is looked at goes on
                whole = whole or (total() if total else None)
                done = min(look(), whole) if whole else look()
                if not ended.is_set():  # a look that came too late is of no use
                    world.report(Progress(subject, status, done, whole, "bytes"))
            # The end waits for a look that goes on: what takes long is looked at rarely.
            pause = max(LOOK_SECONDS, 10 * (world.clock.monotonic() - began))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join(LAST_LOOK_SECONDS)


def volume_bytes(world: World, install: str, volume: str) -> int:
    """What lies in a volume; a look that outlives its command is cleared like any task."""
    said: list[bytes] = []
    argv = ("thoth-tree", "size", PLACE)
    world.toolbox.run(Task(install, "look", argv, (Mount(volume, PLACE),)), into=said.append)
    return int(json.loads(b"".join(said))["bytes"])
