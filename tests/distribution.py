"""The programs our images are made of, unpacked from the same packages beside this machine.

Nothing is installed: apt gets folders of its own, and every program runs with the C library it
came with. They are fetched once and kept below `build/`.
"""

import functools
import os
import platform
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

SUITE = "trixie"
KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGES = (
    "nginx-light",
    "prometheus",
    "promtool",
    "prometheus-alertmanager",
    "prometheus-node-exporter",
    "pebble",
    "certbot",
)
KEPT = Path(__file__).parents[1] / "build" / SUITE
CONFIGURATION = """\
Dir::Etc "{root}/etc";
Dir::State "{root}/state";
Dir::State::status "{root}/status";
Dir::Cache "{root}/cache";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Debug::NoLocking "true";
"""


@dataclass(frozen=True)
class Programs:
    """Where the packages were unpacked."""

    root: Path

    def argv(self, program: str, *words: str) -> list[str]:
        """The command line that runs one of the programs with its own libraries."""
        libraries = next((self.root / "usr/lib").glob("*-linux-gnu"))
        loader = next(self.root.glob("usr/lib*/ld-linux*.so*"))
        folders = (self.root / "usr/sbin", self.root / "usr/bin")
        path = next(folder / program for folder in folders if (folder / program).exists())
        return [str(loader), "--library-path", str(libraries), str(path), *words]

    def python_argv(self, program: str, *words: str) -> list[str]:
        """The same for a program in Python, with the packages' own interpreter and libraries."""
        home = f"PYTHONHOME={self.root}/usr"
        path = f"PYTHONPATH={self.root}/usr/lib/python3/dist-packages"
        interpreter = next(self.root.glob("usr/bin/python3.*")).name
        script = str(self.root / "usr/bin" / program)
        return ["env", home, path, *self.argv(interpreter, script, *words)]

    def argv_at_home(self, program: str, *words: str) -> list[str]:
        """The same for a program that looks for its own files below /usr/share."""
        mount = 'mount --bind "$0" /usr/share && exec "$@"'
        alone = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        share = str(self.root / "usr/share")
        return [*alone, "sh", "-c", mount, share, *self.argv(program, *words)]


@functools.cache
def programs() -> Programs:
    """Fetch what is not there yet; the test is skipped where that cannot be done."""
    needed = ("apt-get", "dpkg")
    if platform.system() != "Linux" or not KEYS.is_file() or not all(map(shutil.which, needed)):
        pytest.skip("the packages of our images can only be fetched on Debian")
    KEPT.parent.mkdir(exist_ok=True)
    with FileLock(KEPT.with_suffix(".lock")):
        if not KEPT.is_dir():
            with tempfile.TemporaryDirectory(dir=KEPT.parent) as folder:
                _unpack(Path(folder)).rename(KEPT)
    return Programs(KEPT)


def _unpack(root: Path) -> Path:
    for name in ("etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d", "unpacked"):
        (root / name).mkdir(parents=True)
    (root / "state/lists/partial").mkdir(parents=True)
    (root / "cache/archives/partial").mkdir(parents=True)
    (root / "status").touch()
    (root / "etc/sources.list").write_text(f"deb [signed-by={KEYS}] {_mirror()} {SUITE} main\n")
    (root / "apt.conf").write_text(CONFIGURATION.format(root=root))
    private = {**os.environ, "APT_CONFIG": str(root / "apt.conf")}
    for words in (["update"], ["--yes", "--download-only", "install", *PACKAGES]):
        subprocess.run(["apt-get", "-qq", *words], env=private, check=True, capture_output=True)
    for package in sorted((root / "cache/archives").glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, root / "unpacked"], check=True)
    return root / "unpacked"


def _mirror() -> str:
    """The mirror that this machine's own apt uses."""
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL)", "Created-By: Packages"]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        address, _, label = line.partition(" ")
        if label == "Debian" and address.startswith("http"):
            return address
    pytest.skip("this machine has no package source of Debian")
