"""`make bench-backup`: backups against tar and pg_dump on the same data in the same run."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bench.section import put
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
    with Machine(program, tmp_path_factory.mktemp("bench-production")) as made:
        made.set_up("--mode", "production", "--timeout", "300")
        yield made


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def test_backups_against_the_usual_recipes(
    stack: Machine, production: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*files(stack), *growth(stack), *postgres(production)]
    missed = [row.what for row in rows if not row.good]
    lines = [
        f"Measured with `make bench-backup` on {GIB:g} GiB in {FILES} files, half of it random;",
        "both sides of a ratio come from one run. `THOTHCTL_BENCH_GIB=4` takes more.",
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


def fill(stack: Machine, gib: float) -> None:
    """Files that are only ever replaced, half random and half alike."""
    half = max(1, int(gib * 1024 / FILES / 2))
    docker(
        "exec", stack.container(), "sh", "-c",
        f"cd /data/databases; for n in $(seq {FILES}); do "
        f"{{ head -c {half}M /dev/urandom; yes $n | head -c {half}M; }} > b$n; chmod 0400 b$n; done",
    )  # fmt: skip


def clear(stack: Machine) -> None:
    docker("exec", stack.container(), "sh", "-c", "rm -f /data/databases/b*")


def files(stack: Machine) -> list[Row]:
    """A volume of files that are only ever replaced, beside the database in use."""
    fill(stack, GIB)
    with tempfile.TemporaryDirectory() as folder:
        gzip = seconds(lambda: by_hand(stack, folder, "tar -cz -f /out/a.tgz -C /volume ."))
        zstd = seconds(
            lambda: by_hand(stack, folder, "tar -c -C /volume . | zstd -q -T0 -3 -o /out/a.zst")
        )
        made, took = create(stack, "--to", folder)
        rows = [*repository(stack, gzip), *restored(stack, folder, made)]
    clear(stack)
    pause = int(made["write_pause_ms"])
    return [
        Row("`tar czf` of the volume", f"{gzip:.1f} s"),
        Row("`tar` and `zstd -T0 -3` of it", f"{zstd:.1f} s"),
        Row("`backup create` of it, whole command", f"{took:.1f} s"),
        Row("times faster than `tar czf`", f"{gzip / took:.1f} ×", "≥ 5 ×", good=gzip / took >= 5),
        Row("against `tar` and `zstd`", f"{took / zstd:.2f} ×"),
        Row("write pause, standalone", f"{pause} ms", "≤ 5,000 ms", good=pause <= 5000),
        *rows,
    ]


def repository(stack: Machine, gzip: float) -> list[Row]:
    """The first backup takes everything, the next what changed; files alike are not read again."""
    with tempfile.TemporaryDirectory() as folder:
        words = ("--to", folder, "--engine", "repository")
        _, first = create(stack, *words)
        same, unchanged = create(stack, *words)
        docker("exec", stack.container(), "sh", "-c",
               "head -c 1M /dev/urandom > /data/databases/b-new; chmod 0400 /data/databases/b-new")  # fmt: skip
        more, small = create(stack, *words)
    share = int(same["duration_ms"]) / 1000 / gzip
    return [
        Row("`--engine repository`, first, whole command", f"{first:.1f} s"),
        Row("unchanged, whole command", f"{unchanged:.1f} s"),
        Row(
            "unchanged, the backup alone, of `tar czf`", f"{share:.1%}", "≤ 5 %", good=share <= 0.05
        ),
        Row("unchanged, added", f"{int(same['size']) / MIB:.2f} MiB"),
        Row("1 MiB more, whole command", f"{small:.1f} s"),
        Row("1 MiB more, added", f"{int(more['size']) / MIB:.2f} MiB"),
    ]


def restored(stack: Machine, folder: str, made: dict[str, Any]) -> list[Row]:
    """The step that loads the store, against `tar xzf` of the same files into a fresh folder."""
    script = "mkdir /out/x && tar -xz -f /out/a.tgz -C /out/x && sync -f /out/x && rm -rf /out/x"
    plain = seconds(lambda: by_hand(stack, folder, script))
    loaded = loading(stack, str(made["id"]), folder)
    rate = int(made["bytes"]) / MIB / loaded
    return [
        Row("`tar xzf` of the files", f"{plain:.1f} s"),
        Row("`restore`: filling a fresh generation", f"{loaded:.1f} s"),
        Row("that is", f"{rate:.0f} MiB/s", "≥ 100 MB/s", good=rate * MIB >= 100_000_000),
    ]


def loading(machine: Machine, backup: str, folder: str) -> float:
    """How long the step took that loads a store, as the events tell it."""
    done = machine.run("restore", backup, "--from", folder, "--yes", "--output", "ndjson",
                       "--timeout", "300")  # fmt: skip
    assert done.code == 0, done.err
    found = [float(one["seconds"]) for line in done.err.splitlines() + done.out.splitlines()
             if line.startswith("{") and (one := json.loads(line)).get("title") == "Load"
             and "seconds" in one]  # fmt: skip
    assert found, "no event tells of the step that loads"
    return sum(found)


def growth(stack: Machine) -> list[Row]:
    """Peak memory of the largest program on the host, at sizes far apart; each figure is a run's."""
    peaks = [(gib, peak(stack, gib)) for gib in (GIB / 10, GIB, GIB * 4)]
    told = ", ".join(f"{found:.0f} MiB at {gib:g} GiB" for gib, found in peaks)
    flat = peaks[-1][1] <= peaks[0][1] * 1.25
    return [
        Row("peak memory of any program on the host", told, "flat", good=flat),
        Row("the largest", f"{max(p for _, p in peaks):.0f} MiB", "≤ 256 MiB",
            good=max(p for _, p in peaks) <= 256),
    ]  # fmt: skip


