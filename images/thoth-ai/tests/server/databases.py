"""Databases and bundles the tests import."""

import hashlib
import io
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

HOSTILE = 'we"ird; DROP TABLE "x"--'


def make(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def small(path: Path, rows: int = 3) -> Path:
    values = ", ".join(f"({number}, 'name {number}')" for number in range(rows))
    script = "CREATE TABLE animals (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    insert = f"INSERT INTO animals VALUES {values};"
    return make(path, script + insert)


def manifest(database: bytes, **changes: object) -> bytes:
    sha256 = hashlib.sha256(database).hexdigest()
    document = {"sha256": sha256, "bytes": len(database), "origin": "zoo.sqlite"}
    return json.dumps(document | changes).encode()


def bundle(database: bytes, *extra: tuple[str, bytes], **changes: object) -> bytes:
    members = (("manifest.json", manifest(database, **changes)), ("database.sqlite", database))
    return tar(*members, *extra)


def tar(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()
