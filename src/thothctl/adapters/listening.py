"""Listens to what may fall silent: no platform waits for every pipe and stream with a limit."""

import queue
import threading
from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

_Told = TypeVar("_Told")


def listening(source: Generator[_Told], seconds: float) -> Generator[_Told | None]:
    """What a source tells as it comes, and None whenever it said nothing for so long.

    Who stops listening leaves the source to a thread that ends when something is told once more.
    """
    told: queue.SimpleQueue[_Told | _End] = queue.SimpleQueue()
    left = threading.Event()
    threading.Thread(target=_read, args=(source, told, left), daemon=True).start()
    try:
        while not isinstance(one := _next(told, seconds), _End):
            yield one
    finally:
        left.set()
    if one.error:
        raise one.error


class _End:
    """Nothing more is told, perhaps because of an error."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def _next(told: "queue.SimpleQueue[_Told | _End]", seconds: float) -> _Told | _End | None:
    try:
        return told.get(timeout=seconds)
    except queue.Empty:
        return None


def _read(
    source: Generator[_Told], told: "queue.SimpleQueue[_Told | _End]", left: threading.Event
) -> None:
    try:
        with closing(source):
            for one in source:
                if left.is_set():
                    break
                told.put(one)
    except BaseException as error:  # noqa: BLE001 - whoever listens is to have it
        told.put(_End(error))
    else:
        told.put(_End())
