"""`docker exec`: programs inside a running container."""

import sys
from collections.abc import Mapping, Sequence

from thothctl.adapters.process import attached, run


class DockerExec:
    """Answers `world.Programs`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def attached(self, container: str, command: Sequence[str], *, user: str = "") -> int:
        terminal = sys.stdin.isatty() and sys.stdout.isatty()
        words = ["--interactive", *(["--tty"] if terminal else []), *_as(user)]
        environment = dict(self._environment)
        return attached(["docker", "exec", *words, container, *command], environment=environment)

    def captured(
        self, container: str, command: Sequence[str], *, user: str = ""
    ) -> tuple[int, str]:
        kept: list[str] = []
        argv = ["docker", "exec", *_as(user), container, *command]
        done = run(argv, environment=self._environment, heard=kept.append)
        return done.status, "\n".join(kept)


def _as(user: str) -> list[str]:
    return ["--user", user] if user else []
