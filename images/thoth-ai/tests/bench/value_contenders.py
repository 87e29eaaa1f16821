"""The ways of finding a value by a text that is nearly it: ours, and those it is compared with."""

import importlib
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psycopg
from psycopg import sql

from tests.bench.measuring import watched
from tests.bench.minhash import MinHashIndex
from tests.services.postgres_server import Server
from thoth_ai.values import building
from thoth_ai.values.index import ValueIndex

Search = Callable[[str], Sequence[str]]
PERMUTATIONS, THRESHOLD, SIZE, MOST = 30, 0.35, 3, 10


@dataclass
class Built:
    """An index: how long it took for how many values, how large it is, and how it is asked."""

    what: str
    values: int
    seconds: float
    bytes: float
    search: Search | None
    memory: float = 0.0
    found: dict[str, float] = field(default_factory=dict)
    slow: float = 0.0
    usual: float = 0.0

    @property
    def rate(self) -> float:
        return self.values / self.seconds


def ours(values: Sequence[str], folder: Path) -> Built:
    """Write the file that the product writes, from what a database gives to the last byte."""
    path = folder / "ours.values"
    with watched() as grown:
        began = time.perf_counter()
        texts = np.frombuffer(("\0".join(values) + "\0").encode(), np.uint8)
        column = building.Filled({"table": "t", "column": "c"}, texts)
        building.build(path, [column], {}, SIZE)
        seconds = time.perf_counter() - began
    index = ValueIndex(path)
    return Built(
        "trigram postings (ours)", len(values), seconds, path.stat().st_size,
        lambda text: [hit.value for hit in index.search(text, MOST)], grown[0],
    )  # fmt: skip


def minhash(values: Sequence[str], _: Path) -> Built:
    """Build the other design in NumPy: 32 permutations in 16 bands, ranked as ours are."""
    with watched() as grown:
        began = time.perf_counter()
        index = MinHashIndex(values)
        seconds = time.perf_counter() - began
    return Built(
        "MinHash-LSH in NumPy", len(values), seconds, index.bytes,
        lambda text: index.search(text, MOST), grown[0],
    )  # fmt: skip


def datasketch(values: Sequence[str]) -> Built:
    """Hash one value after the other, as it is usually done; a sample is enough for the rate."""
    library = importlib.import_module("datasketch")
    began = time.perf_counter()
    index = library.MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    signatures = {}
    for number, value in enumerate(values):
        signature = library.MinHash(num_perm=PERMUTATIONS)
        for at in range(len(value) - SIZE + 1):
            signature.update(value[at : at + SIZE].encode())
        index.insert(number, signature)
        signatures[number] = (signature, value)
    seconds = time.perf_counter() - began
    size = len(pickle.dumps(index)) + len(pickle.dumps(signatures))

    def search(text: str) -> Sequence[str]:
        asked = library.MinHash(num_perm=PERMUTATIONS)
        for at in range(len(text) - SIZE + 1):
            asked.update(text[at : at + SIZE].encode())
        near = sorted(index.query(asked), key=lambda one: -asked.jaccard(signatures[one][0]))
        return [signatures[one][1] for one in near[:MOST]]

    return Built("datasketch per value", len(values), seconds, size, search)


def pg_trgm(server: Server, values: Sequence[str]) -> Built:
    """Let PostgreSQL index the same values, and ask it for the nearest of those that are alike."""
    connection = psycopg.connect(server.superuser, dbname="postgres", autocommit=True)
    connection.execute("CREATE EXTENSION pg_trgm")
    connection.execute("CREATE TABLE spelled (value text)")
    connection.execute("SET maintenance_work_mem = '512MB'")
    began = time.perf_counter()
    with connection.cursor().copy("COPY spelled FROM STDIN") as copy:
        for value in values:
            copy.write_row((value,))
    connection.execute("CREATE INDEX alike ON spelled USING gin (value gin_trgm_ops)")
    connection.execute("ANALYZE spelled")
    seconds = time.perf_counter() - began
    size = connection.execute("SELECT pg_relation_size('alike')").fetchone()
    ask = sql.SQL(
        "SELECT value FROM spelled WHERE value % %s ORDER BY similarity(value, %s) DESC LIMIT %s".replace(
            " % ", " %% "
        )
    )
    return Built(
        "pg_trgm (GIN)", len(values), seconds, size[0] if size else 0,
        lambda text: [row[0] for row in connection.execute(ask, (text, text, MOST))],
    )  # fmt: skip
