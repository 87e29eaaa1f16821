"""Databases of the shapes people have: clean, dirty and hazardous; the same ones every time."""

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SCHEMA = """
    CREATE TABLE schools (cds TEXT PRIMARY KEY, name TEXT NOT NULL, county TEXT, opened DATE,
        latitude REAL, charter BOOLEAN, pupils INTEGER);
    CREATE TABLE scores (id INTEGER PRIMARY KEY AUTOINCREMENT, cds TEXT REFERENCES schools(cds),
        "Percent (%) Eligible" REAL, reading INTEGER, taken DATETIME, grade TEXT);
    CREATE TABLE "Order Details" ("Order ID" INTEGER, line INTEGER, price DECIMAL(10,2),
        quantity INTEGER, note VARCHAR(30), PRIMARY KEY ("Order ID", line)) WITHOUT ROWID;
    CREATE TABLE readings (id INTEGER PRIMARY KEY, sensor INTEGER, at INTEGER, value REAL,
        raw REAL);
    CREATE TABLE documents (id INTEGER PRIMARY KEY, title TEXT, body TEXT, picture BLOB);
    CREATE TABLE events (name TEXT, payload);
    CREATE INDEX by_county ON schools (county);
    CREATE INDEX by_sensor ON readings (sensor, at DESC);
"""
SHARES = {
    "schools": 0.05, "scores": 0.25, "Order Details": 0.25, "readings": 0.25, "documents": 0.1,
    "events": 0.1,
}  # fmt: skip
DIRT: dict[tuple[str, str], Sequence[object]] = {
    ("schools", "opened"): ("2019-02-30", "12/31/2020", ""),
    ("schools", "charter"): ("N", "yes"),
    ("schools", "latitude"): ("N/A", b"\0\1"),
    ("schools", "county"): ("nul\0inside", b"\xff\xfe"),
    ("scores", "reading"): ("N/A", 1.5, b"\0"),
    ("scores", "taken"): ("2020-01-01T00:00:00", "yesterday", 5),
    ("Order Details", "price"): ("12,50", b"\1"),
    ("readings", "value"): ("nan?", ""),
    ("documents", "body"): (b"\0\1\2", "a\0b"),
    ("documents", "picture"): ("no picture", 7),
}
EVERY = 1_000
Row = tuple[object, ...]


@dataclass(frozen=True)
class Made:
    """A generated file: how many rows there are, and how many values that do not fit."""

    path: Path
    rows: int
    dirt: int


def clean(path: Path, rows: int, seed: int = 1) -> Made:
    """Make a file in which every value is of its column's type."""
    return _make(path, rows, random.Random(seed), dirty=False)


def dirty(path: Path, rows: int, seed: int = 1) -> Made:
    """Make the same with one value in a thousand of some columns that is not."""
    return _make(path, rows, random.Random(seed), dirty=True)


_NEXT = {
    "schools": "printf('%014d', cds + :by), name, county, opened, latitude, charter, pupils",
    "scores": 'id + :by, cds, "Percent (%) Eligible", reading, taken, grade',
    "Order Details": '"Order ID" + :by, line, price, quantity, note',
    "readings": "id + :by, sensor, at, value, raw",
    "documents": "id + :by, title, body, picture",
    "events": "name, payload",
}


