"""A real PostgreSQL with pgvector, from the distribution's packages.

Debian has pgvector from its release 13 on. On an older one the packages of that release are
fetched from the machine's own mirror into a folder, which is the server's root: they need a newer
C library than the machine's. That takes root rights, about 40 MB and 15 seconds, once.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.server.vectors.processes import Process, free_port

RELEASE = "trixie"
PACKAGES = """postgresql-17 postgresql-17-pgvector coreutils dash libacl1 libattr1 libaudit1 libc6
libcap-ng0 libcap2 libcom-err2 libcrypt1 libgcc-s1 libgssapi-krb5-2 libicu76 libk5crypto3
libkeyutils1 libkrb5-3 libkrb5support0 libldap2 liblz4-1 liblzma5 libnuma1 libpam0g libpcre2-8-0
libpq5 libsasl2-2 libselinux1 libssl3t64 libstdc++6 libsystemd0 libuuid1 libxml2 libxslt1.1
libxxhash0 libzstd1 tzdata zlib1g""".split()
OPTIONS = ("fsync=off", "jit=off", "listen_addresses=127.0.0.1", "unix_socket_directories=")
NOBODY = 65534
_AS_NOBODY = (f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
DEVICES = (("null", 1, 3), ("zero", 1, 5), ("urandom", 1, 9))


@dataclass(frozen=True)
class Programs:
    """Where PostgreSQL is: in a root of its own, or on this machine."""

    bin: str
    root: Path | None

    def command(self, name: str, *arguments: str) -> tuple[str, ...]:
        program = (f"{self.bin}/{name}", *arguments)
        if self.root is None:
            return ("setpriv", *_AS_NOBODY, *program) if os.geteuid() == 0 else program
        return ("chroot", f"--userspec={NOBODY}:{NOBODY}", str(self.root), *program)


def make(cache: Path, folder: Path) -> Process:
    """Initialise a server in a folder; inside of the root the folder has the same name."""
    programs = _installed() or Programs("/usr/lib/postgresql/17/bin", _root(cache))
    data = _data(programs, folder)
    authentication = ("-U", "postgres", "--auth=trust")
    locale = ("--encoding=UTF8", "--locale=C", "--no-sync")
    _run(programs.command("initdb", "-D", str(data), *authentication, *locale))
    port = free_port()
    options = [part for option in OPTIONS for part in ("-c", option)]
    command = programs.command("postgres", "-D", str(data), "-p", str(port), *options)
    return Process(command, port, folder.with_suffix(".log"), lambda: _answers(port))


def discard(cache: Path, folder: Path) -> None:
    """Take the data away again, wherever it lies."""
    for place in (folder, _inside(cache / RELEASE, folder)):
        shutil.rmtree(place, ignore_errors=True)


def connect(port: int, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host="127.0.0.1", port=port, user="postgres", dbname=database, autocommit=True
    )


def _installed() -> Programs | None:
    for folder in sorted(Path("/usr/share/postgresql").glob("*"), key=lambda one: -int(one.name)):
        if (folder / "extension" / "vector.control").exists():
            return Programs(f"/usr/lib/postgresql/{folder.name}/bin", None)
    return None


def _root(cache: Path) -> Path:
    root = cache / RELEASE
    if not (root / "complete").exists():
        assert os.geteuid() == 0, "install PostgreSQL with pgvector: postgresql-17-pgvector"
        shutil.rmtree(root, ignore_errors=True)
        _unpack(_fetched(cache / "packages"), root)
        (root / "complete").touch()
    return root


def _fetched(folder: Path) -> list[Path]:
    """Fetch packages by apt, which checks them, with lists and a state of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    signed = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
    (folder / "sources.list").write_text(f"deb {signed} {_mirror()} {RELEASE} main\n")
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
    }
    apt = (
        "apt-get",
        "-qq",
        *(part for one in options.items() for part in ("-o", f"{one[0]}={one[1]}")),
    )
    _run((*apt, "update"))
    _run((*apt, "download", *PACKAGES), folder)
    return sorted(folder.glob("*.deb"))


def _mirror() -> str:
    """Read the mirror from the machine's own sources."""
    places = (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*"))
    text = "\n".join(path.read_text() for path in places if path.is_file())
    found = re.search(r"https?://\S+/debian/?(?=\s)", text)
    assert found, "there is no mirror of Debian in the sources of apt"
    return found[0]


def _unpack(packages: list[Path], root: Path) -> None:
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    unpacking = 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink'
    for package in packages:
        leaving = " --exclude=./usr/share/doc --exclude=./usr/share/man"
        _run(("sh", "-c", unpacking + leaving, "sh", str(package), str(root)))
    for name in ("dev/shm", "tmp", "srv"):
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name).chmod(0o1777)
    for name, major, minor in DEVICES:
        _run(("mknod", "-m", "666", str(root / "dev" / name), "c", str(major), str(minor)))
    (root / "etc" / "passwd").write_text(f"nobody:x:{NOBODY}:{NOBODY}::/:/bin/sh\n")


def _data(programs: Programs, folder: Path) -> Path:
    made = folder if programs.root is None else _inside(programs.root, folder)
    made.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        os.chown(made, NOBODY, NOBODY)
    return made if programs.root is None else Path("/srv") / folder.name


def _inside(root: Path, folder: Path) -> Path:
    return root / "srv" / folder.name


def _run(command: tuple[str, ...], folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stderr[-2000:]}"


def _answers(port: int) -> bool:
    try:
        connect(port).close()
    except psycopg.OperationalError:
        return False
    return True
