"""Named pipes between this process and a container on the same kernel: many times Docker's speed.

Opening one waits for the other side; who waits for a program that ended is set free by a poke.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

if sys.platform == "linux":
    import fcntl

Process = subprocess.Popen[bytes]

EVERYBODY = 0o666
"""Whoever the container runs as; the folder around it is closed."""
POKE_SECONDS = 0.02
PIPE_BYTES = 1 << 20


class Lane:
    """One end of a pipe; the other is a program's."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        path.chmod(EVERYBODY)
        self.path = path

    @contextmanager
    def opened(self, mode: str, process: Process) -> Iterator[IO[bytes]]:
        """Our end, once theirs is open or they have ended."""
        there = threading.Event()
        theirs = os.O_RDONLY if mode == "wb" else os.O_WRONLY
        watch = threading.Thread(
            target=_poke, args=(self.path, theirs, process, there), daemon=True
        )
        watch.start()
        try:
            # A write that a signal cuts short is gone on with by the buffer only.
            with self.path.open(mode, buffering=0 if mode == "rb" else -1) as stream:
                there.set()
                _widen(stream)
                yield stream
        finally:
            there.set()
            watch.join()


def _widen(stream: IO[bytes]) -> None:
    """More at a time, where the system lets us have it."""
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _poke(path: Path, theirs: int, process: Process, there: threading.Event) -> None:
    while not there.wait(POKE_SECONDS):
        if process.poll() is not None:
            with suppress(OSError):  # nobody waits yet
                os.close(os.open(path, theirs | os.O_NONBLOCK))


def pumped(stream: IO[bytes], into: Callable[[bytes], object], chunk: int = 1 << 20) -> None:
    """Everything that comes, to the end."""
    while piece := stream.read(chunk):
        into(piece)
