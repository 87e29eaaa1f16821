"""`make bench-import`: imports against the physical limit and against others, in one run.

Ends with one line, and with status 1 when a bar is missed.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import page
from tests.bench.contenders import Silent, duckdb, ours, pgloader, prebuilt
from tests.bench.measuring import Bar, Measured, repeated
from tests.importing import generated
from tests.services import postgres_server
from tests.services.postgres_server import Server
from thoth_ai.importing import inspection
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.postgres import encoding
from thoth_ai.postgres import schemas

ROWS = int(os.environ.get("THOTH_BENCH_ROWS", "2000000"))


@contextmanager
def encoder(which: str) -> Iterator[None]:
    native = encoding.NativeEncoder
    if which == "python":
        encoding.NativeEncoder = None
    try:
        yield
    finally:
        encoding.NativeEncoder = native


@contextmanager
def profiles(kept: int) -> Iterator[None]:
    """Remember so many values of a column, or none."""
    before = encoding.MOST_KEPT, encoding.LEAST_KEPT
    encoding.MOST_KEPT, encoding.LEAST_KEPT = kept, min(kept, encoding.LEAST_KEPT)
    try:
        yield
    finally:
        encoding.MOST_KEPT, encoding.LEAST_KEPT = before


def measured(server: Server, folder: Path) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    for kind, make in (("clean", generated.clean), ("dirty", generated.dirty)):
        made = make(folder / f"{kind}.sqlite", ROWS)
        tables = inspection.inspect(made.path, Silent())
        for which in ("native", "python"):
            if which == "native" and encoding.NativeEncoder is None:
                continue
            marks = [(f"{which} {kind}", encoding.MOST_KEPT)]
            marks += [(f"{which} {kind}, no profile", 0)] if kind == "clean" else []
            for name, kept in marks:
                with encoder(which), profiles(kept):
                    found[name] = repeated(
                        lambda number, name=name, made=made, tables=tables: _once(  # type: ignore[misc]
                            server, made, tables, f"{name}{number}".replace(" ", "")
                        )
                    )
        if kind == "clean":
            mark = f"python{kind}kept"
            ours(server, made, tables, mark)
            found["prebuilt"] = repeated(lambda _: prebuilt(server, tables, mark, folder))  # noqa: B023 - called here
            _drop(server, mark)
        for other in (pgloader, duckdb):
            if one := other(server, made):
                found[f"{one.what} {kind}"] = one
    return found


def _once(
    server: Server, made: generated.Made, tables: tuple[TableSchema, ...], mark: str
) -> Measured:
    found = ours(server, made, tables, mark)
    _drop(server, mark)
    return found


def _drop(server: Server, mark: str) -> None:
    name = schemas.unseen(mark).replace('"', '""')
    server.run(f'DROP SCHEMA "{name}" CASCADE', server.settings.data_database)


def bars(found: dict[str, Measured]) -> list[Bar]:
    limit = found["prebuilt"].seconds
    said = []
    for which, most in (("native", 2.0), ("python", 5.0)):
        clean, dirty = found.get(f"{which} {'clean'}"), found.get(f"{which} {'dirty'}")
        bare = found.get(f"{which} clean, no profile")
        if not clean or not dirty or not bare:
            said.append(Bar(f"{which} encoder is there", 0, 1, least=True))
            continue
        said += [
            Bar(f"{which}: transfer with checks, × prebuilt", bare.wall / limit, most),
            Bar(
                f"{which}: verification, × transfer",
                clean.parts.get("verify", 0) / clean.wall,
                1.0,
            ),
            Bar(f"{which}: profile and verification, × transfer", _beside(found, which), 1.0),
            Bar(f"{which}: dirty, × clean", dirty.seconds / clean.seconds, 1.3),
            Bar(f"{which}: memory, MiB over idle", max(clean.memory, dirty.memory), 64),
            Bar(f"{which}: rows lost", clean.lost + dirty.lost, 0),
            Bar(f"{which}: values lost or altered", clean.altered + dirty.altered, 0),
        ]
    if (rival := found.get("pgloader clean")) and "native clean" in found:
        said.append(
            Bar(
                "native: transfer, × faster than pgloader's",
                rival.seconds / found["native clean"].wall,
                10,
                least=True,
            )
        )
    return said


def _beside(found: dict[str, Measured], which: str) -> float:
    """Say how much the profile and the verification add to a transfer without either."""
    with_, without = found[f"{which} clean"], found[f"{which} clean, no profile"]
    return (with_.wall - without.wall + with_.parts.get("verify", 0)) / without.wall


def table(found: dict[str, Measured]) -> list[str]:
    """Return the measured as lines of a table."""
    limit = found["prebuilt"].seconds
    lines = [
        f"| {ROWS:,} rows | s | rows/s | × prebuilt | verify s | keys s | MiB | lost | altered |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for what, one in found.items():
        parts = " | ".join(f"{one.parts.get(part, 0.0):.2f}" for part in ("verify", "add"))
        lines.append(
            f"| {what} | {one.seconds:.2f} | {one.rows / one.seconds:,.0f}"
            f" | {one.seconds / limit:.2f} | {parts} | {one.memory:.0f}"
            f" | {one.lost:,} | {one.altered if one.parts else '-'} |"
        )
    return lines


def main() -> int:
    """Print the table and the bars; with --write, into the page of figures too."""
    with postgres_server.running() as server, tempfile.TemporaryDirectory(dir="/tmp") as name:
        found = measured(server, Path(name))
    checked = bars(found)
    missed = sum(not bar.holds for bar in checked)
    last = f"bench-import: {len(checked) - missed} of {len(checked)} bars hold at {ROWS:,} rows"
    lines = [*table(found), "", *(f"- {bar.line()}" for bar in checked), "", last]
    print(*lines, sep="\n")
    if "--write" in sys.argv:
        page.write("Imports into PostgreSQL", "make bench-import", lines)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
