"""Parts of backups that are in no file of this machine: in a repository, or in another place."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from thothctl.adapters.files import translated
from thothctl.adapters.places import Credentials, described, is_remote
from thothctl.adapters.repositories import NETWORK, PLACE
from thothctl.errors import AnswerMissingError, BackupFailedError, IntegrityError
from thothctl.model.backup import Head, Part
from thothctl.world.backups import NOBODY, Ended, Mount, Task, Toolbox
from thothctl.world.repositories import LOCKED, Repositories, refuse

ORIGIN = ".origin"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Streams them through the toolbox; `credentials` are asked by the label of an install."""

    home: Path
    toolbox: Callable[[], Toolbox]
    repositories: Callable[[], Repositories]
    credentials: Callable[[str], Credentials]

    def snapshot(self, path: Path, head: Head, part: Part, key: Path | None) -> Iterator[bytes]:
        """A part out of the repository beside the archive."""
        if key is None:
            raise AnswerMissingError(
                f"{part.name} is in a repository, and nobody gave its key",
                hint="give --identity-file with the private key of the recovery sheet",
            )
        target = origin_of(path)
        if not is_remote(target) and not (Path(target) / f"{head.install}.repository").is_dir():
            raise IntegrityError(
                f"the repository of {head.id} is not beside it in {target}",
                hint="give the backup where it was made, or copy it with `thothctl backup copy`",
            )
        with self.repositories().reached(target, head.install, key) as reach:
            task = reach.task(NOBODY, head.id, ("dump", part.snapshot, part.name))
            yield from self._all(task, f"{part.name} cannot be read")

    def piece(self, path: Path, head: Head, start: int, size: int) -> Iterator[bytes]:
        """Some bytes of an archive on another machine."""
        target, name = origin_of(path), path.name
        credentials = self.credentials(head.install)
        with described(self.home, target, credentials) as place:
            words = ("thoth-place", "get", name, str(start), str(size))
            task = Task(NOBODY, head.id, words, (Mount(str(place), PLACE),), NETWORK)
            yield from self._all(task, f"{head.id} cannot be read")

    def _all(self, task: Task, what: str) -> Iterator[bytes]:
        yield from self.toolbox().stream(task, lambda ended: _refuse(ended, what))


def _refuse(ended: Ended, what: str) -> None:
    """A place that answers, and gives something else than was kept there, is damaged."""
    try:
        refuse(ended, what)
    except BackupFailedError as error:
        if ended.status == LOCKED:
            raise
        raise IntegrityError(
            error.message, hint="take another backup: see `thothctl backup list`"
        ) from error


def origin_of(path: Path) -> str:
    """The address of the place that an archive, or what was fetched of it, lies in."""
    note = path.with_name(path.name + ORIGIN)
    with translated(f"read {note}"):
        if note.is_file():
            return str(json.loads(note.read_text(encoding="utf-8"))["target"])
    return str(path.parent)
