"""Secrets the server makes for itself, each a file only it can read."""

import os
import secrets
import tempfile
from pathlib import Path

SECRET_KEY = "django_secret_key"  # noqa: S105 - the name of a file
ADMIN_PASSWORD = "admin_password"  # noqa: S105 - the name of a file
API_TOKEN = "api_token"  # noqa: S105 - the name of a file
UNFINISHED = ".new-"


def folder(data: Path) -> Path:
    """Return where generated secrets lie."""
    return data / "secrets"


def read(data: Path, name: str) -> str:
    """Return a generated secret, empty if there is none."""
    try:
        return (folder(data) / name).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def ensure(data: Path, name: str) -> Path | None:
    """Generate a secret that is missing; return its path if it is new."""
    path = folder(data) / name
    if path.exists():
        return None
    folder(data).mkdir(mode=0o700, parents=True, exist_ok=True)
    _publish(path, secrets.token_urlsafe(32) + "\n")
    return path


def keep(data: Path, name: str, content: str) -> None:
    """Write a secret that was made elsewhere, unless there is one."""
    _publish(folder(data) / name, content)


def sweep(data: Path) -> None:
    """Remove what a killed start had half written."""
    for path in folder(data).glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)


def _publish(path: Path, content: str) -> None:
    """Write whole or not at all; whoever links the name first wins."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o600)
        if not path.exists():
            Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
