"""Having a folder of files made a database."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from thoth_ai.errors import ServerError
from thoth_ai.importing import space
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.importing.tabular import child

PAUSE = 0.2
TIMES = 3
"""A database may take so many times the bytes of the files; Parquet is packed."""


def convert(folder: Path, target: Path, reporter: Progress) -> None:
    """Write the database; raises ServerError with what is wrong with which file."""
    files = child.files_of(folder)
    if not files:
        raise _refused("There are no CSV or Parquet files in it.")
    space.require(target.parent, TIMES * sum(file.stat().st_size for file in files))
    target.unlink(missing_ok=True)
    arguments = (str(target), str(folder), str(space.left(target.parent)))
    try:
        _run(arguments, lambda: reporter.progress(Phase.RECEIVE, 0, len(files), "files"))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _run(arguments: Sequence[str], waiting: Callable[[], None]) -> None:
    """Have it done by a process of its own, which ends with whatever `waiting` raises."""
    # It reads what strangers made: it gets none of the server's variables, secrets among them.
    with subprocess.Popen(  # noqa: S603 - our own program
        (sys.executable, "-m", child.__name__, *arguments),
        env={"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            said = _said(process, waiting)
        finally:
            process.kill()
    if process.returncode:
        raise _failed(process.returncode, said)


def _said(process: "subprocess.Popen[bytes]", waiting: Callable[[], None]) -> bytes:
    while True:
        waiting()
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=PAUSE)[0]


def _failed(status: int, said: bytes) -> ServerError:
    if status == child.FULL:
        return space.full()
    return _refused(_why(said) or "Reading them ended the process that read them.")


def _why(told: bytes) -> str:
    try:
        return f"{json.loads(told)['why']}."
    except (ValueError, KeyError):
        return ""


def _refused(why: str) -> ServerError:
    return ServerError(
        f"The files cannot be made a database. {why}",
        hint="Mend or leave out the file that is named, then import again.",
        code="bad_files",
    )
