"""Programs of the user's that run before and after an operation."""

import os
import signal
import stat
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from thothctl.adapters.files import translated
from thothctl.adapters.process import started
from thothctl.errors import EngineRefusedError, EngineUnreachableError, InvalidInputError
from thothctl.world.programs import Ran

KEPT = 64 * 1024
LAST_WORDS_SECONDS = 1
"""So long what a program has written is waited for when something else holds the pipe."""
HANDED_ON = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "DOCKER_HOST", "DOCKER_CONTEXT")
"""All that a hook gets of this process's environment: secrets may be among the rest."""


class HookFolder:
    """Answers `world.Hooks`: executable files by name; they are nobody else's to write."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._handed_on = {n: environment[n] for n in HANDED_ON if n in environment}

    def run(self, path: Path, told: Mapping[str, str], *, seconds: float) -> Ran | None:
        with translated(f"look at {path}"):
            if not path.exists():
                return None
            _refuse_foreign(path)
        try:
            return self._ran(path, told, seconds)
        except (OSError, EngineUnreachableError, EngineRefusedError) as error:
            raise InvalidInputError(
                f"{path} cannot be run: {error}",
                hint="its first line names the program that reads it, like #!/bin/sh",
            ) from error

    def _ran(self, path: Path, told: Mapping[str, str], seconds: float) -> Ran:
        environment = {**self._handed_on, **told}
        with started([str(path)], environment=environment, folder=path.parent) as process:
            assert process.stdout is not None  # noqa: S101 - piped
            heard = _Heard(os.dup(process.stdout.fileno()))
            late = False
            try:
                status = process.wait(seconds)
            except subprocess.TimeoutExpired:
                late = True
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                status = process.wait()
        return Ran(status, heard.text(), late=late)


class _Heard:
    """What a program writes; what it leaves running may hold the pipe open as long as it likes."""

    def __init__(self, pipe: int) -> None:
        self._pipe, self._said = pipe, b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with os.fdopen(self._pipe, "rb", buffering=0) as stream:
            while chunk := stream.read(KEPT):
                self._said = (self._said + chunk)[-KEPT:]

    def text(self) -> str:
        """What was written so far, once the program has ended."""
        self._reader.join(LAST_WORDS_SECONDS)
        return self._said.decode(errors="replace")


def _refuse_foreign(path: Path) -> None:
    """What others may write, others decide about; so does who may put a file into its folder."""
    if not os.access(path, os.X_OK) or not path.is_file():
        raise InvalidInputError(
            f"{path} is no program that can be run", hint=f"`chmod u+x {path}`, or remove it"
        )
    if not hasattr(os, "geteuid"):
        return
    for one in (path, path.parent):
        found = one.stat()
        others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if others or found.st_uid not in (0, os.geteuid()):
            raise InvalidInputError(
                f"{one} can be written by others, and what is in it would run as you",
                hint=f"give it to yourself: chown {os.geteuid()} and chmod go-w",
            )
