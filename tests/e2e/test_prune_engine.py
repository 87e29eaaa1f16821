"""Images that nobody needs go from an engine of the test's own; what a rollback needs stays."""

import pytest
from e2e.machine import docker
from e2e.stand_in import version_served
from e2e.test_fault_engine import Apart, apart  # noqa: F401 - a fixture
from terminal import CTRL_C, Terminal

STRAY = "thoth-stray:1"


@pytest.mark.faults
def test_f6_images_that_no_release_needs_go_and_a_rollback_needs_no_registry(
    apart: Apart,  # noqa: F811
) -> None:
    ground = apart.ground
    ground.at("1.0.0")
    ground.machine.ok("upgrade", "--to", "1.1.0", "--yes", "--soak", "0")
    made = docker("create", docker("inspect", "-f", "{{.Image}}", ground.container("app")).strip())
    docker("commit", "--change", "LABEL stray=yes", made.strip(), STRAY)
    docker("rm", made.strip())
    machine, words = ground.machine, ("images", "prune")

    with Terminal(*words, environment=machine.environment, program=machine.argv()) as shown:
        shown.answers("Remove 1 images", CTRL_C)
        assert shown.code == 130, shown.shown
    assert docker("images", "--quiet", STRAY)

    pruned = machine.ok(*words, "--yes").data

    assert [one["tags"] for one in pruned["surplus"]] == [[STRAY]]
    assert docker("images", "--quiet", STRAY) == ""
    ground.relay.stop()
    ground.machine.ok("rollback", "--yes")
    assert version_served(ground.machine) == "1.0.0"
