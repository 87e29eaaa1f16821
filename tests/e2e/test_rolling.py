"""Containers are exchanged one by one: no request fails, wherever it is cut off."""

import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.balanced import balanced_machine
from e2e.killing import Moment, kill_at
from e2e.load import Load
from e2e.machine import Machine, docker
from e2e.stand_in import post, served, version_served

ROLLING = ("upgrade", "--to", "1.0.1", "--rolling", "--yes", "--soak", "0")
BACK = ("rollback", "--rolling", "--yes")


@pytest.fixture(scope="module")
def balanced(
    program: Path, images_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with balanced_machine(program, images_home, tmp_path_factory.mktemp("balanced")) as made:
        yield made


def containers(machine: Machine) -> set[str]:
    return set(machine.container().split())


def index_of(machine: Machine, name: str) -> int:
    plan = machine.ok(*ROLLING[:4], "--plan", "--soak", "0").data["plan"][1:]
    return next(n for n, line in enumerate(plan) if f". {name}:" in line)


def compose_changes_nothing(machine: Machine) -> None:
    """The files of the release say what runs: Compose alone finds nothing to do."""
    before = containers(machine)
    release = machine.ok("releases").data["releases"][-1]["number"]
    folder = machine.folder / f"releases/{release}"
    subprocess.run(["docker", "compose", "up", "-d"], cwd=folder, check=True, capture_output=True)
    assert containers(machine) == before


def test_an_upgrade_and_the_way_back_cost_no_request(balanced: Machine) -> None:
    before, edge = served(balanced), docker("ps", "-q", "--filter", f"name={balanced.name}-nginx")
    answers: list[int] = []

    def slow() -> None:
        with urllib.request.urlopen(f"{balanced.url}/slow", timeout=60) as reply:
            answers.append(reply.status)

    asking = [threading.Thread(target=slow) for _ in range(4)]
    with Load(f"{balanced.url}/health/") as load:
        for one in asking:
            one.start()
        done = balanced.ok(*ROLLING).data
    for one in asking:
        one.join()

    assert (done["from"], done["to"]) == ("1.0.0", "1.0.1")
    assert (load.tally.failed, answers) == (0, [200] * 4)
    assert load.tally.requests >= 1000
    assert version_served(balanced) == "1.0.1"
    compose_changes_nothing(balanced)

    with Load(f"{balanced.url}/health/") as load:
        assert balanced.ok(*BACK).data["version"] == "1.0.0"

    assert load.tally.failed == 0
    assert (version_served(balanced), served(balanced)) == ("1.0.0", before)
    assert docker("ps", "-q", "--filter", f"name={balanced.name}-nginx") == edge


def test_a_version_that_does_not_become_healthy_is_asked_nothing(balanced: Machine) -> None:
    before = containers(balanced)

    with Load(f"{balanced.url}/health/", least=200) as load:
        done = balanced.json("upgrade", "--to", "1.3.0", "--rolling", "--yes", "--soak", "0")

    assert done.code == 9, done.out
    assert "this version cannot start" in done.envelope["errors"][0]["message"]
    assert load.tally.failed == 0
    assert containers(balanced) == before
    assert balanced.ok("health").data["healthy"]


def test_versions_with_another_database_are_refused(balanced: Machine) -> None:
    before = containers(balanced)

    refused = balanced.json("upgrade", "--to", "1.1.0", "--rolling", "--yes")

    assert refused.code == 13, refused.out
    assert "without --rolling" in refused.envelope["errors"][0]["hint"]
    assert containers(balanced) == before


@pytest.mark.parametrize("step", ["TryReplica", "ExchangeReplicas"])
@pytest.mark.parametrize(("ending", "version"), [("rollback", "1.0.0"), ("resume", "1.0.1")])
def test_an_exchange_that_is_killed_is_taken_back_or_gone_on_with_unnoticed(
    balanced: Machine, step: str, ending: str, version: str
) -> None:
    index = index_of(balanced, step)

    with Load(f"{balanced.url}/health/", least=200) as load:
        assert kill_at(balanced, Moment(ROLLING, index))
        balanced.ok(ending, "--yes")
        assert version_served(balanced) == version
        if ending == "resume":
            balanced.ok(*BACK)

    assert load.tally.failed == 0
    assert version_served(balanced) == "1.0.0"
    assert balanced.ok("health").data["healthy"]


def test_a_version_that_declares_what_works_on_its_database_is_exchanged_as_well(
    balanced: Machine,
) -> None:
    """The last one here: the database stays migrated."""
    planned = balanced.ok("upgrade", "--to", "1.0.5", "--rolling", "--plan").data
    assert (planned["cloned"], planned["downtime_seconds"]) == ([], 0)

    with Load(f"{balanced.url}/health/", least=200) as load:
        balanced.ok("upgrade", "--to", "1.0.5", "--rolling", "--yes", "--soak", "0")
        assert version_served(balanced) == "1.0.5"
        written = post(balanced, "/rows", {"text": "beside"})["id"]
        back = balanced.ok("rollback", "--rolling", "--yes", "--soak", "0").data

    assert (back["data"], back["lost_minutes"], load.tally.failed) == ("keep", 0, 0)
    assert version_served(balanced) == "1.0.0"
    assert f"{written}|beside" in served(balanced)
