"""Receiving a database as one tar stream; only what is expected gets through."""

import hashlib
import hmac
import json
import re
import tarfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.importing import space
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.importing.staging import Staging
from thoth_ai.importing.tabular import converting

MANIFEST = "manifest.json"
DATABASE = "database.sqlite"
QUESTIONS = "questions.json"
DESCRIPTIONS = "descriptions.json"
TABLES = "tables.json"
CHUNK = 1024 * 1024
LIMITS = {
    MANIFEST: 64 * 1024,
    QUESTIONS: 64 * CHUNK,
    DESCRIPTIONS: 64 * CHUNK,
    TABLES: 16 * CHUNK,
}
TABLE = re.compile(r"tables/[^/\x00-\x1f.][^/\x00-\x1f]{0,199}\.(csv|tsv|parquet)")
DRAIN = 4 * CHUNK
LONGEST_ORIGIN = 200


@dataclass(frozen=True, slots=True)
class Received:
    """What arrived, verified against its manifest."""

    sha256: str
    origin: str
    database_id: str
    attended: bool = False
    """Its sender waits for what becomes of it, and hangs up only to have it stopped."""


def receive(stream: BinaryIO, staging: Staging, reporter: Progress) -> Received:
    """Write the members into the staging folder and verify the database."""
    digests: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                _admit(member, digests)
                digests[member.name] = _write(archive, member, staging, reporter)
    except (tarfile.TarError, EOFError) as error:
        raise _broken("The stream ended early or is not a tar archive.") from error
    received = _verified(digests, staging, reporter)
    if not received.attended:
        stream.read(DRAIN)  # the padding behind the end mark; the sender is to see no broken pipe
    return received


def _admit(member: tarfile.TarInfo, seen: dict[str, str]) -> None:
    """Names are compared, never joined to a path, and only plain files pass."""
    known = member.name in LIMITS or _is_data(member.name, seen)
    if not known or member.name in seen:
        raise _refused(f"The bundle has the member {member.name!r}, which is not expected.")
    if not member.isreg() or member.issparse():
        raise _refused(f"The member {member.name} is not a plain file.")
    if member.size > LIMITS.get(member.name, member.size):
        raise _refused(f"The member {member.name} is larger than {LIMITS[member.name]:,} bytes.")


def _is_data(name: str, seen: Collection[str]) -> bool:
    """A file of rows is called as its table, without a slash; one bundle has them or a database."""
    if name == DATABASE:
        return not any(TABLE.fullmatch(one) for one in seen)
    return TABLE.fullmatch(name) is not None and DATABASE not in seen


def _write(
    archive: tarfile.TarFile, member: tarfile.TarInfo, staging: Staging, reporter: Progress
) -> str:
    source = archive.extractfile(member)
    if source is None:
        raise _refused(f"The member {member.name} has no content.")
    space.require(staging.folder, member.size)
    shown = reporter if member.name not in LIMITS else None
    target_path = staging.folder / member.name
    target_path.parent.mkdir(mode=0o700, exist_ok=True)
    with space.told(), target_path.open("xb") as target:
        return _copy(source, target, member.size, shown)


def _copy(source: IO[bytes], target: BinaryIO, size: int, reporter: Progress | None) -> str:
    digest = hashlib.sha256()
    done = 0
    while chunk := source.read(CHUNK):
        target.write(chunk)
        digest.update(chunk)
        done += len(chunk)
        if reporter:
            reporter.progress(Phase.RECEIVE, done, size, "bytes")
    if done != size:
        raise _broken("The stream ended early.")
    return digest.hexdigest()


def _verified(digests: dict[str, str], staging: Staging, reporter: Progress) -> Received:
    tables = {name: digest for name, digest in digests.items() if TABLE.fullmatch(name)}
    needed = (MANIFEST,) if tables else (MANIFEST, DATABASE)
    missing = [name for name in needed if name not in digests]
    if missing:
        raise _broken(f"The bundle has no {' and no '.join(missing)}.")
    manifest = _manifest(staging.folder / MANIFEST)
    if tables:
        if manifest.get("tables") != tables:
            raise _broken("The files and their checksums are not those of the manifest.")
        converting.convert(staging.folder / "tables", staging.database, reporter)
        return _received(manifest, "")
    if manifest.get("bytes") != staging.database.stat().st_size:
        raise _broken("The database's size is not the one in the manifest.")
    if not hmac.compare_digest(str(manifest.get("sha256")).encode(), digests[DATABASE].encode()):
        raise _broken("The database's checksum is not the one in the manifest.")
    return _received(manifest, digests[DATABASE])


def _received(manifest: dict[str, object], sha256: str) -> Received:
    return Received(
        sha256,
        origin=str(manifest.get("origin") or "")[:LONGEST_ORIGIN],
        database_id=str(manifest.get("db_id") or "") if sha256 else "",
        attended=manifest.get("attended") is True,
    )


def _manifest(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _refused("The manifest is not JSON.") from error
    if not isinstance(document, dict):
        raise _refused("The manifest is not a JSON object.")
    return document


def _refused(message: str) -> ServerError:
    return ServerError(
        message,
        hint="Let thothctl import-bird make the bundle.",
        code="bundle_refused",
        exit_code=ExitCode.INVALID_INPUT,
    )


def _broken(message: str) -> ServerError:
    return ServerError(
        message,
        hint="Import again; if it happens twice, check the disk and the connection.",
        code="not_verified",
        exit_code=ExitCode.NOT_VERIFIED,
    )
