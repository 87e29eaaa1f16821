"""Backups made up for tests."""

from datetime import datetime
from pathlib import Path

from thothctl.adapters.archive_file import ArchiveFiles
from thothctl.model.backup import (
    Cluster,
    Consistency,
    Head,
    Manifest,
    Part,
    PartKind,
    SavedImage,
    Stored,
    new_id,
)

ID = "20260102T030405Z-default-abcd"
KEY = b"age-encryption.org/v1 sealed"
HEAD = Head(ID, "uuid-1", "default", "2026-01-02T03:04:05+00:00", "aaaa:bbbb", sealed=True)
PARTS = {"settings.tar": b"s" * 100, "data.tar": bytes(range(1, 256)) * 9}


def part(name: str, stored: int = 0, digest: str = "0" * 64) -> Part:
    store = name.partition(".")[0].partition("/")[0]
    return Part(name, store, PartKind.TAR, 10, "0" * 64, stored, digest, {"files": 2})


def manifest_of(*parts: Part, head: Head = HEAD) -> Manifest:
    return Manifest(
        id=head.id,
        install=head.install,
        name=head.name,
        created=head.created,
        stack="thoth-ai",
        mode="production",
        release=3,
        thothctl_version="1.0.0",
        product_version="1.0.0",
        settings_version=1,
        database_revision="0004",
        architecture="x86_64",
        fingerprint=head.fingerprint,
        consistency=Consistency.ONE_POINT,
        write_pause_ms=120,
        duration_ms=2000,
        stores=("data",),
        full=True,
        images={"thoth-ai": SavedImage("thoth-ai:1", "sha256:1")},
        parts=parts,
        clusters={"postgres": Cluster(17, "17.4", "C.UTF-8", {"thoth": ("vector 0.8.0",)})},
        stored_as={"data": "sqlite"},
        remarks=("redis: append-only file on",),
        note="before the change",
    )


def written(
    path: Path, *, head: Head = HEAD, key: bytes | None = None, leave_out: str = ""
) -> Manifest:
    """A complete archive, or one without one of its parts."""
    with ArchiveFiles().create(path, head, key) as writer:
        parts = []
        for name, content in PARTS.items():
            with writer.add(f"parts/{name}.zst.age") as sink:
                sink.write(content)
            parts.append(part(name, sink.stored, sink.stored_sha256))
        manifest = manifest_of(*parts, head=head)
        writer.seal(manifest)
    if leave_out:
        _without(path, f"parts/{leave_out}.zst.age")
    return manifest


def _without(path: Path, member: str) -> None:
    """Take one member out of the file."""
    content = path.read_bytes()
    start = content.index(member.encode())
    size = int(content[start + 124 : start + 135], 8)
    end = start + 512 + size + -size % 512
    path.write_bytes(content[:start] + content[end:])


def stored(moment: datetime, *, verified: bool = False) -> Stored:
    head = Head(new_id(moment, "default", "abcd"), "uuid-1", "default", moment.isoformat(), "f")
    return Stored(head, manifest_of(head=head), "/x", 1, verified=moment if verified else None)
