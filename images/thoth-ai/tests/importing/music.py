"""A shop of music as sample databases have it: eleven tables, their keys, amounts and moments."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

SCHEMA = """
    CREATE TABLE Artist (ArtistId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
    CREATE TABLE Album (AlbumId INTEGER NOT NULL PRIMARY KEY, Title NVARCHAR(160) NOT NULL,
        ArtistId INTEGER NOT NULL REFERENCES Artist (ArtistId));
    CREATE TABLE Genre (GenreId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
    CREATE TABLE MediaType (MediaTypeId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
    CREATE TABLE Track (TrackId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(200) NOT NULL,
        AlbumId INTEGER REFERENCES Album (AlbumId), MediaTypeId INTEGER NOT NULL REFERENCES
        MediaType (MediaTypeId), GenreId INTEGER REFERENCES Genre (GenreId),
        Composer NVARCHAR(220), Milliseconds INTEGER NOT NULL, UnitPrice NUMERIC(10,2) NOT NULL);
    CREATE TABLE Playlist (PlaylistId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
    CREATE TABLE PlaylistTrack (PlaylistId INTEGER NOT NULL REFERENCES Playlist (PlaylistId),
        TrackId INTEGER NOT NULL REFERENCES Track (TrackId), PRIMARY KEY (PlaylistId, TrackId));
    CREATE TABLE Employee (EmployeeId INTEGER NOT NULL PRIMARY KEY, LastName NVARCHAR(20) NOT NULL,
        ReportsTo INTEGER REFERENCES Employee (EmployeeId), BirthDate DATETIME);
    CREATE TABLE Customer (CustomerId INTEGER NOT NULL PRIMARY KEY, FirstName NVARCHAR(40) NOT NULL,
        Email NVARCHAR(60) NOT NULL, SupportRepId INTEGER REFERENCES Employee (EmployeeId));
    CREATE TABLE Invoice (InvoiceId INTEGER NOT NULL PRIMARY KEY, CustomerId INTEGER NOT NULL
        REFERENCES Customer (CustomerId), InvoiceDate DATETIME NOT NULL, Total NUMERIC(10,2));
    CREATE TABLE InvoiceLine (InvoiceLineId INTEGER NOT NULL PRIMARY KEY, InvoiceId INTEGER NOT NULL
        REFERENCES Invoice (InvoiceId), TrackId INTEGER NOT NULL REFERENCES Track (TrackId),
        UnitPrice NUMERIC(10,2) NOT NULL, Quantity INTEGER NOT NULL);
    CREATE INDEX IFK_AlbumArtistId ON Album (ArtistId);
    CREATE UNIQUE INDEX IPK_PlaylistTrack ON PlaylistTrack (PlaylistId, TrackId);
"""
NAMES = ("AC/DC", "Antônio Carlos Jobim", "Motörhead", "Mötley Crüe", "O'Neill", "東京事変", "U2")
SIZES = {
    "Artist": 60, "Album": 90, "Genre": 25, "MediaType": 5, "Track": 900, "Playlist": 18,
    "PlaylistTrack": 900, "Employee": 8, "Customer": 59, "Invoice": 400, "InvoiceLine": 1_100,
}  # fmt: skip


def make(path: Path) -> Path:
    """Make the same file every time."""
    chance = random.Random(7)  # noqa: S311 - the same every time
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCHEMA)
        for table, count in SIZES.items():
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            rows = [tuple(_row(columns, number, chance)) for number in range(1, count + 1)]
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    return path


def _row(columns: Sequence[Any], number: int, chance: random.Random) -> Iterator[object]:
    """Give each column a value by its name."""
    own = sum(bool(key) for *_, key in columns) == 1
    for _, name, kind, required, _, key in columns:
        parent = name.removesuffix("Id")
        if key and own:
            yield number
        elif name in {"ReportsTo", "SupportRepId"}:
            yield None if number == 1 else chance.randrange(1, min(number, SIZES["Employee"]) + 1)
        elif parent in SIZES and name != parent:
            yield number % SIZES[parent] + 1 if key else chance.randrange(1, SIZES[parent] + 1)
        elif kind == "DATETIME":
            yield f"20{number % 24:02d}-{number % 12 + 1:02d}-{number % 28 + 1:02d} 00:00:00"
        elif kind.startswith("NUMERIC"):
            yield chance.choice((0.99, 1.99, 13.86, 5))
        elif kind == "INTEGER":
            yield chance.randrange(1, 500_000)
        else:
            yield f"{chance.choice(NAMES)} {number}" if required or number % 5 else None
