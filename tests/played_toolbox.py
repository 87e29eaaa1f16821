"""A toolbox that packs nothing and says what it is told to, so that archives are plain bytes."""

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from thothctl.adapters.archive_file import ArchiveFiles
from thothctl.model.backup import Consistency, Head, Manifest, Part, PartKind, SavedImage
from thothctl.model.install import Install, Release
from thothctl.world.backups import Ended, Program

FREE = 10**12
COUNTS = {"files": 3, "db.sqlite3#question": 5}
FINGERPRINT = "aaaa:bbbb:cccc:dddd"


class PlayedToolbox:
    """Answers `world.Toolbox`; `broken` is the program that fails."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.broken = ""
        self.status = 1
        self.counted = dict(COUNTS)

    def run(
        self,
        program: Program,
        *,
        feed: Program | Iterable[bytes] | None = None,
        into: Callable[[bytes], object] | None = None,
        heard: Callable[[str], None] = lambda _: None,
    ) -> Ended:
        words = list(program.argv)
        self.calls.append(words[words.index("--") + 1] if "--" in words else words[0])
        digest, size = sha256(), 0
        for chunk in feed if isinstance(feed, Iterable) else ():
            digest.update(chunk)
            size += len(chunk)
        heard(json.dumps({"bytes": size, "sha256": digest.hexdigest()}))
        if self.broken and self.broken in words:
            return Ended(self.status, ("it will not",))
        if into is not None:
            into(self._said(words))
        return Ended(0)

    def clear(self, install: str) -> None:
        self.calls.append("clear")

    def _said(self, words: list[str]) -> bytes:
        if words[0] == "df":
            return f"Avail\n{FREE}\n".encode()
        if {"thoth-tree", "thoth-fill"} & set(words):
            rows = {name: n for name, n in self.counted.items() if name != "files"}
            return json.dumps({"files": self.counted["files"], "rows": rows}).encode()
        return b""


def backup_of(
    install: Install,
    release: Release,
    path: Path,
    content: bytes = b"x" * 999,
    key: tuple[str, bytes] | None = None,
) -> Manifest:
    """An archive of a standalone install whose packed part is the plain one.

    A `key` is the fingerprint of the identity that lies in it, sealed.
    """
    digest = sha256(content).hexdigest()
    part = Part(
        "data.tar", "data", PartKind.TAR, len(content), digest, len(content), digest, COUNTS
    )
    backup = f"20260101T000000Z-{install.name}-abcd"
    created = "2026-01-01T00:00:00+00:00"
    mark, sealed = key or (FINGERPRINT, None)
    head = Head(backup, install.uuid, install.name, created, mark, sealed=key is not None)
    manifest = Manifest(
        id=backup,
        install=install.uuid,
        name=install.name,
        created=created,
        stack=install.stack,
        mode="standalone",
        release=release.number,
        thothctl_version="1.0.0",
        product_version="1.0.0",
        settings_version=1,
        database_revision="",
        architecture="x86_64",
        fingerprint=mark,
        consistency=Consistency.ONE_POINT,
        write_pause_ms=1,
        duration_ms=1,
        stores=("data",),
        full=True,
        images={"thoth-ai": SavedImage("thoth-ai:1", "sha256:1")},
        parts=(part,),
        stored_as={"data": "sqlite"},
    )
    with ArchiveFiles().create(path, head, sealed) as writer:
        with writer.add(part.member) as sink:
            sink.write(content)
        writer.seal(manifest)
    return manifest