def repeated(made: Made, path: Path, times: int) -> Made:
    """Make a file with the rows of another so many times, under keys that go on."""
    shutil.copy(made.path, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("ATTACH ? AS once", (str(made.path),))
        for table, columns in _NEXT.items():
            for number in range(1, times):
                text = f'INSERT INTO main."{table}" SELECT {columns} FROM once."{table}"'
                connection.execute(text, {"by": number * made.rows} if ":by" in columns else {})
        connection.commit()
    return Made(path, made.rows * times, made.dirt * times)


def _make(path: Path, rows: int, chance: random.Random, *, dirty: bool) -> Made:
    path.unlink(missing_ok=True)
    dirt = made = 0
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.executescript(SCHEMA)
        for table, share in SHARES.items():
            count = int(rows * share)
            marks = ", ".join("?" * len(next(_rows(table, 1, 1, random.Random()))))
            statement = f'INSERT INTO "{table}" VALUES ({marks})'
            connection.executemany(statement, _rows(table, count, int(rows * 0.05), chance))
            made += count
            if dirty:
                dirt += _spoil(connection, table, count)
        connection.commit()
    return Made(path, made, dirt)


def _spoil(connection: sqlite3.Connection, table: str, rows: int) -> int:
    """Put misfits where a column's affinity leaves them as they are."""
    done = 0
    for (of, column), values in DIRT.items():
        if of != table:
            continue
        key = '"Order ID"' if table == "Order Details" else "rowid"
        places = range(EVERY // 2 + len(column), rows, EVERY)
        for number, place in enumerate(places):
            value = values[number % len(values)]
            statement = f'UPDATE "{table}" SET "{column}" = ? WHERE {key} = ?'
            done += connection.execute(statement, (value, place)).rowcount
    return done


def _rows(
    table: str, count: int, parents: int, chance: random.Random
) -> Iterator[tuple[object, ...]]:
    first = date(1950, 1, 1)
    for number in range(1, count + 1):
        match table:
            case "schools":
                day = (first + timedelta(chance.randrange(25_000))).isoformat()
                yield (f"{number:014d}", f"{chance.choice(NAMES)} {number}", chance.choice(NAMES),
                       day, chance.uniform(32, 42), number % 2, chance.randrange(5_000))  # fmt: skip
            case "scores":
                moment = f"20{number % 24:02d}-{number % 12 + 1:02d}-11 0{number % 9}:30:00"
                yield (number, f"{chance.randrange(1, parents + 1):014d}", chance.random(),
                       chance.randrange(200, 800), moment, chance.choice("ABCDEF"))  # fmt: skip
            case "Order Details":
                yield (number, number % 7, chance.randrange(100_000) / 100, chance.randrange(90),
                       chance.choice((None, "first", "größer", "東京")))  # fmt: skip
            case "readings":
                value = chance.gauss(20, 5)
                yield number, chance.randrange(500), 1_600_000_000 + number, value, value * 1e-7
            case "documents":
                body = " ".join(chance.choices(NAMES, k=chance.randrange(3, 12)))
                yield number, f"Document {number}", body, chance.randbytes(8)
            case _:
                yield chance.choice(NAMES), number


NAMES = ("Alameda", "Ricci", "Ulrich", "Fresno Unified", "Los Ángeles", "Orange", "Larson", "X")

HAZARDS = """
    CREATE TABLE "we""ird; DROP TABLE x--" ("a ""b" TEXT, "c'd" INT, "" TEXT, "line
end" REAL, "%s %(x)s {}" TEXT);
    INSERT INTO "we""ird; DROP TABLE x--" VALUES ('1', 2, '3', 4.5, '%s'), (NULL, NULL, '', 9e999, '');
    CREATE TABLE "select" ("order" INTEGER PRIMARY KEY, "ctid" TEXT, "tableoid" INT, "user" TEXT);
    INSERT INTO "select" VALUES (-5, 'x', 1, 'y'), (9223372036854775807, 'x', 1, 'y');
    CREATE TABLE strict_one (id INTEGER PRIMARY KEY, a ANY, b BLOB, c REAL) STRICT;
    INSERT INTO strict_one VALUES (1, 'text', x'00ff', 1), (2, 5, x'', -0.0), (3, 2.5, NULL, 5e-324);
    CREATE TABLE odd_types (a DATETIME2(7), b MONEY, c "UNSIGNED BIG INT", d NATIVE_CHARACTER(9), e);
    INSERT INTO odd_types VALUES ('2020-01-01 00:00:00', 1.10, 12, 'x', NULL), (NULL, 2, -1, '', 5);
    CREATE TABLE generated (a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) VIRTUAL,
        c TEXT GENERATED ALWAYS AS (a || '!') STORED, d INTEGER DEFAULT 'abc');
    INSERT INTO generated (a) VALUES (1), (2), (NULL);
    CREATE TABLE fold (name TEXT COLLATE NOCASE UNIQUE, code TEXT, gone INTEGER);
    INSERT INTO fold VALUES ('Ann', 'a', 0), ('bob', 'b', 1), ('Cy', NULL, NULL);
    CREATE INDEX fold_part ON fold (code DESC) WHERE gone = 0;
    CREATE INDEX fold_expression ON fold (lower(code), gone + 1);
    CREATE TABLE no_key (a TEXT PRIMARY KEY, b REFERENCES "select"("order"));
    INSERT INTO no_key VALUES (NULL, -5), (NULL, 77), ('z', NULL);
    CREATE TABLE chicken (id INTEGER PRIMARY KEY, egg INTEGER REFERENCES egg(id));
    CREATE TABLE egg (id INTEGER PRIMARY KEY, chicken INTEGER REFERENCES chicken(id));
    INSERT INTO chicken VALUES (1, 1); INSERT INTO egg VALUES (1, 1);
    CREATE TABLE nothing_in_it (a INTEGER PRIMARY KEY, b TEXT, c DATE, d);
    CREATE TABLE rowid (rowid TEXT, _rowid_ TEXT, oid INTEGER);
    INSERT INTO rowid VALUES ('a', 'b', 'not a number');
    CREATE VIEW bobs AS SELECT name AS n, gone FROM fold WHERE gone = 1;
    CREATE VIEW of_bobs AS SELECT count(*) AS c FROM bobs;
    CREATE VIEW broken AS SELECT * FROM nowhere;
    CREATE VIEW nosy AS SELECT * FROM pg_authid;
    CREATE TRIGGER noisy AFTER INSERT ON fold BEGIN SELECT 1; END;
    CREATE VIRTUAL TABLE searched USING fts5(words);
"""


def hazard(path: Path) -> Made:
    """Make a small file with everything that other importers stumble over."""
    path.unlink(missing_ok=True)
    long = "long " * 14
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(HAZARDS)
        connection.execute(f'CREATE TABLE "{long}1" ("{long}1" INT, "{long}2" INT)')
        connection.execute(f'CREATE TABLE "{long}2" ("ä" INT, "Ä" INT)')
        connection.execute(f'INSERT INTO "{long}1" VALUES (1, 2)')
        connection.execute("INSERT INTO \"select\" VALUES (7, CAST(x'eda080' AS TEXT), 2, 'z')")
        connection.commit()
    return Made(path, 0, 0)
