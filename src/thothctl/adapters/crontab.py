"""The crontab of this account, through the program of that name."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence

from thothctl.errors import InvalidInputError

PROGRAM = "crontab"
SECONDS = 30


class UserCrontab:
    """Answers `world.Crontab`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)

    def is_there(self) -> bool:
        return shutil.which(PROGRAM, path=self._environment.get("PATH")) is not None

    def lines(self) -> tuple[str, ...]:
        """An account without one has none: that is no failure."""
        done = self._run(["-l"], "")
        return tuple(done.stdout.splitlines()) if done.returncode == 0 else ()

    def write(self, lines: Sequence[str]) -> None:
        done = self._run(["-"], "".join(f"{line}\n" for line in lines))
        if done.returncode != 0:
            raise InvalidInputError(
                f"crontab refused the new lines: {done.stderr.strip()}",
                hint="see whether this account may use cron: /etc/cron.allow, /etc/cron.deny",
            )

    def _run(self, words: list[str], text: str) -> "subprocess.CompletedProcess[str]":
        found = shutil.which(PROGRAM, path=self._environment.get("PATH")) or PROGRAM
        return subprocess.run(  # noqa: S603 - found above
            [found, *words],
            input=text,
            text=True,
            capture_output=True,
            env=self._environment,
            timeout=SECONDS,
            check=False,
        )
