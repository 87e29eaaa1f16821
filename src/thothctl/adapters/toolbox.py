"""One-off containers of the toolbox image, and streams through them."""

import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from thothctl.adapters.dialogue import Dialogue
from thothctl.adapters.feeders import Feeder, Pouring, Pumping, Tail, blame
from thothctl.adapters.files import private_folder, write_durably
from thothctl.adapters.lanes import Lane, Process, pumped
from thothctl.adapters.process import output
from thothctl.adapters.task_command import lane, words
from thothctl.errors import EngineRefusedError, EngineUnreachableError
from thothctl.model.install import LABEL_INSTALL, LABEL_TASK
from thothctl.model.stack import TOOLBOX
from thothctl.world import Images
from thothctl.world.backups import Ended, Inside, Mount, Program, Task

BOOT = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE, KNOWN = Path("/proc/self/ns/mnt"), ".same-kernel"
CHUNK = 1 << 20
CLEARED_SECONDS = 15
"""So long a task may take to be gone."""
WRITING = ("running", "paused", "restarting")
"""Of a container that may yet write."""
THERE = ("created", *WRITING)
"""Of a container that may still hold something."""
Source = Program | Iterable[bytes]


class DockerToolbox:
    """Answers `world.Toolbox`; pipes take the place of streams where the kernel is the same."""

    def __init__(self, home: Path, images: Images, environment: Mapping[str, str]) -> None:
        self._home, self._images, self._environment = home, images, dict(environment)

    def run(
        self,
        program: Program,
        *,
        feed: Source | None = None,
        into: Callable[[bytes], object] | None = None,
        heard: Callable[[str], None] = lambda _: None,
    ) -> Ended:
        with ExitStack() as stack:
            piped = isinstance(program, Task) and (feed or into) is not None and self._same_kernel
            lanes = _lanes(stack, self._home, feed, into) if piped else {}
            process = self._started(
                stack, program, lanes, reads=feed is not None, speaks=into is not None
            )
            tail = Tail(process.stderr, heard)
            source = stack.enter_context(self._fed(feed, process, lanes.get("in")))
            if into is not None:
                _drain(process, lanes.get("out"), into)
            status = process.wait()
            feeder = source.status()
            return Ended(status, tail.lines(), *blame(status, feeder))

    def stream(self, task: Task, ended: Callable[[Ended], None]) -> Iterator[bytes]:
        with ExitStack() as stack:
            lanes = _lanes(stack, self._home, None, print) if self._same_kernel else {}
            process = self._started(stack, task, lanes, reads=False, speaks=True)
            tail = Tail(process.stderr, lambda _: None)
            way = lanes.get("out")
            said = stack.enter_context(way.opened("rb", process)) if way else process.stdout
            assert said is not None  # noqa: S101 - piped
            while chunk := said.read(CHUNK):
                yield chunk
            ended(Ended(process.wait(), tail.lines()))

    @contextmanager
    def talk(self, program: Program) -> Iterator[Dialogue]:
        with ExitStack() as stack:
            process = self._started(stack, program, {}, reads=True, speaks=True)
            yield Dialogue(process, Tail(process.stderr, lambda _: None))

    def clear(self, install: str) -> None:
        deadline = time.monotonic() + CLEARED_SECONDS
        while left := self._left(install):
            status, _ = self._output("docker", "rm", "--force", "--volumes", *left)
            if status == 0:
                return
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        if writing := self._left(install, *WRITING):  # what is dead and cannot go harms nobody
            raise EngineRefusedError(
                f"a task that was cut off still runs and cannot be removed: {', '.join(writing)}",
                hint=f"`docker rm --force {' '.join(writing)}`, then run the command again",
            )

    def _left(self, install: str, *states: str) -> list[str]:
        ours = (f"label={LABEL_INSTALL}={install}", f"label={LABEL_TASK}", *_states(states))
        status, found = self._output("docker", "ps", "--all", "--quiet", *_filters(*ours))
        if status != 0:
            raise EngineUnreachableError(
                "Docker did not answer when asked for tasks that were left behind",
                hint="start Docker, then run the command again",
            )
        return found.split()

    def alive(self) -> str:
        moment = time.time()
        asked = ("docker", "ps", *_filters(f"label={LABEL_TASK}", *_states(THERE)))
        status, found = self._output(*asked, "--format", "{{.Names}}")
        if status != 0:
            raise EngineUnreachableError(
                "Docker did not answer when asked for its tasks",
                hint="start Docker, then run the command again",
            )
        return f"{self._engine}:{moment}:{','.join(found.split())}"

    @cached_property
    def _engine(self) -> str:
        """A short name of the engine that runs the tasks."""
        _, said = self._output("docker", "info", "--format", "{{.ID}}")
        return sha256(said.encode()).hexdigest()[:12]

    def _started(
        self,
        stack: ExitStack,
        program: Program,
        lanes: Mapping[str, Lane],
        *,
        reads: bool,
        speaks: bool,
    ) -> Process:
        name = f"thoth-task-{uuid.uuid4().hex[:12]}"
        if isinstance(program, Task) and program.named:
            name += f".{self._engine}"
        ends = [lane(one.path, reads=way == "in") for way, one in lanes.items()]
        image = self._image if isinstance(program, Task) and not program.image else ""
        argv = words(program, name, image, ends, reads=reads and "in" not in lanes)
        stdin = subprocess.PIPE if reads else subprocess.DEVNULL
        stdout = subprocess.PIPE if speaks else subprocess.DEVNULL
        process = _popen(argv, self._environment, stdin, stdout)
        stack.callback(self._end, process, name if isinstance(program, Task) else "")
        return process

    def _end(self, process: Process, container: str) -> None:
        """A client that is killed leaves its container running."""
        if process.poll() is None:
            if container:
                self._output("docker", "rm", "--force", "--volumes", container)
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    @contextmanager
    def _fed(self, feed: Source | None, process: Process, way: Lane | None) -> Iterator[Feeder]:
        if feed is None:
            yield Feeder()
            return
        if not isinstance(feed, Task | Inside):
            yield Pouring(feed, process, way)
            return
        with ExitStack() as stack:
            stdin = stack.enter_context(way.opened("wb", process)) if way else process.stdin
            argv = words(feed, "", self._image, reads=False)
            feeder = _popen(argv, self._environment, subprocess.DEVNULL, stdin)
            stack.callback(self._end, feeder, "")
            if stdin is not None:
                stdin.close()
            yield Pumping(feeder)

    @cached_property
    def _image(self) -> str:
        if found := self._images.present(TOOLBOX):
            return found
        raise EngineRefusedError(
            f"the image {TOOLBOX.name} is not on the engine", hint="run `thothctl images build`"
        )

    @cached_property
    def _same_kernel(self) -> bool:
        """Told by a container, and then known for as long as this kernel and engine are those."""
        if not sys.platform.startswith("linux"):
            return False
        private_folder(self._home)
        known = self._home / KNOWN
        here = " ".join((BOOT.read_text().strip(), str(NAMESPACE.readlink()), self._engine))
        if known.is_file() and known.read_text() == here:
            return True
        told = self._told_by_a_container()
        if told:
            write_durably(known, here)
        return told

    def _told_by_a_container(self) -> bool:
        """It sees a file of ours, and the kernel started when ours did."""
        with tempfile.NamedTemporaryFile(dir=self._home, prefix=".shared-") as token:
            token.write(uuid.uuid4().hex.encode())
            token.flush()
            task = Task(
                "", "look", ("cat", "/run/token", str(BOOT)), (Mount(token.name, "/run/token"),)
            )
            argv = words(task, f"thoth-task-{uuid.uuid4().hex[:12]}", self._image, reads=False)
            status, said = self._output(*argv)
            return status == 0 and said == Path(token.name).read_text() + BOOT.read_text()

    def _output(self, *argv: str) -> tuple[int, str]:
        return output(argv, environment=self._environment, seconds=60)


def _states(names: Iterable[str]) -> list[str]:
    return [f"status={name}" for name in names]


def _filters(*chosen: str) -> list[str]:
    return [word for one in chosen for word in ("--filter", one)]


def _lanes(
    stack: ExitStack, home: Path, feed: Source | None, into: Callable[[bytes], object] | None
) -> dict[str, Lane]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=home, prefix=".lanes-")))
    wanted = {"in": feed, "out": into}
    return {way: Lane(folder / way) for way, end in wanted.items() if end is not None}


def _drain(process: Process, way: Lane | None, into: Callable[[bytes], object]) -> None:
    if way is None:
        assert process.stdout is not None  # noqa: S101 - piped
        pumped(process.stdout, into)
        return
    with way.opened("rb", process) as stream:
        pumped(stream, into)


def _popen(argv: list[str], environment: Mapping[str, str], stdin: int, stdout: object) -> Process:
    try:
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # a stream is one  # noqa: S603
            argv,
            env=dict(environment),
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise EngineRefusedError(
            f"the program {argv[0]} is not there",
            hint="run `./install.sh`; it installs what is missing",
        ) from error
