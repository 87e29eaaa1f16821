"""Having a folder of files made a database."""

import json
import os
import subprocess
import sys
from pathlib import Path

from thoth_ai.errors import ServerError
from thoth_ai.importing import space
from thoth_ai.importing.tabular import child

TIMES = 3
"""A database may take so many times the bytes of the files; Parquet is packed."""


def convert(folder: Path, target: Path) -> None:
    """Write the database; raises ServerError with what is wrong with which file."""
    files = child.files_of(folder)
    if not files:
        raise _refused("There are no CSV or Parquet files in it.")
    space.require(target.parent, TIMES * sum(file.stat().st_size for file in files))
    # It reads what strangers made: it gets none of the server's variables, secrets among them.
    done = subprocess.run(  # noqa: S603 - our own program
        (sys.executable, "-m", child.__name__, str(target), str(folder)),
        env={"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)},
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return
    target.unlink(missing_ok=True)
    raise _refused(_why(done.stdout) or "Reading them ended the process that read them.")


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
