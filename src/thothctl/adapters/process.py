"""The one door to other programs: argv lists, no shell, a clean environment."""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from thothctl.adapters.listening import listening
from thothctl.errors import EngineRefusedError, EngineUnreachableError

KEPT_LINES = 200
STOP_SECONDS = 10
WATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended; `tail` are the last lines of both its outputs."""

    status: int
    tail: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.tail)


def run(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    heard: Callable[[str], None] = lambda _: None,
    watch: Callable[[], None] | None = None,
) -> Outcome:
    """Run to the end, hearing each line of output; Ctrl-C stops the program before it goes on.

    `watch` is called now and then, also while the program is silent; what it raises stops it.
    """
    with started(argv, environment=environment, folder=folder) as process:
        kept: deque[str] = deque(maxlen=KEPT_LINES)
        for raw in _watched(process, watch) if watch else _lines(process):
            line = raw.decode(errors="replace").rstrip()
            kept.append(line)
            heard(line)
        return Outcome(process.wait(), tuple(kept))


def _lines(process: subprocess.Popen[bytes]) -> Generator[bytes]:
    assert process.stdout is not None  # noqa: S101 - piped below
    yield from process.stdout


def _watched(process: subprocess.Popen[bytes], watch: Callable[[], None]) -> Iterator[bytes]:
    """The lines as they come; who watches looks now and then."""
    looked = time.monotonic()
    for line in listening(_lines(process), WATCH_SECONDS):
        if line is not None:
            yield line
        if time.monotonic() - looked >= WATCH_SECONDS:
            watch()
            looked = time.monotonic()


def attached(argv: Sequence[str], *, environment: Mapping[str, str] | None = None) -> int:
    """Run with this process's own terminal or pipes; Ctrl-C is for the program alone."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        done = subprocess.run(  # noqa: S603 - argv list, no shell
            list(argv),
            env=dict(environment) if environment is not None else None,
            check=False,
        )
    except FileNotFoundError as error:
        raise _missing(argv) from error
    finally:
        signal.signal(signal.SIGINT, before)
    return done.returncode


def output(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    seconds: float = 30,
) -> tuple[int, str]:
    """Status and standard output of a short program."""
    try:
        done = subprocess.run(  # noqa: S603 - argv list, no shell
            list(argv),
            env=dict(environment) if environment is not None else None,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as error:
        raise _missing(argv) from error
    except subprocess.TimeoutExpired as error:
        raise EngineUnreachableError(
            f"`{' '.join(argv[:2])}` did not end within {seconds:.0f} s",
            hint="look at the load of this machine and at the Docker engine, then try again",
        ) from error
    return done.returncode, done.stdout.decode(errors="replace")


@contextmanager
def started(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    feed: bool = False,
) -> Iterator[subprocess.Popen[bytes]]:
    """A running program in its own session, its two outputs as one stream; never left behind."""
    try:
        process = subprocess.Popen(  # noqa: S603 - argv list, no shell
            list(argv),
            env=dict(environment) if environment is not None else None,
            cwd=folder,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if not feed else subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise _missing(argv) from error
    try:
        yield process
    except BaseException:
        _stop(process)
        raise
    finally:
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None and not stream.closed:
                stream.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole session to end, then make it."""
    killer = threading.Timer(STOP_SECONDS, _signal, (process, signal.SIGKILL))
    killer.start()
    _signal(process, signal.SIGTERM)
    process.wait()
    killer.cancel()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)


def _missing(argv: Sequence[str]) -> EngineRefusedError:
    return EngineRefusedError(
        f"the program {argv[0]} is not there",
        hint="run `./install.sh`; it installs what is missing",
    )
