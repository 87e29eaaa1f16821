"""The stand-in's database: how it is reached, and its migrations up and down."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a small name

PATIENCE = 30


@dataclass(frozen=True)
class Migration:
    """One change of the database; without `down` there is no way back."""

    name: str
    up: str
    down: str | None


FIRST = """
CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL);
CREATE TABLE vectors (id int PRIMARY KEY, place vector(3) NOT NULL);
INSERT INTO entries (text) SELECT 'entry ' || n FROM generate_series(1, 1000) AS n;
INSERT INTO vectors SELECT n, ARRAY[n, n * 2, n * 3]::vector FROM generate_series(1, 100) AS n;
"""
MIGRATIONS = (
    Migration("0001", FIRST, "DROP TABLE entries; DROP TABLE vectors;"),
    Migration(
        "0002",
        "ALTER TABLE entries ADD COLUMN kind text NOT NULL DEFAULT 'plain';",
        "ALTER TABLE entries DROP COLUMN kind;",
    ),
    Migration("0003", "ALTER TABLE entries DROP COLUMN kind; CREATE TABLE kinds (id int);", None),
    Migration("0004", "SELECT pg_sleep(86400);", None),
)


def connect(user: str) -> Connection:
    """Wait for the database and sign in; the password is a file's."""
    password = Path(os.environ["POSTGRES_PASSWORD_FILE"]).read_text(encoding="utf-8").strip()
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return psycopg2.connect(
                host=os.environ["POSTGRES_HOST"],
                dbname=os.environ.get("POSTGRES_DB", "thoth"),
                user=user,
                password=password,
                connect_timeout=5,
            )
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def revision(held: Connection) -> str:
    """The newest migration that was applied; empty before the first."""
    with held, held.cursor() as cursor:
        cursor.execute("SELECT to_regclass('migrations')")
        if cursor.fetchone() == (None,):
            return ""
        cursor.execute("SELECT max(name) FROM migrations")
        return str((cursor.fetchone() or ("",))[0] or "")


def counted() -> int:
    """Every row, read as the application reads it."""
    with connect("thoth_app") as held, held.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM entries")
        return int((cursor.fetchone() or (0,))[0])


def plan(now: str, target: str) -> dict[str, object]:
    """What lies between two states: names, and whether there is a way back down."""
    if target >= now:
        chosen = [m for m in MIGRATIONS if now < m.name <= target]
    else:
        chosen = [m for m in reversed(MIGRATIONS) if target < m.name <= now]
    return {
        "revision": now,
        "target": target,
        "direction": "up" if target >= now else "down",
        "names": [m.name for m in chosen],
        "irreversible": [m.name for m in chosen if m.down is None],
        "reversible": all(m.down is not None for m in chosen),
    }


def migrate(held: Connection, target: str, say: Callable[[str], None]) -> None:
    """Bring the database to a state, each migration in a transaction of its own."""
    with held, held.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)")
    known = {migration.name: migration for migration in MIGRATIONS}
    steps = plan(revision(held), target)
    for name in steps["names"]:  # type: ignore[attr-defined]  # made above
        migration, up = known[name], steps["direction"] == "up"
        say(f"{'applying' if up else 'taking back'} {name}")
        with held, held.cursor() as cursor:
            cursor.execute(migration.up if up else str(migration.down))
            words = (
                "INSERT INTO migrations VALUES (%s)"
                if up
                else ("DELETE FROM migrations WHERE name = %s")
            )
            cursor.execute(words, (name,))
