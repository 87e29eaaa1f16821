"""A full disk and a killed engine while images are built: nothing half-installed, a clean rerun."""

import json
from collections.abc import Iterator

import pytest
from e2e.bare_machine import QUESTION, BareMachine, bare_machine
from e2e.machine import events

SMALL, LARGE = "160m", "3g"


@pytest.fixture(scope="module")
def bare(images: None) -> Iterator[BareMachine]:
    """A machine with everything installed, whose engine's disk is small."""
    with bare_machine("--tmpfs", f"/var/lib/docker:exec,size={SMALL}") as machine:
        machine.ok("./install.sh", "--yes", "--no-setup")
        yield machine


def nothing_installed(bare: BareMachine) -> bool:
    labelled = ["--filter", "label=io.thoth.install", "-q"]
    listings = (("ps", "-a"), ("volume", "ls"), ("network", "ls"))
    return not any(bare.ok("docker", *words, *labelled).out.split() for words in listings)


def test_a_disk_that_fills_up_during_the_build_is_exit_14(bare: BareMachine) -> None:
    done = bare.run("thothctl", "setup", "--yes", "--demo", "--output", "json")

    document = json.loads(done.out)
    assert done.code == 14, document
    assert document["errors"][0]["code"] == "no_space"
    assert document["errors"][0]["hint"]
    assert nothing_installed(bare)
    bare.ok("mount", "-o", f"remount,size={LARGE}", "/var/lib/docker")


def test_an_engine_killed_during_the_build_is_exit_6(bare: BareMachine) -> None:
    process = bare.start("thothctl", "setup", "--yes", "--demo", "--output", "ndjson")
    for event in events(process):
        if event.get("subject") == "thoth-base" and "configured" in str(event.get("status")):
            bare.ok("sh", "-c", "kill -9 $(cat /var/run/docker.pid)")
            break
    out, _ = process.communicate(timeout=300)

    document = json.loads(out.splitlines()[-1])
    assert process.returncode == 6, document
    assert document["errors"][0]["hint"]


def test_the_same_command_then_installs_everything(bare: BareMachine) -> None:
    """The script starts the engine past the stale pid files of the killed one."""
    bare.ok("./install.sh", "--yes", "--demo")

    assert json.loads(bare.ok("thothctl", "ask", QUESTION, "--output", "json").out)["ok"] is True
