"""`docker compose` on a release folder."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from thothctl.adapters import inspection
from thothctl.adapters.process import Outcome, output, run
from thothctl.errors import (
    EngineRefusedError,
    EngineUnreachableError,
    NoSpaceError,
    tells_no_space,
)
from thothctl.model.event import Progress
from thothctl.model.inspected import Declared
from thothctl.model.install import LABEL_TASK
from thothctl.world import Report, Watch

LAST_LINES = 6


class DockerCompose:
    """Answers `world.Compose`; the folder's own .env names project and files."""

    def __init__(self, environment: Mapping[str, str], report: Report) -> None:
        self._environment, self._report = environment, report

    def version(self) -> str:
        status, text = output(
            ["docker", "compose", "version", "--short"], environment=self._environment
        )
        if status != 0:
            raise EngineRefusedError(
                "Docker has no Compose v2",
                hint="run `./install.sh`, or install the package docker-compose-plugin",
            )
        return text.strip()

    def check(self, folder: Path, override: Path | None = None) -> None:
        files = ["--file", str(folder / "compose.yaml"), "--file", str(override)]
        words = [*(files if override else []), "config", "--quiet"]
        self._do(folder, "check the rendered files", *words)

    def declared(self, folder: Path) -> Mapping[str, Declared]:
        argv = ["docker", "compose", "--project-directory", str(folder)]
        status, text = output(
            [*argv, "config", "--format", "json"], environment=self._environment, folder=folder
        )
        if status != 0:
            raise EngineRefusedError(
                f"Compose cannot read the files in {folder}",
                hint="see what it says: `docker compose config` in that folder",
            )
        return inspection.declared(text)

    def up(
        self,
        folder: Path,
        services: Sequence[str] = (),
        *,
        watch: Watch | None = None,
        alone: bool = False,
        keep: bool = False,
    ) -> None:
        own = [*(["--no-deps"] if alone else []), *(["--no-recreate"] if keep else [])]
        words = ("up", "--detach", "--no-build", "--remove-orphans", *own, *services)
        self._do(folder, "start the services", *words, watch=watch)

    def add(
        self,
        folder: Path,
        services: Sequence[str],
        *,
        watch: Watch,
        count: int = 0,
        alone: bool = False,
    ) -> None:
        scale = ["--scale", f"{services[0]}={count}"] if count else []
        own = ["--no-build", "--no-recreate", *(["--no-deps"] if alone else []), *scale]
        self._do(folder, "start the services", "up", "--detach", *own, *services, watch=watch)

    def aside(self, folder: Path, service: str, name: str, labels: Mapping[str, str]) -> None:
        told = [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
        own = ("--detach", "--no-deps", "--no-TTY", "--name", name, *told)
        self._do(folder, f"try {service}", "run", *own, service)

    def stop(self, folder: Path, services: Sequence[str] = (), *, seconds: int) -> None:
        self._do(folder, "stop the services", "stop", "--timeout", str(seconds), *services)

    def once(
        self, folder: Path, service: str, command: Sequence[str], *, watch: Watch
    ) -> tuple[int, str]:
        argv = ["docker", "compose", "--ansi", "never", "--project-directory", str(folder)]
        task = f"{LABEL_TASK}={command[0]}"  # it is found again when its client was killed
        name = f"thoth-task-{uuid.uuid4().hex[:12]}"
        alone = ["run", "--rm", "--no-deps", "--no-TTY", "--name", name, "--label", task, service]
        try:
            done = run(
                [*argv, *alone, *command],
                environment=self._environment,
                folder=folder,
                watch=watch,
            )
        except BaseException:
            self._end(name)
            raise
        if done.status != 0:
            self._refuse_silence(f"run {command[0]}")
        return done.status, done.text

    def _end(self, container: str) -> None:
        """A client that is stopped may leave its container running; why it was is told anyhow."""
        with suppress(EngineUnreachableError):
            argv = ["docker", "rm", "--force", "--volumes", container]
            output(argv, environment=self._environment)

    def _do(self, folder: Path, action: str, *words: str, watch: Watch | None = None) -> None:
        argv = ["docker", "compose", "--ansi", "never", "--project-directory", str(folder), *words]
        done = run(
            argv, environment=self._environment, folder=folder, heard=self._heard, watch=watch
        )
        if done.status != 0:
            self._refuse_silence(action)
            raise _refusal(action, done)

    def _refuse_silence(self, action: str) -> None:
        """Compose fails alike for a refusal and for an engine that is gone: ask it."""
        status, _ = output(["docker", "version"], environment=self._environment)
        if status != 0:
            raise EngineUnreachableError(
                f"Docker did not answer when asked to {action}",
                hint="start Docker, then run the command again; it goes on where it stopped",
            )

    def _heard(self, line: str) -> None:
        if text := line.strip():
            self._report(Progress("compose", text))


def _refusal(action: str, done: Outcome) -> Exception:
    if tells_no_space(done.text):
        return NoSpaceError(
            f"no space left to {action}", hint="free some space and run the command again"
        )
    last = " / ".join(line.strip() for line in done.tail[-LAST_LINES:] if line.strip())
    return EngineRefusedError(
        f"Compose could not {action}: {last or f'exit status {done.status}'}",
        hint="mend what it names (your compose.override.yaml is part of it), then run again",
    )
