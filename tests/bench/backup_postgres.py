"""Backups of PostgreSQL against its own tools on the same database."""

import os
from pathlib import Path

from bench.backup_rows import MIB, Row, create, loading, piped, place, seconds
from e2e.machine import LABEL, Machine, docker

ROWS_OF_A_GIB = 600_000
SIZE = "SELECT pg_database_size('thoth_data')"


def postgres(production: Machine, gib: float) -> list[Row]:
    """Dumped by both, restored by both."""
    labels = (f"label={LABEL}={production.label}", "label=io.thoth.service=postgres")
    server = docker("ps", "-q", *(w for one in labels for w in ("--filter", one))).strip()
    psql = ("exec", server, "psql", "-X", "-q", "-A", "-t", "-d", "thoth_data", "-c")
    docker(*psql, FILLER.format(rows=int(gib * ROWS_OF_A_GIB)))
    size = int(docker(*psql, SIZE)) / MIB
    with place() as folder:
        dump = ["docker", "exec", server, "pg_dump", "-d", "thoth_data"]
        plain = seconds(lambda: piped(dump, Path(folder) / "plain"))
        made, _ = create(production, "--to", folder, "--only", "postgres")
        by_tool, kept = plainly_restored(server)
        os.sync()
        loaded = loading(production, str(made["id"]), folder)
    took, pause = int(made["duration_ms"]) / 1000, int(made["write_pause_ms"])
    return [
        Row(f"plain `pg_dump` of {size:,.0f} MiB", f"{plain:.1f} s"),
        Row("`backup create --only postgres`", f"{took:.1f} s"),
        Row("against `pg_dump`", f"{took / plain:.2f} ×", "≤ 1.3 ×", good=took / plain <= 1.3),
        Row("write pause, production", f"{pause} ms", "≤ 5,000 ms", good=pause <= 5000),
        Row("`pg_restore -j2` of it into an empty database", f"{by_tool:.1f} s"),
        Row("the same until it is on disk, by a checkpoint", f"{kept:.1f} s"),
        Row("`restore`: filling a fresh generation of PostgreSQL", f"{loaded:.1f} s"),
        against(loaded / kept),
    ]


FILLER = (
    "CREATE TABLE filler AS SELECT n, md5(n::text) AS a, repeat(md5((n * 7)::text), 40) AS b "
    "FROM generate_series(1, {rows}) n"
)


def against(times: float) -> Row:
    return Row("against `pg_restore -j2` on disk", f"{times:.2f} ×", "≤ 1.3 ×", good=times <= 1.3)


def plainly_restored(server: str) -> tuple[float, float]:
    """By PostgreSQL's own tools, inside the server that runs; also until it is on disk."""
    psql = ("exec", server, "psql", "-X", "-q", "-A", "-t", "-d", "postgres", "-c")
    dumped = docker(*psql, "SHOW data_directory").strip() + "/plain.dump"
    docker("exec", server, "pg_dump", "-Fc", "-d", "thoth_data", "-f", dumped)
    docker(*psql, "CREATE DATABASE bench_scratch")
    words = ("exec", server, "pg_restore", "-j2", "-d", "bench_scratch", dumped)
    os.sync()  # what others wrote is nobody's time
    took = seconds(lambda: docker(*words))
    kept = took + seconds(lambda: docker(*psql, "CHECKPOINT"))
    docker(*psql, "DROP DATABASE bench_scratch")
    docker("exec", server, "rm", "-f", dumped)
    return took, kept
