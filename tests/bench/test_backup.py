"""`make bench-backup`: backups against tar and pg_dump on the same data in the same run."""

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bench.section import put
from e2e.conftest import KEEP
from e2e.machine import LABEL, Machine, docker

pytestmark = pytest.mark.bench

GIB = float(os.environ.get("THOTHCTL_BENCH_GIB", "1"))
FILES = 64
MIB = 1024 * 1024
TITLE = "Backups"


@dataclass(frozen=True)
class Row:
    """What was measured, and what was promised of it."""

    what: str
    measured: str
    target: str = "-"
    good: bool = True

    def text(self) -> str:
        return f"| {self.what} | {self.measured} | {self.target} | {'yes' if self.good else 'NO'} |"


@pytest.fixture(scope="module")
def production(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    made = Machine(program, tmp_path_factory.mktemp("bench-production"))
    made.set_up("--mode", "production", "--timeout", "300")
    yield made
    if not KEEP:
        made.clean()


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def test_backups_against_the_usual_recipes(
    stack: Machine, production: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*files(stack), *postgres(production)]
    missed = [row.what for row in rows if not row.good]
    lines = [
        f"Measured with `make bench-backup` on {GIB:g} GiB in {FILES} files, half of it random;",
        "both sides of a ratio come from one run.",
        "",
        "| what | measured | promised | kept |",
        "|---|---:|---|---|",
        *(row.text() for row in rows),
    ]
    put(TITLE, lines)
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - what it is run for
        print(f"bench-backup: {len(rows) - len(missed)} of {len(rows)} rows as promised")  # noqa: T201 - likewise
    assert not missed


def files(stack: Machine) -> list[Row]:
    """A volume of files that are only ever replaced, beside the database in use."""
    half = int(GIB * 1024 / FILES / 2)
    docker(
        "exec", stack.container(), "sh", "-c",
        f"cd /data/databases; for n in $(seq {FILES}); do "
        f"{{ head -c {half}M /dev/urandom; yes $n | head -c {half}M; }} > b$n; chmod 0400 b$n; done",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        gzip = seconds(lambda: by_hand(stack, folder, "tar -cz -f /out/a.tgz -C /volume ."))
        zstd = seconds(
            lambda: by_hand(stack, folder, "tar -c -C /volume . | zstd -q -T0 -3 -o /out/a.zst")
        )
        made, took = create(stack, "--to", folder)
    docker("exec", stack.container(), "sh", "-c", "rm -f /data/databases/b*")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    pause = int(made["write_pause_ms"])
    return [
        Row("`tar czf` of the volume", f"{gzip:.1f} s"),
        Row("`tar` and `zstd -T0 -3` of it", f"{zstd:.1f} s"),
        Row("`backup create` of it, whole command", f"{took:.1f} s"),
        Row("times faster than `tar czf`", f"{gzip / took:.1f} ×", "≥ 5 ×", good=gzip / took >= 5),
        Row("against `tar` and `zstd`", f"{took / zstd:.2f} ×"),
        Row("write pause, standalone", f"{pause} ms", "≤ 5,000 ms", good=pause <= 5000),
        Row(
            "peak memory of any program on the host",
            f"{peak:.0f} MiB",
            "≤ 256 MiB",
            good=peak <= 256,
        ),
    ]


def by_hand(stack: Machine, folder: str, script: str) -> None:
    volume = stack.left(stack.label)["volumes"][0]
    image = docker("images", "-q", "thoth-toolbox").split()[0]
    mounts = ["-v", f"{volume}:/volume:ro", "-v", f"{folder}:/out"]
    words = ["--rm", "--user", "0:0", "--entrypoint", "bash", *mounts]
    docker("run", *words, image, "-c", f"set -o pipefail; {script}")


def create(machine: Machine, *words: str) -> tuple[dict[str, Any], float]:
    began = time.perf_counter()
    made = machine.ok("backup", "create", *words).data
    return made, time.perf_counter() - began


def postgres(production: Machine) -> list[Row]:
    labels = (f"label={LABEL}={production.label}", "label=io.thoth.service=postgres")
    server = docker("ps", "-q", *(w for one in labels for w in ("--filter", one))).strip()
    rows = int(GIB * 600_000)
    fill = (
        "CREATE TABLE filler AS SELECT n, md5(n::text) AS a, repeat(md5((n * 7)::text), 40) AS b "
        f"FROM generate_series(1, {rows}) n"
    )
    psql = ["docker", "exec", server, "psql", "-X", "-q", "-d", "thoth_data", "-c"]
    subprocess.run([*psql, fill], check=True)
    size = int(docker("exec", *psql[2:-1], "-A", "-t", "-c", SIZE)) / MIB
    with tempfile.TemporaryDirectory() as folder:
        plain = seconds(lambda: dump(server, Path(folder) / "plain"))
        made, _ = create(production, "--to", folder, "--only", "postgres")
    subprocess.run([*psql, "DROP TABLE filler"], check=True)
    took, pause = int(made["duration_ms"]) / 1000, int(made["write_pause_ms"])
    return [
        Row(f"plain `pg_dump` of {size:,.0f} MiB", f"{plain:.1f} s"),
        Row("`backup create --only postgres`", f"{took:.1f} s"),
        Row("against `pg_dump`", f"{took / plain:.2f} ×", "≤ 1.3 ×", good=took / plain <= 1.3),
        Row("write pause, production", f"{pause} ms", "≤ 5,000 ms", good=pause <= 5000),
    ]


SIZE = "SELECT pg_database_size('thoth_data')"


def dump(server: str, path: Path) -> None:
    with path.open("wb") as file:
        words = ["docker", "exec", server, "pg_dump", "-d", "thoth_data"]
        subprocess.run(words, check=True, stdout=file)
