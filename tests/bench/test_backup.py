"""`make bench-backup`: backups against the usual recipes and pg_dump, same data, same run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.backup_files import FILES, files, growth
from bench.backup_postgres import postgres
from bench.section import SUMMARY, put
from e2e.machine import Machine

pytestmark = pytest.mark.bench

USUAL = "0.1 1 4"
SIZES = tuple(float(one) for one in os.environ.get("THOTHCTL_BENCH_SIZES", USUAL).split())
GIB = SIZES[-1]
"""What is promised is promised of much data: of little, the seconds that any backup takes are most."""
TITLE = "Backups"


@pytest.fixture(scope="module")
def production(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("bench-production")) as made:
        made.set_up("--mode", "production", "--timeout", "300")
        yield made


def test_backups_against_the_usual_recipes(
    stack: Machine,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    pytestconfig: pytest.Config,
) -> None:
    rows = [*files(stack, GIB), *growth(stack, SIZES)]
    production = request.getfixturevalue("production")  # nobody shared the machine before
    rows += postgres(production, GIB)
    missed = [row.what for row in rows if not row.good]
    promised = sum(row.target != "-" for row in rows)
    lines = [
        f"Measured with `make bench-backup` on {GIB:g} GiB in {FILES} files, half of it random;",
        f"both sides of a ratio come from one run. `THOTHCTL_BENCH_SIZES='{USUAL}'` says how many GiB:",
        "promises are of the last one, all of them show how time and memory grow.",
        "",
        "| what | measured | promised | kept |",
        "|---|---:|---|---|",
        *(row.text() for row in rows),
    ]
    if USUAL.split() == [f"{one:g}" for one in SIZES]:
        put(TITLE, lines)
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - what it is run for
    pytestconfig.stash[SUMMARY] = (
        f"bench-backup: {promised - len(missed)} of {promised} promises kept"
    )
    if missed:
        pytest.fail(f"missed: {', '.join(missed)}", pytrace=False)
