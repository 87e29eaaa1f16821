"""`docker exec -i`: text on the standard input of a program in a container."""

import subprocess
from collections.abc import Mapping, Sequence

from thothctl.errors import EngineUnreachableError
from thothctl.model.secret import Secret

SECONDS = 60


class ExecInput:
    """Answers `world.Handover`; the text is in no argument and no variable."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def give(self, container: str, command: Sequence[str], text: Secret) -> tuple[int, str]:
        try:
            argv = ["docker", "exec", "--interactive", container, *command]
            done = subprocess.run(  # noqa: S603 - argv list, no shell
                argv,
                input=text.reveal().encode(),
                env=dict(self._environment),
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise EngineUnreachableError(
                f"{command[0]} in a container did not end within {SECONDS} s",
                hint="look at Docker and at the load of this machine, then `thothctl resume`",
            ) from None
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        return done.returncode, said.replace(text.reveal().strip() or "\0", "********")
