"""A machine in a folder: install.sh with its paths moved there, stand-ins that record calls."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from e2e.machine import Done

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "install.sh"
BASH = shutil.which("bash") or "bash"
REAL = """
awk basename cat cksum cp cut dirname env find grep install ln mkdir mktemp mv readlink rm sed
sh sleep sort tail touch
""".split()
MOVED = (
    "/usr/local/sbin:/usr/sbin:/sbin",
    "/usr/bin/python3",
    "/usr/local/lib/docker",
    "/usr/local/bin",
    "/opt/thothctl",
    "/var/run",
    "/var/log",
    "/run/systemd/system",
)
RECORD = """#!/bin/sh
cd "$BOX"
{ basename "$0"; [ $# -eq 0 ] || printf ' <%s>' "$@"; echo; } | sed -n 'H;${x;s/\\n//g;p;}' >>calls
"""
STAND_INS = {
    "id": 'cat uid; test "$1" = -u',
    "uname": "cat system",
    "setsid": 'exec "$@"',
    "dockerd": "touch running",
    "systemctl": "touch running",
    "apt-cache": 'grep -qx "$2" offered',
    "apt-get": """
if [ -e apt-fails ]; then cat apt-fails; exit 100; fi
case "$*" in
  indextargets*) cat mirror ;;
  *--download-only*) ;;
  *' docker.io '*) cp parts/dockerd parts/docker bin ;;
  *' docker-compose'*) touch compose ;;
  *' python3 '*) cp parts/python3 bin ;;
esac""",
    "docker": """
case "$1 $2" in
  'context show') cat context ;;
  'version '*)
    if [ -s soon ]; then tail -n +2 soon >later; mv later soon; exit 1; fi
    [ -e running ] && echo 20.10.24 ;;
  'compose version' | 'buildx version') [ -e compose ] && echo 2.26.1 ;;
esac""",
    "python3": """
case "$1 $2" in
  --version*) echo Python 3.12.1 ;;
  '-c import sys'*) [ ! -e old-python ] ;;
  '-c import os'*) exec "$PYTHON" "$@" ;;
  '-m venv') mkdir -p "$3/bin" && cp parts/pip "$3/bin" ;;
esac""",
    "pip": """
if [ -e pip-fails ]; then cat pip-fails; exit 1; fi
cp parts/thothctl "$(dirname "$0")" """,
    "thothctl": """
if [ -e broken ]; then exit 1; fi
[ "$1" != --version ] || echo thothctl 0.1.0""",
}
ON_EVERY_MACHINE = ("id", "uname", "setsid")
DEBIAN = ("apt-get", "apt-cache")


@dataclass
class Box:
    """What is in `bin` is installed; a file's presence is the state of a stand-in."""

    root: Path
    checkout: Path = field(init=False)
    user: int | None = None

    def __post_init__(self) -> None:
        self.checkout = self.root / "checkout"
        for folder in "bin sbin parts home temporary var/run var/log checkout/src".split():
            (self.root / folder).mkdir(parents=True)
        for folder in ("templates", "images"):
            (self.checkout / folder).mkdir()
        (self.checkout / "pyproject.toml").write_text("[project]\n")
        self._move_script()
        for name in REAL:
            (self.root / "bin" / name).symlink_to(shutil.which(name) or name)
        for name, body in STAND_INS.items():
            self._write(self.root / "parts" / name, body)
        self.put(*ON_EVERY_MACHINE)
        for name, text in {"uid": "0", "system": "Linux", "context": "default"}.items():
            self.set(name, text)
        for name in ("calls", "offered"):
            self.set(name, "")

    def _move_script(self) -> None:
        text = SCRIPT.read_text().replace("SECONDS + 60", "SECONDS + 3")
        for path in MOVED:
            assert path in text, f"install.sh does not name {path} any more"
            own = "/sbin" if ":" in path else path
            text = text.replace(path, f"@{own}")
        (self.checkout / "install.sh").write_text(text.replace("@/", f"{self.root}/"))

    @staticmethod
    def _write(path: Path, body: str) -> None:
        path.write_text(f"{RECORD}{body}\n")
        path.chmod(0o755)

    def put(self, *names: str) -> None:
        """Install stand-ins."""
        for name in names:
            shutil.copy(self.root / "parts" / name, self.root / "bin" / name)

    def replace(self, name: str, body: str) -> None:
        self._write(self.root / "bin" / name, body)

    def set(self, name: str, text: str = "") -> Path:
        """Write a file that a stand-in or the script looks at."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n" if text else "")
        return path

    def unset(self, name: str) -> None:
        (self.root / name).unlink()

    @property
    def environment(self) -> dict[str, str]:
        root = str(self.root)
        return {
            "PATH": f"{root}/bin",
            "HOME": f"{root}/home",
            "TMPDIR": f"{root}/temporary",
            "BOX": root,
            "PYTHON": sys.executable,
        }

    def argv(self, *words: str) -> list[str]:
        return [BASH, str(self.checkout / "install.sh"), *words]

    def run(self, *words: str, **extra: str) -> Done:
        done = subprocess.run(
            self.argv(*words),
            env={**self.environment, **extra},
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            user=self.user,
            check=False,
        )
        assert not any((self.root / "temporary").iterdir()), "a temporary folder is left"
        return Done(done.returncode, done.stdout, done.stderr)

    def ok(self, *words: str, **extra: str) -> Done:
        done = self.run(*words, **extra)
        assert done.code == 0, f"{words}: exit {done.code}\n{done.err}\n{self.calls()}"
        return done

    def calls(self, *names: str) -> list[str]:
        """What was called, in order; `names` chooses programs."""
        lines = (self.root / "calls").read_text().splitlines()
        return [line for line in lines if not names or line.split(" <")[0] in names]

    def forget_calls(self) -> None:
        self.set("calls")

    def give_to(self, user: int) -> None:
        self.user = user
        for path in (self.root, *self.root.rglob("*")):
            os.chown(path, user, user, follow_symlinks=False)


def installed(calls: Sequence[str]) -> list[str]:
    """The packages that apt-get was told to install, one entry for each command."""
    wanted = "--no-install-recommends> "
    return [
        line.split(wanted)[1].replace("<", "").replace(">", "")
        for line in calls
        if wanted in line and "--download-only" not in line
    ]
