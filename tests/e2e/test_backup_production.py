"""Backups of the production stack: PostgreSQL by its own client, Redis by its own snapshot."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.machine import LABEL, Machine, docker
from e2e.own_images import until
from e2e.test_backup import backups, finished, tasks


@pytest.fixture(scope="module")
def production(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("production")) as made:
        made.set_up("--mode", "production", "--timeout", "300")
        yield made


def container(machine: Machine, service: str) -> str:
    labels = (f"label={LABEL}={machine.label}", f"label=io.thoth.service={service}")
    return docker("ps", "-q", *(word for one in labels for word in ("--filter", one))).strip()


def sql(machine: Machine, database: str, query: str) -> str:
    words = ["psql", "-X", "-A", "-t", "-d", database, "-c", query]
    return docker("exec", container(machine, "postgres"), *words).strip()


def parts(machine: Machine, backup: str) -> dict[str, Any]:
    manifest = machine.ok("backup", "show", backup).data["manifest"]
    return {part["name"]: part for part in manifest["parts"]}


def test_every_store_is_of_one_point_and_counts_are_those_of_the_servers(
    production: Machine,
) -> None:
    made = production.ok("backup", "create").data
    found = parts(production, str(made["id"]))
    schools = sql(production, "thoth_data", "SELECT count(*) FROM california_schools.schools")
    migrations = sql(production, "thoth", "SELECT count(*) FROM django_migrations")

    assert made["consistency"] == "one-point"
    assert 0 < made["write_pause_ms"] <= 5000
    assert list(found) == [
        "settings.tar", "secrets.tar", "data.tar", "postgres/globals.sql",
        "postgres/thoth.dump", "postgres/thoth_data.dump", "redis.tar",
    ]  # fmt: skip
    counts = found["postgres/thoth_data.dump"]["counts"]
    assert counts["california_schools.schools"] == int(schools)
    assert found["postgres/thoth.dump"]["counts"]["public.django_migrations"] == int(migrations)
    assert production.ok("backup", "verify", "--deep").data["parts"] == 7
    assert production.ok("health").envelope["ok"]
    assert "dump.rdb" not in docker("exec", container(production, "redis"), "ls", "/data")


def test_f34_dumps_are_made_by_the_servers_own_client(production: Machine) -> None:
    production.ok("backup", "create", "--only", "postgres")
    newest = str(backups(production)[-1]["id"])
    manifest = production.ok("backup", "show", newest).data["manifest"]
    words = ("exec", container(production, "postgres"), "pg_dump", "--version")

    assert manifest["clusters"]["postgres"]["version"] in docker(*words)
    assert manifest["clusters"]["postgres"]["extensions"]["thoth"]
    assert manifest["full"] is False
    assert manifest["stores"] == ["postgres"]


def test_f4_a_dump_that_is_killed_makes_no_backup(production: Machine) -> None:
    before = backups(production)
    fill = (
        "CREATE TABLE filler AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 400000) n"
    )
    sql(production, "thoth_data", fill)
    process = production.start("backup", "create", "--output", "ndjson")
    postgres = container(production, "postgres")
    kill = ["docker", "exec", postgres, "sh", "-c", KILL]
    until(
        lambda: subprocess.run(kill, check=False, capture_output=True).returncode == 0,
        120,
        every=0.02,
    )
    code, document = finished(process)
    sql(production, "thoth_data", "DROP TABLE filler")

    assert code == 11, document
    assert "postgres/" in document["errors"][0]["message"]
    assert [one["id"] for one in backups(production)] == [one["id"] for one in before]
    assert not tasks(production)
    assert production.ok("health").envelope["ok"]


KILL = (
    "for p in /proc/[0-9]*; do "
    'case "$(tr "\\0" " " < $p/cmdline)" in *pg_dump*thoth_data*) '
    "kill -9 ${p#/proc/} && exit 0;; esac; "
    "done; exit 1"
)


def test_per_store_is_only_what_it_is_called(production: Machine) -> None:
    made = production.ok("backup", "create", "--consistency", "per-store").data

    assert made["consistency"] == "per-store"
    assert made["write_pause_ms"] == 0
