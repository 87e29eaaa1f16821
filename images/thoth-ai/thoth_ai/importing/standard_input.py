"""Standard input whose reading every signal ends, and whose end can itself be a signal.

A signal that comes just before a read begins is handled only after it, and what is read may take
its time. So both the input and a pipe that signals write to are waited for.
"""

import io
import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def interruptible(stream: BinaryIO) -> BinaryIO:
    """Return the same bytes; to be called before any are read, and in the main thread."""
    try:
        descriptor = stream.fileno()
    except io.UnsupportedOperation:  # it lies in memory, and keeps nobody waiting
        return stream
    return cast("BinaryIO", io.BufferedReader(_Input(descriptor)))


@contextmanager
def attended(stream: BinaryIO) -> Iterator[None]:
    """Have SIGTERM sent to this process as soon as the sender, who has sent all, hangs up.

    Only who has what `interruptible` returned can have gone: a file ends without anybody leaving.
    """
    if not isinstance(getattr(stream, "raw", None), _Input):
        yield
        return
    over, end = os.pipe()
    watcher = threading.Thread(target=_watch, args=(stream.fileno(), over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        os.close(end)
        watcher.join()
        os.close(over)


def _watch(descriptor: int, over: int) -> None:
    """What still comes is padding."""
    while True:
        ready, _, _ = select.select([descriptor, over], [], [])
        if over in ready:
            return
        if not os.read(descriptor, select.PIPE_BUF):
            os.kill(os.getpid(), signal.SIGTERM)
            return


class _Input(io.RawIOBase):
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._signals, told = os.pipe()
        for end in (self._signals, told):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)

    def fileno(self) -> int:
        return self._descriptor

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while True:
            ready, _, _ = select.select([self._descriptor, self._signals], [], [])
            if self._signals in ready:  # its handler ran, and wants to go on
                os.read(self._signals, select.PIPE_BUF)
            if self._descriptor in ready:
                return os.readv(self._descriptor, [buffer])
