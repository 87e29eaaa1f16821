"""`make bench-import`: imports against the physical limit and against others, in one run.

Rivals take turns, and what is compared are the medians of the rounds' ratios: whatever else the
machine does meets all of them. Ends with one line, and with status 1 when a bar is missed.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from math import inf
from pathlib import Path
from statistics import median

from tests.bench import ours, page, prebuilt, rivals
from tests.bench.measuring import Bar, Measured
from tests.bench.ours import ENCODERS, Run, Silent
from tests.importing import generated
from tests.services import postgres_server
from tests.services.postgres_server import Server
from thoth_ai.importing import inspection
from thoth_ai.importing.postgres import encoding
from thoth_ai.postgres import schemas

ROWS = int(os.environ.get("THOTH_BENCH_ROWS", "2000000"))
ROUNDS = int(os.environ.get("THOTH_BENCH_ROUNDS", "3"))
GROWTH = int(os.environ.get("THOTH_BENCH_GROWTH", "10"))
KINDS = ("clean", "dirty")
Round = dict[str, Measured]


def measured(server: Server, folder: Path) -> tuple[list[Round], list[Measured]]:
    """Return the rounds of what takes turns, and what is run once."""
    kinds = {kind: getattr(generated, kind)(folder / f"{kind}.sqlite", ROWS) for kind in KINDS}
    tables = inspection.inspect(kinds["clean"].path, Silent())
    ours.measured("kept", Run(server.settings, kinds["clean"], "python", mark="kept"))
    rounds = []
    for _ in range(ROUNDS):
        limit = prebuilt.sent(server, tables, "kept", folder)
        rounds.append({one.what: one for one in (limit, *_transfers(server, kinds))})
    _drop(server, "kept")
    once = [*_whole(server, kinds, folder), *rivals.all_of(server, kinds)]
    return rounds, once


def _encoders() -> tuple[str, ...]:
    return ENCODERS if encoding.NativeEncoder else ENCODERS[1:]


def _transfers(server: Server, kinds: dict[str, generated.Made]) -> Iterator[Measured]:
    """Give the transfers with checks of types, and one with profile and verification beside."""
    for which in _encoders():
        for kind, made in kinds.items():
            run = Run(server.settings, made, which, profile=False, verify=False, keys=False)
            yield _once(server, f"{which} {kind}, transfer", run)
        run = Run(server.settings, kinds["clean"], which, keys=False)
        yield _once(server, f"{which} clean, profile and verification too", run)


def _whole(server: Server, kinds: dict[str, generated.Made], folder: Path) -> Iterator[Measured]:
    """Give whole imports, with keys and indexes: of both files, and of a tenth and the tenfold.

    Of both files every value is looked at.
    """
    for which in _encoders():
        for kind, made in kinds.items():
            run = Run(server.settings, made, which)
            yield _once(server, f"{which} {kind}, whole", run, compare=True)
        if GROWTH:
            small = generated.clean(folder / "small.sqlite", ROWS // GROWTH)
            yield _once(server, _sized(which, small), Run(server.settings, small, which))
    if GROWTH and encoding.NativeEncoder:
        large = generated.repeated(kinds["clean"], folder / "large.sqlite", GROWTH)
        yield _once(server, _sized("native", large), Run(server.settings, large, "native"))
        large.path.unlink()


def _sized(which: str, made: generated.Made) -> str:
    return f"{which} clean, whole, {made.rows:,} rows"


def _once(server: Server, what: str, run: Run, *, compare: bool = False) -> Measured:
    found = ours.measured(what, run)
    if compare:
        found = ours.compared(server, run, found)
    _drop(server, run.mark)
    return found


def _drop(server: Server, mark: str) -> None:
    name = schemas.unseen(mark).replace('"', '""')
    server.run(f'DROP SCHEMA "{name}" CASCADE', server.settings.data_database)
    server.run("CHECKPOINT")


def bars(rounds: list[Round], once: list[Measured]) -> list[Bar]:
    """Return what is promised of each encoder, and of the native one beside pgloader."""
    said = []
    for which, most in zip(ENCODERS, (2.0, 5.0), strict=True):
        clean = f"{which} clean, transfer"
        if clean not in rounds[0]:
            said.append(Bar(f"{which} encoder is there", 0, 1, least=True))
            continue
        both = ratio(rounds, f"{which} clean, profile and verification too", clean)
        said += [
            Bar(f"{which}: transfer with checks, × prebuilt", ratio(rounds, clean), most),
            Bar(f"{which}: profile and verification, × transfer", both - 1, 1.0),
            Bar(f"{which}: dirty, × clean", ratio(rounds, f"{which} dirty, transfer", clean), 1.3),
            *_kept(which, [one for one in once if one.what.startswith(which)]),
        ]
    return [*said, _beside_pgloader(rounds, once)]


def _beside_pgloader(rounds: list[Round], once: list[Measured]) -> Bar:
    what = "native: transfer, × faster than pgloader's"
    rival = next((one.seconds for one in once if one.what == "pgloader clean"), None)
    if not rival or not encoding.NativeEncoder:
        return Bar(f"{what}, of which one is not there", 0, 10, least=True)
    transfer = median(one["native clean, transfer"].seconds for one in rounds)
    return Bar(what, rival / transfer, 10, least=True)


def _kept(which: str, found: list[Measured]) -> list[Bar]:
    used = [one.memory or 0 for one in found]
    altered = [one.altered for one in found if one.altered is not None]
    said = [
        Bar(f"{which}: memory, MiB over idle", max(used), 64),
        Bar(f"{which}: rows lost", sum(one.lost for one in found), 0),
        Bar(f"{which}: values altered", sum(altered) if altered else inf, 0),
    ]
    if which == "native" and GROWTH:
        what = f"{which}: memory, MiB more for the tenfold rows"
        said.append(Bar(what, used[-1] - used[0], 16))
    return said


def ratio(rounds: list[Round], what: str, against: str = prebuilt.NAME) -> float:
    """Return the median of a ratio over the rounds."""
    return median(one[what].seconds / one[against].seconds for one in rounds)


def table(rounds: list[Round], once: list[Measured]) -> list[str]:
    """Return the measured as lines of a table; of what took turns, the medians."""
    lines = [
        f"| {ROWS:,} rows | s | rows/s | × prebuilt | CPU s | MiB | lost | altered |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    turns = [sorted((one[what] for one in rounds), key=_seconds) for what in rounds[0]]
    limit = median(one[prebuilt.NAME].seconds for one in rounds)
    for one in (*(found[len(found) // 2] for found in turns), *once):
        alike = " -" if one.rows != ROWS else f" {one.seconds / limit:.2f}"
        lines.append(
            f"| {one.what} | {one.seconds:.2f} | {one.rows / one.seconds:,.0f} |{alike}"
            f" | {_shown(one.processor, 2)} | {_shown(one.memory)} | {one.lost:,}"
            f" | {_shown(one.altered)} |"
        )
    return lines


def _seconds(one: Measured) -> float:
    return one.seconds


def _shown(value: float | None, places: int = 0) -> str:
    return "-" if value is None else f"{value:,.{places}f}"


def main() -> int:
    """Print the table and the bars; with --write, into the page of figures too."""
    with postgres_server.running() as server, tempfile.TemporaryDirectory(dir="/tmp") as name:
        rounds, once = measured(server, Path(name))
    title, size = "Imports into PostgreSQL", f"{ROWS:,} rows"
    return page.told(title, "bench-import", table(rounds, once), bars(rounds, once), size)


if __name__ == "__main__":
    sys.exit(main())
