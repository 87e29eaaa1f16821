"""Compile the native encoder beside its Python twin; without a compiler, say so and go on.

Run it with the interpreter that is to load it: `python build.py [--install]`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).with_name("encoder.c")
RESULT = SOURCE.parents[1] / "_encoder.abi3.so"
PACKAGES = ("gcc", "libc6-dev", "libsqlite3-dev")
FLAGS = ("-std=c11", "-O2", "-Wall", "-Wextra", "-Wno-cast-function-type", "-shared", "-fPIC")


def main() -> None:
    """Compile, with the compiler and the headers installed first if that is wanted and possible."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="install what is missing, as root")
    arguments = parser.parse_args()
    if arguments.install and not _is_ready():
        _install()
    if not _is_ready():
        _say("No C compiler with SQLite's and Python's headers: imports use the Python encoder.")
        return
    subprocess.run(_command(), check=True)  # noqa: S603 - ours
    _say(f"Compiled {RESULT.name}.")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _is_ready() -> bool:
    probe = "#include <sqlite3.h>\n#include <Python.h>\n"
    if not _compiler():
        return False
    command = (_compiler(), *_includes(), "-fsyntax-only", "-x", "c", "-")
    return not subprocess.run(  # noqa: S603 - ours
        command, input=probe, text=True, capture_output=True, check=False
    ).returncode


def _command() -> tuple[str, ...]:
    return (_compiler(), *FLAGS, *_includes(), str(SOURCE), "-o", str(RESULT), "-lsqlite3", "-lm")


def _compiler() -> str:
    return shutil.which("cc") or shutil.which("gcc") or ""


def _includes() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple(f"-I{paths[name]}" for name in ("include", "platinclude"))


def _install() -> None:
    if os.geteuid() or not shutil.which("apt-get"):
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    own = Path(sysconfig.get_paths()["include"]).is_relative_to("/usr/include")
    packages = (*PACKAGES, *((f"libpython{version}-dev",) if own else ()))
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ("apt-get", "update", "-qq"),
        ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages),
    ):
        subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - ours


if __name__ == "__main__":
    main()
