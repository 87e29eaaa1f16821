"""`make bench-values`: the value index against others, on the same values in one run.

Ends with one line, and with status 1 when a bar is missed.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import page, texts, value_contenders
from tests.bench.measuring import Bar
from tests.bench.value_contenders import Built
from tests.services import postgres_server

VALUES = int(os.environ.get("THOTH_BENCH_VALUES", "1000000"))
SAMPLE = 20_000
QUESTIONS = 500
SLOW_QUESTIONS = 40
KINDS = {
    "case": texts.other_case, "one typo": texts.one_typo, "two typos": texts.two_typos,
}  # fmt: skip


def measured(folder: Path) -> list[Built]:
    """Build each index and ask it the same questions."""
    values = texts.values(VALUES)
    sample = random.Random(2).sample(values, min(SAMPLE, VALUES))
    found = [value_contenders.ours(values, folder)]
    _ask(found[-1], values, QUESTIONS)
    found.append(value_contenders.minhash(values, folder))
    _ask(found[-1], values, QUESTIONS)
    found[-1].search = None  # its memory goes before the others come
    found.append(value_contenders.datasketch(sample))
    _ask(found[-1], sample, QUESTIONS)
    with postgres_server.running() as server:
        found.append(value_contenders.pg_trgm(server, values))
        _ask(found[-1], values, SLOW_QUESTIONS)
    return found


def _ask(built: Built, values: Sequence[str], count: int) -> None:
    assert built.search is not None
    taken = []
    for kind, spelled in KINDS.items():
        chance, right = random.Random(3), 0
        for value in chance.choices(values, k=count):
            asked = spelled(value, chance)
            began = time.perf_counter()
            right += value in built.search(asked)
            taken.append(time.perf_counter() - began)
        built.found[kind] = right / count
    taken.sort()
    built.usual, built.slow = (1000 * taken[int(len(taken) * share)] for share in (0.5, 0.95))


def bars(found: Sequence[Built]) -> list[Bar]:
    ours, _, usual, server = found
    return [
        Bar("build, × datasketch per value", ours.rate / usual.rate, 50, least=True),
        Bar("size, bytes a value", ours.bytes / ours.values, 260),
        Bar("query, p95 in ms", ours.slow, 20),
        Bar("query, p95 × faster than pg_trgm's", server.slow / ours.slow, 25, least=True),
        Bar("recall@10, other case", ours.found["case"], 1.0, least=True),
        Bar("recall@10, one typo", ours.found["one typo"], 0.99, least=True),
        Bar("recall@10, two typos", ours.found["two typos"], 0.9, least=True),
    ]


def table(found: Sequence[Built]) -> list[str]:
    """Return the measured as lines of a table."""
    lines = [
        "| index | values | build/s | MiB | B/value | p50 ms | p95 ms | case | 1 typo | 2 typos |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        recalls = " | ".join(f"{one.found[kind]:.3f}" for kind in KINDS)
        lines.append(
            f"| {one.what} | {one.values:,} | {one.rate:,.0f} | {one.memory or 0:.0f}"
            f" | {one.bytes / one.values:.0f} | {one.usual:.1f} | {one.slow:.1f} | {recalls} |"
        )
    return lines


def main() -> int:
    """Print the table and the bars; with --write, into the page of figures too."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        found = measured(Path(name))
    size = f"{VALUES:,} values"
    return page.told("Value index", "bench-values", table(found), bars(found), size)


if __name__ == "__main__":
    sys.exit(main())
