"""`docker exec -i`: text on the standard input of a program in a container."""

import subprocess
from collections.abc import Mapping, Sequence

from thothctl.errors import EngineUnreachableError
from thothctl.model.secret import Secret

SECONDS = 60
ALONE = (
    "docker run --rm --interactive --pull never --read-only --tmpfs /tmp --cap-drop ALL "
    "--security-opt no-new-privileges --add-host host.docker.internal:host-gateway"
).split()
"""How a container is run that does one thing and is gone."""


class ExecInput:
    """Answers `world.Handover`; the text is in no argument and no variable."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def give(self, container: str, command: Sequence[str], text: Secret) -> tuple[int, str]:
        return self._hand(["docker", "exec", "--interactive", container, *command], text)

    def give_once(self, image: str, command: Sequence[str], text: Secret) -> tuple[int, str]:
        return self._hand([*ALONE, "--entrypoint", command[0], image, *command[1:]], text)

    def _hand(self, argv: Sequence[str], text: Secret) -> tuple[int, str]:
        try:
            done = subprocess.run(  # noqa: S603 - argv list, no shell
                list(argv),
                input=text.reveal().encode(),
                env=dict(self._environment),
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise EngineUnreachableError(
                "a program in a container did not end within {SECONDS} s",
                hint="look at Docker and at the load of this machine, then `thothctl resume`",
            ) from None
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        return done.returncode, said.replace(text.reveal().strip() or "\0", "********")
