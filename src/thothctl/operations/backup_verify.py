"""Proves a backup: every byte is the one that was written, and it opens."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from thothctl.errors import IntegrityError
from thothctl.model.backup import Part, PartKind
from thothctl.model.event import Progress
from thothctl.world import World
from thothctl.world.backups import NOBODY, Archive, Mount, Task

IDENTITY = "/run/secrets/backup_key"
LISTED: dict[PartKind, tuple[str, ...]] = {PartKind.DUMP: ("pg_restore", "--list")}
READ: dict[PartKind, tuple[str, ...]] = {
    PartKind.DUMP: ("pg_restore", "--file=/dev/null"),
    PartKind.TAR: ("tar", "--list", "--file=-"),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found out about one part; an empty `problem` means that it is good."""

    part: str
    problem: str = ""


def verify(
    world: World, archive: Archive, identity: Path | None, *, deep: bool
) -> tuple[Proof, ...]:
    """Hash every part; with a key, open the dumps, and when `deep` read every part to its end."""
    return tuple(
        Proof(part.name, _problem(world, archive, part, identity, deep=deep))
        for part in archive.manifest.parts
    )


def refuse_broken(archive: Archive, proofs: tuple[Proof, ...]) -> None:
    """Raise IntegrityError when something was found."""
    if bad := [proof for proof in proofs if proof.problem]:
        raise IntegrityError(
            f"{archive.head.id} is damaged: {bad[0].part} {bad[0].problem}"
            + (f", and {len(bad) - 1} more parts" if len(bad) > 1 else ""),
            hint="keep it for what is good in it, and run `thothctl backup create`",
        )


def _problem(
    world: World, archive: Archive, part: Part, identity: Path | None, *, deep: bool
) -> str:
    reader = (READ if deep else LISTED).get(part.kind, ())
    opened = identity is not None and (deep or part.kind in LISTED)
    watch = Watch(world, part)
    try:
        if identity is not None and opened:
            return _opened(world, archive, part, watch, (identity, reader))
        for chunk in archive.read(part, identity):
            watch.saw(chunk)
    except IntegrityError as error:
        return error.message
    return watch.verdict


def _opened(
    world: World,
    archive: Archive,
    part: Part,
    watch: "Watch",
    how: tuple[Path, tuple[str, ...]],
) -> str:
    """Decrypt and decompress it in the toolbox, and let a program read what comes out."""
    identity, reader = how
    words = ("thoth-unpack", IDENTITY, "--", *(reader or ("true",)))
    task = Task(NOBODY, archive.head.id, words, (Mount(str(identity), IDENTITY),))
    packed = watch.through(archive, identity)
    ended = world.toolbox.run(task, feed=packed, heard=watch.hear)
    if watch.verdict:
        return watch.verdict
    if not ended.good:
        return f"cannot be read: {ended.said}"
    whole = part.is_plain(watch.plain)
    return "" if whole else "is not what was packed"


class Watch:
    """Hashes the packed bytes on their way, and hears of the plain ones."""

    def __init__(self, world: World, part: Part) -> None:
        self._world, self._part = world, part
        self._digest, self._seen = hashlib.sha256(), 0
        self.plain = ""

    def through(self, archive: Archive, identity: Path) -> Iterator[bytes]:
        for chunk in archive.read(self._part, identity):
            self.saw(chunk)
            yield chunk

    def saw(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self._seen += len(chunk)
        self._world.report(
            Progress(self._part.name, "checked", self._seen, self._part.stored, "bytes")
        )

    def hear(self, line: str) -> None:
        with suppress(ValueError):
            news = json.loads(line)
            self.plain = str(news.get("sha256", ""))

    @property
    def verdict(self) -> str:
        """What its packed bytes are, once they were all seen."""
        good = self._part.is_stored(self._digest.hexdigest())
        return "" if good else "is not what was written"
