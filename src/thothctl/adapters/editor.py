"""The user's own editor, on a private copy of a text."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from thothctl.errors import InvalidInputError, UsageError

USUAL = ("sensible-editor", "nano", "vim", "vi")


def edited(text: str, name: str, environment: Mapping[str, str]) -> str:
    """The text as the user left it; raises UsageError where there is no editor."""
    argv = _editor(environment)
    with tempfile.TemporaryDirectory(prefix="thothctl-") as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run([*argv, str(path)], check=False)  # noqa: S603 - the user's choice
        except OSError as error:
            raise UsageError(
                f"the editor {argv[0]} cannot be started", hint="set VISUAL or EDITOR"
            ) from error
        if done.returncode != 0:
            raise InvalidInputError(
                f"the editor ended with {done.returncode}; nothing was changed",
                hint="run it again, and save before you leave",
            )
        return path.read_text(encoding="utf-8")


def _editor(environment: Mapping[str, str]) -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        if words := shlex.split(environment.get(variable, ""), posix=os.name == "posix"):
            return words
    if found := next((name for name in USUAL if shutil.which(name)), ""):
        return [found]
    raise UsageError("there is no editor", hint="set VISUAL or EDITOR to yours")
