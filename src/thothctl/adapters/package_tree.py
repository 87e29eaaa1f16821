"""An image without a registry: essential Debian packages from the machine's own mirror.

Works without root: apt keeps its state in a private folder, verifies signatures as usual and only
downloads; the tree is unpacked as the user and owned by root inside the tar. The packages are
configured later, inside the engine, by `images/base/Dockerfile`.
"""

import os
import platform
import shutil
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from thothctl.adapters.files import translated
from thothctl.adapters.process import output, run
from thothctl.errors import NetworkError

DEBIAN_SUITE = "trixie"
"""Python 3.13 and PostgreSQL 17 need it, whatever Debian the host runs."""
PACKAGES = ("?essential", "apt", "ca-certificates", "tini")
KEYRING = "/usr/share/keyrings/{id}-archive-keyring.gpg"
FORMAT = "$(REPO_URI)|$(RELEASE)"


@dataclass(frozen=True, slots=True)
class Archive:
    """One mirror of the machine; `kind` is what follows the code name (`-security`, …)."""

    uri: str
    kind: str


def can_build() -> bool:
    """Debian and Ubuntu can; elsewhere a base image has to be pulled."""
    return all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb")) and _keyring().is_file()


def suite() -> str:
    """The suite that images are made of."""
    release = platform.freedesktop_os_release()
    return release["VERSION_CODENAME"] if release.get("ID") == "ubuntu" else DEBIAN_SUITE


def make(folder: Path, heard: Callable[[str], None]) -> Path:
    """Download and unpack below `folder`; returns a tar ready for `docker import`."""
    with translated("make the base image"):
        environment = _private_apt(folder)
    _apt(environment, heard, "update", "--quiet")
    _apt(environment, heard, "install", "--quiet", "--yes", "--download-only", *PACKAGES)
    with translated("unpack the base packages"):
        return _tar(folder, _unpack(folder, heard))


def _keyring() -> Path:
    """The distribution's own keys, as its package put them on this machine."""
    return Path(KEYRING.format(id=platform.freedesktop_os_release().get("ID", "debian")))


def _archives() -> tuple[Archive, ...]:
    """The distribution's own mirrors, from sources of either style; third parties are passed by."""
    code = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    asked = ["apt-get", "indextargets", "--format", FORMAT, "Created-By: Packages"]
    _, text = output(asked)
    lines = dict.fromkeys(line for line in text.splitlines() if "|" in line)
    split = [line.split("|") for line in lines]
    return tuple(
        Archive(uri, release.removeprefix(code))
        for uri, release in split
        if code and release in (code, f"{code}-updates", f"{code}-security")
    )


def _private_apt(folder: Path) -> Mapping[str, str]:
    for part in ("lists/partial", "archives/partial", "empty"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    (folder / "machine.sources").write_text(sources(_keyring()))
    architecture = output(["dpkg", "--print-architecture"])[1].strip()
    settings = {
        "Dir::State": folder,
        "Dir::State::Lists": folder / "lists",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder,
        "Dir::Cache::archives": folder / "archives",
        "Dir::Etc::sourcelist": folder / "machine.sources",
        "Dir::Etc::sourceparts": folder / "empty",
        "Dir::Etc::preferences": folder / "empty/none",
        "Dir::Etc::preferencesparts": folder / "empty",
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "true",
    }
    lines = [f'{key} "{value}";' for key, value in settings.items()]
    (folder / "apt.conf").write_text("\n".join(lines) + "\n")
    return {**os.environ, "APT_CONFIG": str(folder / "apt.conf"), "LC_ALL": "C"}


def sources(keyring: Path) -> str:
    """The machine's mirrors as deb822 entries for our suite."""
    entries = [
        f"Types: deb\nURIs: {a.uri}\nSuites: {suite()}{a.kind}\n"
        f"Components: main\nSigned-By: {keyring}\n"
        for a in _archives()
    ]
    return "\n".join(entries)


def _apt(environment: Mapping[str, str], heard: Callable[[str], None], *words: str) -> None:
    done = run(["apt-get", *words], environment=environment, heard=heard)
    if done.status != 0:
        errors = [line for line in done.tail if line.startswith(("E:", "Err:"))]
        raise NetworkError(
            f"apt could not fetch the base packages: {' / '.join(errors[-3:]) or 'see -vv'}",
            hint="look at the machine's apt sources and network, then run the command again",
        )


def _unpack(folder: Path, heard: Callable[[str], None]) -> Path:
    tree = folder / "tree"
    debs = sorted(folder.glob("archives/*.deb"), key=lambda p: (_order(p.name), p.name))
    for deb in debs:
        heard(f"unpacking {deb.name.split('_')[0]}")
        run(["dpkg-deb", "--extract", str(deb), str(tree)])
    for part in ("var/cache/bootstrap", "etc/apt/sources.list.d", "etc/apt/keyrings"):
        (tree / part).mkdir(parents=True, exist_ok=True)
    for deb in debs:
        deb.replace(tree / "var/cache/bootstrap" / deb.name)
    for empty in ("status", "available"):
        (tree / "var/lib/dpkg" / empty).write_text("")
    shutil.copy(_keyring(), tree / "etc/apt/keyrings")
    inside = sources(Path("/etc/apt/keyrings") / _keyring().name)
    (tree / "etc/apt/sources.list.d/machine.sources").write_text(inside)
    return tree


def _order(name: str) -> int:
    """base-files first: it holds the links that merge / and /usr."""
    return 0 if name.startswith("base-files_") else 1


def _tar(folder: Path, tree: Path) -> Path:
    path = folder / "tree.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(tree, ".", filter=_owned_by_root)
    shutil.rmtree(tree)
    return path


def _owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member
