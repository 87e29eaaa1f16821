"""Columns of values, as both encoders remember them."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tests.services import native
from thoth_ai.importing.postgres import encoding
from thoth_ai.importing.postgres.encoding import Asked
from thoth_ai.importing.postgres.python_encoder import PythonEncoder
from thoth_ai.profiles import column
from thoth_ai.profiles.column import ColumnProfile

ENCODERS = ["python", "native"]


def profile(
    path: Path, values: Iterable[object], letter: str = "s", which: str = "python"
) -> ColumnProfile:
    """Return what is remembered of a column with these values."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (a)")
        connection.executemany("INSERT INTO t VALUES (?)", ((one,) for one in values))
    asked = Asked(encoding.place(path), "SELECT a FROM t", letter, ())
    if which == "native":
        native.require()
    kind = encoding.NativeEncoder if which == "native" else PythonEncoder
    assert kind
    with closing(kind(asked.place, asked.query, asked.kinds, asked.key, asked.kept)) as encoder:
        while encoder.chunk(encoding.CHUNK):
            pass
        (sketch,) = encoder.sketches()
        return column.profiled(letter, encoder.rows, encoder.totals()[0][0], sketch)
