"""Containers held still for a moment, and let go on whatever happens."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from thothctl.adapters.health_checks import await_quiet
from thothctl.adapters.process import run
from thothctl.errors import EngineRefusedError
from thothctl.model.install import LABEL_INSTALL

GRACE_SECONDS = 3
ATTEMPTS, AGAIN_SECONDS = 3, 0.1
ALREADY = "already paused"


class DockerWriters:
    """Answers `world.Writers`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)

    @contextmanager
    def held(self, containers: Sequence[str], *, seconds: float) -> Iterator["Held"]:
        hold = Held()
        watchdog = threading.Timer(seconds, self._too_long, (containers, hold))
        await_quiet(containers, self._environment)
        switch = self._switch(containers, seconds + GRACE_SECONDS)
        try:
            watchdog.start()
            hold.begin()
            self._pause(containers, hold)
            yield hold
        finally:
            watchdog.cancel()
            self._go_on(containers)
            hold.end()
            _disarm(switch)

    def release(self, install: str) -> None:
        chosen = ["--filter", f"label={LABEL_INSTALL}={install}", "--filter", "status=paused"]
        found = self._docker("ps", "--quiet", *chosen)[1].split()
        if found:
            self._docker("unpause", *found)

    def _pause(self, containers: Sequence[str], hold: "Held") -> None:
        for one in containers:
            said = self._frozen(one)
            if said and not hold.expired:
                raise EngineRefusedError(
                    f"Docker could not pause the writers: {said}",
                    hint="see `thothctl health`; every service has to run",
                )

    def _frozen(self, container: str) -> str:
        """What Docker had against it; a freezer that is busy is asked again."""
        said = ""
        for _ in range(ATTEMPTS):
            status, said = self._docker("pause", container)
            if status == 0 or ALREADY in said:
                return ""
            time.sleep(AGAIN_SECONDS)
        return said.strip() or "it did not say why"

    def _too_long(self, containers: Sequence[str], hold: "Held") -> None:
        hold.expired = True
        self._go_on(containers)

    def _go_on(self, containers: Sequence[str]) -> None:
        """One by one: a container that was not paused is a refusal for all the others."""
        for container in containers:
            self._docker("unpause", container)

    def _switch(
        self, containers: Sequence[str], seconds: float
    ) -> "subprocess.Popen[bytes] | None":
        """A process of its own that lets them go on should this one be killed."""
        if os.name != "posix" or not containers:
            return None
        script = 'sleep "$0"; for one; do docker unpause "$one"; done'
        return subprocess.Popen(  # noqa: S603 - argv list; the words are ids
            ["/bin/sh", "-c", script, str(seconds), *containers],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _docker(self, *words: str) -> tuple[int, str]:
        done = run(["docker", *words], environment=self._environment)
        return done.status, done.text


class Held:
    """Answers `world.Hold`."""

    def __init__(self) -> None:
        self.expired, self.milliseconds = False, 0
        self._began = 0.0

    def begin(self) -> None:
        self._began = time.monotonic()

    def end(self) -> None:
        self.milliseconds = round((time.monotonic() - self._began) * 1000)


def _disarm(switch: "subprocess.Popen[bytes] | None") -> None:
    if switch is not None:
        with suppress(ProcessLookupError):
            os.killpg(switch.pid, 9)
        switch.wait()
