"""From PostgreSQL 15 to 17 and back, and data that an image would not find; each fault is real."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.machine import Machine, docker
from e2e.own_images import build
from e2e.registry_box import RegistryBox
from e2e.stand_in import (
    OLDER,
    Shelf,
    database,
    older_postgres,
    post,
    served,
    set_up,
    version_served,
)

MOVED = "FROM {image}\nENV PGDATA=/var/lib/postgresql/17/docker\nVOLUME /var/lib/postgresql\n"
RIGHTS = "SELECT datacl FROM pg_database WHERE datname = 'thoth'"


def made_from(text: str, tag: str) -> str:
    """An image from a build file without a context."""
    argv = ["docker", "buildx", "build", "--load", "-q", "-t", tag, "-"]
    subprocess.run(argv, input=text, text=True, check=True, capture_output=True)
    return tag


@pytest.fixture(scope="module")
def versions(images_home: Path) -> Iterator[Shelf]:
    """1.0.0 runs PostgreSQL 15, 1.1.0 runs 17; the image of 1.2.0 keeps its data elsewhere."""
    registry = RegistryBox(images_home).start()
    moved = f"thoth-test-postgres:{registry.name}"
    try:
        made = Shelf(registry, images_home)
        made.put("1.0.0", postgres=older_postgres(images_home))
        made.put("1.1.0")
        own = build("postgres", images_home)
        other = made_from(f"FROM {own}\nLABEL other=system\n", f"{moved}-other")
        made.put("1.1.1", postgres=other, DATABASE_REVISION="0002", REVERSIBLE_TO="0001")
        made.put("1.2.0", postgres=made_from(MOVED.format(image=own), moved))
        yield made
    finally:
        registry.clean()
        subprocess.run(["docker", "rmi", moved, f"{moved}-other"], capture_output=True, check=False)


def volume(machine: Machine, number: int) -> str:
    return f"thoth-{machine.name}_postgres_g{number}"


def inside(machine: Machine, number: int, script: str, *mounts: str) -> str:
    """Run a program beside the stack, as root, on a volume of it."""
    words = [w for m in (f"{volume(machine, number)}:/volume", *mounts) for w in ("-v", m)]
    return docker("run", "--rm", "--user", "0:0", *words, "--entrypoint", "sh", OLDER, "-c", script)


def running(machine: Machine) -> str:
    label = f"label=com.docker.compose.project=thoth-{machine.name}"
    return docker("ps", "-q", "--filter", label).strip()


def server(machine: Machine) -> str:
    return database(machine, "SHOW server_version_num").strip()[:2]


def test_f8_an_upgrade_moves_the_data_to_another_postgresql_and_a_rollback_serves_the_old_volume(
    bare: Machine, versions: Shelf
) -> None:
    set_up(bare, versions.registry.host, "1.0.0")
    post(bare, "/rows", {"text": "written with 15"})
    before, rights = served(bare), database(bare, RIGHTS)
    assert server(bare) == "15"

    planned = bare.ok("upgrade", "--plan", "--to", "1.1.0").data
    assert [one["name"] for one in planned["cloned"]] == ["postgres"]
    bare.ok("upgrade", "--rehearse", "--to", "1.1.0", "--yes")
    assert (version_served(bare), server(bare), served(bare)) == ("1.0.0", "15", before)
    bare.ok("upgrade", "--to", "1.1.0", "--yes", "--soak", "1")

    assert (version_served(bare), server(bare), served(bare)) == ("1.1.0", "17", before)
    assert database(bare, RIGHTS) == rights
    assert "vector" in database(bare, "SELECT extname FROM pg_extension")
    assert inside(bare, 1, "cat /volume/15/PG_VERSION").strip() == "15", "the old volume stays"
    post(bare, "/rows", {"text": "written with 17"})

    kept = bare.json("rollback", "--data", "keep", "--yes")
    assert kept.code == 13, kept.out
    assert "runs another PostgreSQL" in kept.envelope["errors"][0]["message"]
    back = bare.ok("rollback", "--yes").data
    assert back["data"] == "restore"
    assert (version_served(bare), server(bare), served(bare)) == ("1.0.0", "15", before)

    bare.ok("rollback", "--to", "2", "--data", "restore", "--yes")
    assert server(bare) == "17"
    assert "written with 17" in served(bare)


def test_f8_f9_f10_f12_data_that_an_image_would_not_find_is_never_started_on(
    bare: Machine, versions: Shelf
) -> None:
    set_up(bare, versions.registry.host, "1.1.0")
    before = served(bare)

    moved = bare.json("upgrade", "--to", "1.2.0", "--yes")
    assert moved.code == 13, moved.out
    error = moved.envelope["errors"][0]
    assert "keeps its data in /var/lib/postgresql/17/docker" in error["message"]
    assert error["hint"]
    assert version_served(bare) == "1.1.0"

    forged = "UPDATE pg_database SET datcollversion = '0' WHERE datname = 'thoth'"
    database(bare, forged, "postgres")
    done = bare.ok("upgrade", "--to", "1.1.1", "--yes", "--soak", "1")
    assert "thoth was sorted by another version" in done.err
    mended = "SELECT datcollversion = pg_database_collation_actual_version(oid) FROM pg_database"
    assert database(bare, f"{mended} WHERE datname = 'thoth'").strip() == "t"
    assert served(bare) == before

    bare.ok("stop")
    inside(bare, 1, "mv /volume/17 /volume/15 && echo 15 > /volume/15/PG_VERSION")
    other = bare.json("start")
    assert other.code == 13, other.out
    assert "holds data of PostgreSQL 15" in other.envelope["errors"][0]["message"]
    assert running(bare) == "", "nothing of it was started"
    inside(bare, 1, "mv /volume/15 /volume/17 && echo 17 > /volume/17/PG_VERSION")
    bare.ok("start")
    assert served(bare) == before

    bare.ok("stop")
    found = docker("ps", "-aq", "--filter", f"label=com.docker.compose.project=thoth-{bare.name}")
    docker("rm", *found.split())
    docker("volume", "rm", volume(bare, 1))
    lost = bare.json("start")
    assert lost.code == 3, lost.out
    assert f"{volume(bare, 1)} held the data of this install and is gone" in str(lost.envelope)
    assert volume(bare, 1) not in docker("volume", "ls", "-q"), "no empty one takes its place"
