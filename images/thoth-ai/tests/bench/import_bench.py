"""`make bench-import`: imports against the physical limit and against others, in one run.

Ends with one line, and with status 1 when a bar is missed.
"""

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from tests.importing import generated
from tests.services import postgres_server
from tests.services.postgres_server import Server
from thoth_ai.importing import inspection
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.options import Options
from thoth_ai.importing.postgres import encoding, keys, verification
from thoth_ai.importing.postgres.loading import Load
from thoth_ai.postgres import schemas

ROWS = int(os.environ.get("THOTH_BENCH_ROWS", "2000000"))
RUNS = int(os.environ.get("THOTH_BENCH_RUNS", "3"))
PGLOADER_SECONDS = float(os.environ.get("THOTH_BENCH_PGLOADER_SECONDS", "600"))
MIB = 1024 * 1024
PAGE = Path(__file__).parents[4] / "docs/reference/figures.md"
TITLE = "Imports into PostgreSQL"
CHUNK = 256 * 1024


class Silent:
    """Hears nothing."""

    def progress(self, *_: object) -> None: ...


@dataclass
class Measured:
    """One way of importing one file."""

    what: str
    seconds: float
    rows: int
    memory: float = 0.0
    lost: int = 0
    altered: int = 0
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def transfer(self) -> float:
        """Return the seconds without verification, keys and indexes."""
        return self.seconds - sum(self.parts.values())


@dataclass(frozen=True)
class Bar:
    """What is promised, and what came of it."""

    what: str
    value: float
    limit: float
    least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def line(self) -> str:
        sign = "≥" if self.least else "≤"
        return f"{'ok    ' if self.holds else 'MISSED'} {self.what}: {self.value:.2f} ({sign} {self.limit:g})"


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


@contextmanager
def watched() -> Iterator[list[float]]:
    """Give the growth of this process's memory, looked at fifty times a second."""
    before, grown, ended = resident(), [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            grown[0] = max(grown[0], resident() - before)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield grown
    finally:
        ended.set()
        thread.join()


@contextmanager
def timed(module: object, name: str, parts: dict[str, float]) -> Iterator[None]:
    """Add up what a function takes; tables side by side count once each."""
    original = getattr(module, name)

    def measured(*arguments: object) -> object:
        began = time.perf_counter()
        try:
            return original(*arguments)
        finally:
            parts[name] = parts.get(name, 0.0) + time.perf_counter() - began

    setattr(module, name, measured)
    try:
        yield
    finally:
        setattr(module, name, original)


def ours(
    server: Server, made: generated.Made, tables: tuple[TableSchema, ...], mark: str
) -> Measured:
    parts: dict[str, float] = {}
    load = Load(made.path, mark, tables, Options(), server.settings, mark)
    with (
        schemas.importer(server.settings) as connection,
        watched() as grown,
        timed(verification, "verify", parts),
        timed(keys, "add", parts),
    ):
        began = time.perf_counter()
        loaded = load.run(connection, Silent())
        seconds = time.perf_counter() - began
    report = loaded.report
    return Measured(
        mark, seconds, report.rows, grown[0], made.rows - report.rows,
        abs(report.diverted - made.dirt), parts,
    )  # fmt: skip


def prebuilt(server: Server, tables: Sequence[TableSchema], mark: str, folder: Path) -> Measured:
    """Send what the server itself wrote, over one connection: the physical limit."""
    with schemas.importer(server.settings) as connection:
        place = sql.Identifier(schemas.unseen(mark))
        connection.execute(sql.SQL("SET search_path = {}").format(place))
        connection.execute("CREATE SCHEMA IF NOT EXISTS limits")
        files = {table.name: folder / f"{at}.bin" for at, table in enumerate(tables)}
        for name, file in files.items():
            if not file.exists():
                _dump(connection, name, file)
        began = time.perf_counter()
        for name, file in files.items():
            _send(connection, name, file)
        seconds = time.perf_counter() - began
        connection.execute("DROP SCHEMA limits CASCADE")
    return Measured("prebuilt files", seconds, sum(table.rows for table in tables))


def _dump(connection: schemas.Connection, name: str, file: Path) -> None:
    text = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))
    with file.open("wb") as target, connection.cursor().copy(text) as copy:
        for piece in copy:
            target.write(piece)


def _send(connection: schemas.Connection, name: str, file: Path) -> None:
    place = sql.Identifier("limits", name)
    with connection.transaction(), file.open("rb") as source:
        like = sql.SQL("CREATE TABLE {} (LIKE {})").format(place, sql.Identifier(name))
        connection.execute(like)
        text = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(place)
        with connection.cursor().copy(text) as copy:
            while chunk := source.read(CHUNK):
                copy.write(chunk)


