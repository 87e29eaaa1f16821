"""The machine thothctl runs on: locks, time, chance, files and the engine's own process."""

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from thothctl.model.inspected import DaemonSettings, Permissions
from thothctl.model.observed import Route
from thothctl.model.secret import Secret
from thothctl.model.secret_spec import SecretSpec


class Locks(Protocol):
    """One lock an install, held by the kernel: it dies with the process."""

    def hold(self, install: str, command: str) -> AbstractContextManager[None]: ...
    def holder(self, install: str) -> str:
        """Who holds it, told from the note; empty when nobody does."""


class Clock(Protocol):
    """Time that can be faked."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def pause(self, seconds: float) -> None: ...


class Entropy(Protocol):
    """Randomness that can be faked."""

    def uuid(self) -> str: ...
    def suffix(self) -> str: ...
    def salt(self) -> bytes: ...
    def secret(self, spec: SecretSpec) -> Secret: ...


class Host(Protocol):
    """The machine thothctl runs on."""

    def cpus(self) -> int: ...
    def memory(self) -> int: ...
    def free_bytes(self, path: Path) -> int | None:
        """Free space for this user at the nearest existing parent; None when it cannot be seen."""

    def size_bytes(self, path: Path) -> int | None:
        """Size of the disk there; None when it cannot be seen."""

    def architecture(self) -> str: ...
    def socket_path(self) -> Path | None: ...
    def socket_writable(self) -> bool | None: ...
    def compose_is_snap(self) -> bool: ...
    def port_is_free(self, address: str, port: int) -> bool: ...
    def has_address(self, address: str) -> bool:
        """It can be listened on: it is this machine's, and its family is switched on."""

    def unprivileged_port(self) -> int:
        """The lowest port that a program without rights may open."""

    def routes(self) -> tuple[Route, ...]:
        """IPv4 ranges that this machine reaches by itself; none where that cannot be seen."""

    def port_owner(self, port: int) -> str: ...
    def open_page(self, url: str) -> bool: ...
    def is_root(self) -> bool: ...
    def permissions(self, path: Path) -> Permissions | None:
        """None where there is nothing, or no such thing on this platform."""

    def files(self, folder: Path) -> tuple[Path, ...]: ...
    def file_size(self, path: Path) -> int | None: ...
    def daemon_settings(self) -> DaemonSettings:
        """How the engine on this machine was started, as far as this user may see."""

    def has_terminal(self) -> bool:
        """Keys and screen of a person are on standard input and output."""
