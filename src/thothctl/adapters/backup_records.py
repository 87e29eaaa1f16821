"""What an install knows of its backups, and what of an install goes into them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from thothctl.adapters.archive_file import packed
from thothctl.adapters.files import append_durably, translated, write_durably
from thothctl.adapters.overdue_file import OVERDUE
from thothctl.errors import IntegrityError
from thothctl.model.backup_key import KeyRecord
from thothctl.model.schedule import Schedule, schedule_from_plain, schedule_to_plain
from thothctl.world import Clock, Installs

LOG, KEY, SCHEDULE = "backups.jsonl", "backup-key.json", "backup-schedule.json"
PRIVATE_FILE = 0o600
SECRETS, RELEASES = "secrets", "releases"
LEFT_OUT = (SECRETS, RELEASES, LOG, KEY, SCHEDULE, OVERDUE)


class BackupRecords:
    """Answers `world.BackupRecords`; files lie in the install's own folder."""

    def __init__(self, installs: Installs, clock: Clock) -> None:
        self._installs, self._clock = installs, clock

    def key(self, name: str) -> KeyRecord:
        path = self._installs.folder(name) / KEY
        with translated(f"read {path}"):
            text = path.read_text(encoding="utf-8") if path.is_file() else "{}"
        try:
            return KeyRecord(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise IntegrityError(
                f"{path} is damaged", hint="remove it, then `thothctl backup key set` again"
            ) from error

    def save_key(self, name: str, record: KeyRecord) -> None:
        path = self._installs.folder(name) / KEY
        write_durably(path, json.dumps(asdict(record)) + "\n", mode=PRIVATE_FILE)

    def events(self, name: str) -> tuple[Mapping[str, object], ...]:
        path = self._installs.folder(name) / LOG
        with translated(f"read {path}"):
            lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return tuple(event for line in lines if (event := _event(line)))

    def note(self, name: str, event: Mapping[str, object]) -> None:
        whole = {"at": self._clock.now().isoformat(timespec="seconds"), **event}
        append_durably(self._installs.folder(name) / LOG, json.dumps(whole))

    def schedule(self, name: str) -> Schedule | None:
        path = self._installs.folder(name) / SCHEDULE
        with translated(f"read {path}"):
            if not path.is_file():
                return None
            text = path.read_text(encoding="utf-8")
        try:
            return schedule_from_plain(json.loads(text))
        except (ValueError, TypeError, KeyError) as error:
            raise IntegrityError(
                f"{path} is damaged", hint="remove it, then `thothctl backup schedule set`"
            ) from error

    def save_schedule(self, name: str, schedule: Schedule | None) -> None:
        path = self._installs.folder(name) / SCHEDULE
        if schedule is None:
            with translated(f"remove {path}"):
                path.unlink(missing_ok=True)
            return
        write_durably(path, json.dumps(schedule_to_plain(schedule)) + "\n", mode=PRIVATE_FILE)

    def settings_tar(self, name: str, release: int) -> bytes:
        folder = self._installs.folder(name)
        found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
        own = [p for p in found if p.relative_to(folder).parts[0] not in LEFT_OUT]
        active = [p for p in found if p.is_relative_to(folder / RELEASES / str(release))]
        return self._packed(folder, [*own, *active])

    def secrets_tar(self, name: str) -> bytes:
        folder = self._installs.folder(name)
        names = self._installs.stored_secrets(name)
        return self._packed(folder, [folder / SECRETS / secret for secret in names])

    def _packed(self, folder: Path, paths: list[Path]) -> bytes:
        with translated(f"read {folder}"):
            files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        return packed(files, int(self._clock.now().timestamp()))


def _event(line: str) -> Mapping[str, object] | None:
    try:
        event = json.loads(line)
    except ValueError:  # cut off by a power failure
        return None
    return event if isinstance(event, dict) else None
