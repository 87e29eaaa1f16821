"""What a rollback does not begin: what runs goes on untouched, and says why."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from e2e.conftest import shelved
from e2e.machine import Machine, docker
from e2e.stand_in import Shelf, set_up, version_served
from terminal import CTRL_C, Terminal

pytestmark = pytest.mark.faults
UP = ("upgrade", "--to", "1.0.1", "--yes", "--soak", "0")
MANIFESTS = "/data/docker/registry/v2/repositories/stand-in/_manifests"


@pytest.fixture(scope="module")
def two(images_home: Path) -> Iterator[Shelf]:
    with shelved(images_home, ("1.0.0", "1.0.1")) as made:
        yield made


@pytest.fixture(scope="module")
def upgraded(
    program: Path, two: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("upgraded")) as made:
        set_up(made, two.registry.host, "1.0.0")
        made.ok(*UP)
        yield made


@contextmanager
def untouched(machine: Machine) -> Iterator[None]:
    """Whatever is tried, the same containers go on."""
    before = machine.container()
    yield
    assert (machine.container(), version_served(machine)) == (before, "1.0.1")
    assert [r["number"] for r in machine.ok("releases").data["releases"]] == [1, 2]
    assert machine.ok("health").data["healthy"]


@contextmanager
def withdrawn(shelf: Shelf) -> Iterator[None]:
    """Somebody removed the versions from the registry."""
    inside = ("exec", "--user", "0", shelf.registry.name, "mv")
    docker(*inside, MANIFESTS, "/tmp/withdrawn")  # noqa: S108 - in a container
    yield
    docker(*inside, "/tmp/withdrawn", MANIFESTS)  # noqa: S108 - in a container


def image_of(machine: Machine, number: int) -> str:
    release = machine.ok("releases", "show", str(number)).data
    return str(release["images"]["stand-in"])


def test_ctrl_c_where_a_rollback_asks_changes_nothing(upgraded: Machine) -> None:
    known = len(upgraded.ok("journal").data["operations"])

    with (
        untouched(upgraded),
        Terminal("rollback", environment=upgraded.environment, program=upgraded.argv()) as shown,
    ):
        shown.answers("Go back from release 2 to 1?", CTRL_C)
        assert shown.code == 130, shown.shown

    assert len(upgraded.ok("journal").data["operations"]) == known


def test_f6_an_image_that_is_gone_is_told_before_anything_is_touched(
    upgraded: Machine, two: Shelf
) -> None:
    image = image_of(upgraded, 1)
    docker("image", "rm", image)

    with untouched(upgraded), withdrawn(two):
        done = upgraded.json("rollback", "--yes")

    assert done.code == 15, done.out
    error = done.envelope["errors"][0]
    assert f"has no {image.partition('@')[2]}" in error["message"]
    assert error["hint"]
    last = upgraded.ok("journal").data["operations"][-1]
    assert last["ending"] == "rolled back"

    upgraded.ok("rollback", "--yes", "--soak", "0")
    assert version_served(upgraded) == "1.0.0"