def peak(stack: Machine, gib: float) -> float:
    """A process of its own asks for its children, so that one run does not hide in another's."""
    fill(stack, gib)
    with tempfile.TemporaryDirectory() as folder:
        words = stack.argv("backup", "create", "--to", folder, "--output", "json")
        asked = [sys.executable, "-c", PEAK, *words]
        done = subprocess.run(asked, env=stack.environment, check=True, capture_output=True)
    clear(stack)
    return int(done.stdout.split()[-1]) / 1024


PEAK = (
    "import resource, subprocess, sys;"
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def by_hand(stack: Machine, folder: str, script: str) -> None:
    mounted = '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Name}}{{end}}{{end}}'
    volume = docker("inspect", stack.container(), "--format", mounted).strip()
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
    filler = (
        "CREATE TABLE filler AS SELECT n, md5(n::text) AS a, repeat(md5((n * 7)::text), 40) AS b "
        f"FROM generate_series(1, {rows}) n"
    )
    psql = ["docker", "exec", server, "psql", "-X", "-q", "-d", "thoth_data", "-c"]
    subprocess.run([*psql, filler], check=True)
    size = int(docker("exec", *psql[2:-1], "-A", "-t", "-c", SIZE)) / MIB
    with tempfile.TemporaryDirectory() as folder:
        plain = seconds(lambda: dump(server, Path(folder) / "plain"))
        made, _ = create(production, "--to", folder, "--only", "postgres")
        by_tool = plainly_restored(server)
        loaded = loading(production, str(made["id"]), folder)
    took, pause = int(made["duration_ms"]) / 1000, int(made["write_pause_ms"])
    against = loaded / by_tool
    return [
        Row(f"plain `pg_dump` of {size:,.0f} MiB", f"{plain:.1f} s"),
        Row("`backup create --only postgres`", f"{took:.1f} s"),
        Row("against `pg_dump`", f"{took / plain:.2f} ×", "≤ 1.3 ×", good=took / plain <= 1.3),
        Row("write pause, production", f"{pause} ms", "≤ 5,000 ms", good=pause <= 5000),
        Row("`pg_restore -j2` of it into an empty database", f"{by_tool:.1f} s"),
        Row("`restore`: filling a fresh generation of PostgreSQL", f"{loaded:.1f} s"),
        Row("against `pg_restore -j2`", f"{against:.2f} ×", "≤ 1.3 ×", good=against <= 1.3),
    ]


def plainly_restored(server: str) -> float:
    """By PostgreSQL's own tools, inside the server that runs."""
    psql = ("exec", server, "psql", "-X", "-q", "-A", "-t", "-d", "postgres", "-c")
    place = docker(*psql, "SHOW data_directory").strip() + "/plain.dump"
    docker("exec", server, "pg_dump", "-Fc", "-d", "thoth_data", "-f", place)
    docker(*psql, "CREATE DATABASE bench_scratch")
    words = ("exec", server, "pg_restore", "-j2", "-d", "bench_scratch", place)
    took = seconds(lambda: docker(*words))
    docker(*psql, "DROP DATABASE bench_scratch")
    docker("exec", server, "rm", "-f", place)
    return took


SIZE = "SELECT pg_database_size('thoth_data')"


def dump(server: str, path: Path) -> None:
    with path.open("wb") as file:
        words = ["docker", "exec", server, "pg_dump", "-d", "thoth_data"]
        subprocess.run(words, check=True, stdout=file)
