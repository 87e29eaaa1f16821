"""Repositories within reach of the toolbox: a folder of this machine, or a place on another."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from thothctl.adapters.files import PRIVATE, translated
from thothctl.adapters.places import Credentials, described, is_remote
from thothctl.world.backups import Mount
from thothctl.world.repositories import KEY, Reach

HERE, THERE = "/repository", "/from"
PLACE, FROM = "/run/secrets/place", "/run/secrets/from"
NETWORK = "host"
"""An address means what it means to this machine."""
THROUGH = ("thoth-place", "with")


class OwnRepositories:
    """Answers `world.Repositories`."""

    def __init__(self, home: Path, credentials: Callable[[str], Credentials]) -> None:
        self._home, self._credentials = home, credentials

    @contextmanager
    def reached(self, target: str, install: str, key: Path, *, beside: str = "") -> Iterator[Reach]:
        mounts = [Mount(str(key), KEY)]
        places = [(target, "place", PLACE, HERE)]
        places += [(beside, "from", FROM, THERE)] if beside else []
        with ExitStack() as stack:
            for address, name, file, folder in places:
                if is_remote(address):
                    reach = described(
                        self._home,
                        address,
                        self._credentials(install),
                        name=name,
                        repository=repository_of(install),
                    )
                    mounts.append(Mount(str(stack.enter_context(reach)), file))
                else:
                    own = folder_of(address, install)
                    mounts.append(Mount(str(own), folder, writable=True))
            remote = any(is_remote(address) for address, *_ in places)
            yield Reach(tuple(mounts), NETWORK, THROUGH) if remote else Reach(tuple(mounts))

    def unsettled(self, target: str, install: str) -> bool:
        if is_remote(target):
            return True
        folder = Path(target) / repository_of(install)
        with translated(f"look at {folder}"):
            locks = folder / "locks"
            return not (folder / "config").is_file() or (locks.is_dir() and any(locks.iterdir()))


def repository_of(install: str) -> str:
    """The name of an install's repository in any place."""
    return f"{install}.repository"


def folder_of(address: str, install: str) -> Path:
    """Where it lies on this machine; there from now on."""
    folder = Path(address) / repository_of(install)
    with translated(f"create {folder}"):
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    return folder