def pgloader(server: Server, made: generated.Made) -> Measured | None:
    """Let Debian's do it, without indexes and into a database of its own."""
    if not _installed("pgloader"):
        return None
    with suppress(psycopg.Error):
        server.run("DROP DATABASE IF EXISTS pgloader")
    server.run("CREATE ROLE pgloader SUPERUSER LOGIN PASSWORD 'x'") if not _role(server) else None
    server.run("CREATE DATABASE pgloader OWNER pgloader")
    target = f"postgresql://pgloader:x@127.0.0.1:{server.settings.port}/pgloader"
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as root, suppress(subprocess.TimeoutExpired):
        subprocess.run(
            (shutil.which("pgloader") or "", "--root-dir", root, "--with", "create no indexes", f"sqlite://{made.path}", target),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
            timeout=PGLOADER_SECONDS,
        )  # fmt: skip
    seconds = time.perf_counter() - began
    found = server.run(
        "SELECT coalesce(sum((xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM"
        " %I.%I', schemaname, relname), false, true, '')))[1]::text::bigint), 0)"
        " FROM pg_stat_user_tables", "pgloader",
    )  # fmt: skip
    return Measured("pgloader", seconds, int(found[0][0]), 0, made.rows - int(found[0][0]))


def _role(server: Server) -> bool:
    return bool(server.run("SELECT 1 FROM pg_roles WHERE rolname = 'pgloader'"))


def _installed(program: str) -> bool:
    if not shutil.which(program) and not os.geteuid() and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (
            ("update", "-qq"),
            ("install", "-y", "-qq", "--no-install-recommends", program),
        ):
            command = ("apt-get", *words)
            subprocess.run(command, env=environment, check=False, capture_output=True)
    return bool(shutil.which(program))


def duckdb(server: Server, made: generated.Made) -> Measured | None:
    """Let DuckDB's extensions do it, where the library and its extensions are there."""
    if importlib.util.find_spec("duckdb") is None:
        return None
    library = importlib.import_module("duckdb")
    with suppress(psycopg.Error):
        server.run("DROP DATABASE IF EXISTS duckdb")
    server.run("CREATE DATABASE duckdb")
    try:
        connection = library.connect()
        for extension in ("sqlite", "postgres"):
            connection.execute(f"INSTALL {extension}; LOAD {extension};")
        began = time.perf_counter()
        connection.execute(f"ATTACH '{made.path}' AS source (TYPE sqlite)")
        connection.execute(f"ATTACH '{server.superuser} dbname=duckdb' AS target (TYPE postgres)")
        connection.execute("COPY FROM DATABASE source TO target")
        return Measured("duckdb", time.perf_counter() - began, made.rows)
    except library.Error as error:
        print(f"duckdb: {str(error).splitlines()[0][:100]}")
        return None


def repeated(what: Callable[[int], Measured]) -> Measured:
    """Return the run in the middle."""
    found = sorted((what(number) for number in range(RUNS)), key=lambda one: one.seconds)
    middle = found[len(found) // 2]
    middle.memory = max(one.memory for one in found)
    middle.lost, middle.altered = max(one.lost for one in found), max(one.altered for one in found)
    return middle


@contextmanager
def encoder(which: str) -> Iterator[None]:
    native = encoding.NativeEncoder
    if which == "python":
        encoding.NativeEncoder = None
    try:
        yield
    finally:
        encoding.NativeEncoder = native


def measured(server: Server, folder: Path) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    for kind, make in (("clean", generated.clean), ("dirty", generated.dirty)):
        made = make(folder / f"{kind}.sqlite", ROWS)
        tables = inspection.inspect(made.path, Silent())
        for which in ("native", "python"):
            if which == "native" and encoding.NativeEncoder is None:
                continue
            with encoder(which):
                found[f"{which} {kind}"] = repeated(
                    lambda number, which=which, made=made, tables=tables, kind=kind: _once(  # type: ignore[misc]
                        server, made, tables, f"{which}{kind}{number}"
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
        if not clean or not dirty:
            said.append(Bar(f"{which} encoder is there", 0, 1, least=True))
            continue
        said += [
            Bar(f"{which}: transfer with checks, × prebuilt", _wall(clean) / limit, most),
            Bar(
                f"{which}: verification, × transfer",
                clean.parts.get("verify", 0) / _wall(clean),
                1.0,
            ),
            Bar(f"{which}: dirty, × clean", dirty.seconds / clean.seconds, 1.3),
            Bar(f"{which}: memory, MiB over idle", max(clean.memory, dirty.memory), 64),
            Bar(f"{which}: rows lost", clean.lost + dirty.lost, 0),
            Bar(f"{which}: values lost or altered", clean.altered + dirty.altered, 0),
        ]
    if (rival := found.get("pgloader clean")) and "native clean" in found:
        said.append(
            Bar(
                "native: transfer, × faster than pgloader's",
                rival.seconds / _wall(found["native clean"]),
                10,
                least=True,
            )
        )
    return said


def _wall(one: Measured) -> float:
    """Tables side by side overlap; a second connection halves what the parts took at most."""
    return one.seconds - sum(one.parts.values()) / min(4, len(os.sched_getaffinity(0)))


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


def write(lines: Sequence[str]) -> None:
    """Put them behind the other figures, in the place of those of the last time."""
    head, *sections = PAGE.read_text(encoding="utf-8").rstrip().split("\n## ")
    others = [section for section in sections if not section.startswith(f"{TITLE}\n")]
    told = (
        f"{TITLE}\n\nMeasured on {datetime.now(tz=UTC).date()} with"
        " `make bench-import`, everything in one run on one machine; compare the ratios.\n\n"
    )
    mine = told + "\n".join(lines) + "\n"
    PAGE.write_text("\n## ".join([head, *others, mine]), encoding="utf-8")


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
        write(lines)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
