"""One backup of a container that has all its data in one folder."""

import hashlib
import json
import os
import platform
import secrets
import sqlite3
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from thoth_ai import secret_files, version
from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.keeping import point
from thoth_ai.keeping.archive import Archive, Producer, failed, tar_of_files, tar_of_folder

FORMAT, STACK, STORE, NAME = "thoth-backup/1", "thoth-ai", "data", "container"
KEY = "backup_key"
KEPT = (secret_files.SECRET_KEY, secret_files.ADMIN_PASSWORD, secret_files.API_TOKEN, KEY)
SETTINGS = "mode: standalone\ndemo: false\nadmin_email: {email}\n"


@dataclass(frozen=True, slots=True)
class Order:
    """What is saved, for whom, and where the file goes; `revision` is the database's."""

    data: Path
    folder: Path
    recipient: str
    installation: str
    revision: str
    email: str


def own_recipient(data: Path) -> str:
    """Return the public key of the folder's own private key, which is made at the first backup."""
    path = secret_files.folder(data) / KEY
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = _said(["/usr/bin/age-keygen"])
        line = next(one for one in made.splitlines() if one.startswith("AGE-SECRET-KEY-"))
        secret_files.keep(data, KEY, line + "\n")
    return _said(["/usr/bin/age-keygen", "-y", str(path)]).strip()


def make(order: Order) -> dict[str, object]:
    """Write the backup aside and give it its name; returns what a person wants to know."""
    now = datetime.now(UTC)
    backup = f"{now:%Y%m%dT%H%M%SZ}-{NAME}-{secrets.token_hex(2)}"
    order.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside, path = order.folder / f".{backup}", order.folder / f"{backup}.thoth-backup"
    try:
        counts = _written(order, aside, backup, now)
        aside.rename(path)
    except (OSError, sqlite3.Error) as error:
        raise failed(f"The backup could not be written: {error}.") from error
    finally:
        aside.unlink(missing_ok=True)
    told = {"id": backup, "file": str(path), "size": path.stat().st_size}
    return {**told, "fingerprint": _fingerprint(order.recipient), "counts": counts}


def _written(order: Order, aside: Path, backup: str, now: datetime) -> dict[str, int]:
    """Everything, and that it is durable; returns what was counted."""
    with point.taken(order.data) as held, aside.open("w+b") as stream:
        aside.chmod(0o600)
        counts = point.counted(held)
        archive = Archive(stream, int(now.timestamp()))
        head = _head(order, backup, now)
        archive.document("thoth-backup.json", head)
        parts = [_part(archive, order, *one) for one in _streams(order, held)]
        parts[-1]["counts"] = counts
        took = round((datetime.now(UTC) - now).total_seconds() * 1000)
        archive.seal({**head, **_manifest(order), "duration_ms": took, "parts": parts})
        stream.flush()
        os.fsync(stream.fileno())
    return counts


def _streams(order: Order, held: Path) -> list[tuple[str, str, Producer]]:
    settings = {"settings.yaml": SETTINGS.format(email=json.dumps(order.email)).encode()}
    found = {name: _secret(order.data, name) for name in KEPT}
    kept = {f"secrets/{name}": value.encode() for name, value in found.items() if value}
    return [
        ("settings.tar", "settings", tar_of_files(settings)),
        ("secrets.tar", "secrets", tar_of_files(kept)),
        (f"{STORE}.tar", STORE, tar_of_folder(held)),
    ]


def _secret(data: Path, name: str) -> str:
    """What the container runs with, wherever it has it from."""
    from thoth_ai import environment  # noqa: PLC0415 - it reads files named by variables

    return environment.text(name.upper()) or secret_files.read(data, name)


def _part(
    archive: Archive, order: Order, name: str, store: str, produce: Producer
) -> dict[str, object]:
    packed = archive.part(f"parts/{name}.zst.age", order.recipient, produce)
    return {"name": name, "store": store, "kind": "tar", **asdict(packed), "counts": {}}


def _head(order: Order, backup: str, now: datetime) -> dict[str, object]:
    return {
        "id": backup,
        "install": order.installation,
        "name": NAME,
        "created": now.isoformat(timespec="seconds"),
        "fingerprint": _fingerprint(order.recipient),
        "sealed": False,
        "format": FORMAT,
    }


def _manifest(order: Order) -> Mapping[str, object]:
    build = version.current()
    return {
        "stack": STACK,
        "mode": "standalone",
        "release": 0,
        "thothctl_version": build.version,
        "product_version": build.version,
        "settings_version": 1,
        "database_revision": order.revision,
        "architecture": platform.machine(),
        "consistency": "one-point",
        "write_pause_ms": 0,
        "stores": [STORE],
        "full": True,
        "images": {},
        "clusters": {},
        "stored_as": {STORE: "sqlite"},
        "sizes": {},
        "remarks": ["made inside the container"],
        "note": "",
        "engine": "archive",
    }


def _fingerprint(recipient: str) -> str:
    digest = hashlib.sha256(recipient.encode()).hexdigest()
    return ":".join(digest[n : n + 4] for n in range(0, 16, 4))


def _said(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        raise ServerError(
            f"The key of the backups cannot be used: {done.stderr.strip()}",
            hint="Look at the file backup_key among the secrets, or give --recipient.",
            code="backup_failed",
            exit_code=ExitCode.BACKUP_FAILED,
        )
    return done.stdout
