"""Clock, chance and the machine itself."""

import os
import platform
import secrets
import shutil
import stat
import string
import sys
import time
import uuid
import webbrowser
from datetime import UTC, datetime
from pathlib import Path

from thothctl.adapters import daemon, network
from thothctl.model.inspected import DaemonSettings, Permissions
from thothctl.model.observed import Route
from thothctl.model.secret import Secret
from thothctl.model.secret_spec import SecretSpec

UNMISTAKABLE = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1Il")


class SystemClock:
    """Answers `world.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)


class SystemEntropy:
    """Answers `world.Entropy` from the operating system's source."""

    def uuid(self) -> str:
        return str(uuid.uuid4())

    def suffix(self) -> str:
        return secrets.token_hex(2)

    def salt(self) -> bytes:
        return secrets.token_bytes(16)

    def secret(self, spec: SecretSpec) -> Secret:
        if spec.readable:
            return Secret("".join(secrets.choice(UNMISTAKABLE) for _ in range(spec.length)))
        return Secret(secrets.token_urlsafe(spec.length))


class SystemHost:
    """Answers `world.Host`."""

    def __init__(self, socket_file: Path | None) -> None:
        self._socket = socket_file

    def cpus(self) -> int:
        return os.cpu_count() or 1

    def memory(self) -> int:
        if not hasattr(os, "sysconf"):
            return 0
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

    def free_bytes(self, path: Path) -> int | None:
        """Free space for this user at the nearest existing parent; None when it cannot be seen."""
        return found[0] if (found := _disk(path)) else None

    def size_bytes(self, path: Path) -> int | None:
        return found[1] if (found := _disk(path)) else None

    def architecture(self) -> str:
        return platform.machine()

    def socket_path(self) -> Path | None:
        return self._socket

    def socket_writable(self) -> bool | None:
        """None when there is no socket file to look at."""
        if self._socket is None or not self._socket.exists():
            return None
        return os.access(self._socket, os.R_OK | os.W_OK)

    def compose_is_snap(self) -> bool:
        found = shutil.which("docker")
        return bool(found) and "/snap/" in str(Path(found).resolve()) if found else False

    def port_is_free(self, address: str, port: int) -> bool:
        return network.can_bind(address, port)

    def has_address(self, address: str) -> bool:
        return network.can_bind(address, 0)

    def unprivileged_port(self) -> int:
        return network.unprivileged_port()

    def routes(self) -> tuple[Route, ...]:
        return network.routes()

    def port_owner(self, port: int) -> str:
        """Name and pid of the listening process, as far as this user may see; else empty."""
        return network.owner(port)

    def is_root(self) -> bool:
        return hasattr(os, "geteuid") and os.geteuid() == 0

    def permissions(self, path: Path) -> Permissions | None:
        if os.name != "posix":
            return None
        try:
            found = path.lstat()
        except OSError:
            return None
        mine = found.st_uid == os.geteuid()
        return Permissions(stat.S_IMODE(found.st_mode), mine, stat.S_ISLNK(found.st_mode))

    def files(self, folder: Path) -> tuple[Path, ...]:
        try:
            return tuple(sorted(path for path in folder.iterdir() if path.is_file()))
        except OSError:
            return ()

    def file_size(self, path: Path) -> int | None:
        try:
            return path.stat().st_size
        except OSError:
            return None

    def daemon_settings(self) -> DaemonSettings:
        return daemon.settings()

    def has_terminal(self) -> bool:
        return sys.stdin.isatty() and sys.stdout.isatty()

    def open_page(self, url: str) -> bool:
        shown = os.name != "posix" or platform.system() == "Darwin"
        if not (shown or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            return False
        return webbrowser.open(url)


def _disk(path: Path) -> tuple[int, int] | None:
    """Free space and size of the disk of the nearest existing parent."""
    for place in (path, *path.parents):
        try:
            found = shutil.disk_usage(place)
        except FileNotFoundError:
            continue
        except OSError:
            return None
        return found.free, found.total
    return None
