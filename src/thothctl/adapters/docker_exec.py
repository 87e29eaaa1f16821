"""Programs inside running containers (`docker exec`), or in one of their own (`docker run`)."""

import sys
from collections.abc import Mapping, Sequence

from thothctl.adapters.process import attached, run
from thothctl.model.install import LABEL_INSTALL
from thothctl.world import Chore, Trial


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

    def tried(self, trial: Trial) -> tuple[int, str]:
        program, *words = trial.command
        mounts = [f"--volume={path}:{inside}:ro" for path, inside in trial.mounts.items()]
        own = [*mounts, "--read-only", "--tmpfs", "/tmp"]  # noqa: S108 - inside
        return self._alone(trial.install, [*own, "--entrypoint", program, trial.image, *words])

    def carried_out(self, chore: Chore) -> tuple[int, str]:
        rights = [f"--cap-add={name}" for name in ("CHOWN", "DAC_OVERRIDE", "FOWNER")]
        own = [*rights, "--user", "0:0", f"--volume={chore.folder}:/host", "--entrypoint", "sh"]
        words = [chore.image, "-euc", chore.script, "sh", *chore.words]
        return self._alone(chore.install, [*own, *words])

    def _alone(self, install: str, words: Sequence[str]) -> tuple[int, str]:
        label = f"{LABEL_INSTALL}={install}"
        least = ["--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        argv = ["docker", "run", "--rm", "--label", label, *least, *words]
        done = run(argv, environment=self._environment)
        return done.status, done.text


def _as(user: str) -> list[str]:
    return ["--user", user] if user else []
