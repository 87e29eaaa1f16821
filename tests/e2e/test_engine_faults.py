"""A full disk and a killed engine while images are built: nothing half-installed, a clean rerun."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from e2e.bare_machine import QUESTION, BareMachine, bare_machine
from e2e.machine import events

SMALL, LARGE = "120m", "6g"
ALL_BUT_FULL = """
for _ in $(seq 50); do  # what is used grows while the engine works
  used=$(df -k --output=used /var/lib/docker | tail -n 1)
  mount -o remount,size=$((used + 4096))k /var/lib/docker 2>/dev/null && exit
done
exit 1
"""


@pytest.fixture(scope="module")
def bare(images: None) -> Iterator[BareMachine]:
    """A machine with everything installed, whose engine's disk can grow and shrink."""
    with bare_machine("--tmpfs", f"/var/lib/docker:exec,size={LARGE}") as machine:
        machine.ok("./install.sh", "--yes", "--no-setup")
        yield machine


def nothing_installed(bare: BareMachine) -> bool:
    labelled = ["--filter", "label=io.thoth.install", "-q"]
    listings = (("ps", "-a"), ("volume", "ls"), ("network", "ls"))
    return not any(bare.ok("docker", *words, *labelled).out.split() for words in listings)


def interrupted_build(bare: BareMachine, *fault: str) -> tuple[int, dict[str, Any]]:
    """Set up, with a fault planted when a build has begun."""
    process = bare.start("thothctl", "setup", "--yes", "--demo", "--output", "ndjson")
    for event in events(process):
        if str(event.get("status")).startswith("["):
            bare.ok(*fault)
            break
    out, _ = process.communicate(timeout=300)
    assert out, "no image was built"
    document: dict[str, Any] = json.loads(out.splitlines()[-1])
    return process.returncode, document


def test_a_disk_that_is_too_small_is_said_before_anything_begins(bare: BareMachine) -> None:
    bare.ok("mount", "-o", f"remount,size={SMALL}", "/var/lib/docker")
    done = bare.run("thothctl", "setup", "--yes", "--demo", "--output", "json")
    bare.ok("mount", "-o", f"remount,size={LARGE}", "/var/lib/docker")

    assert done.code == 14
    assert nothing_installed(bare)
    assert not bare.ok("docker", "images", "-q").out


def test_a_disk_that_fills_up_during_the_build_is_exit_14(bare: BareMachine) -> None:
    code, document = interrupted_build(bare, "sh", "-ec", ALL_BUT_FULL)
    bare.ok("mount", "-o", f"remount,size={LARGE}", "/var/lib/docker")

    assert code == 14, document
    assert document["errors"][0]["code"] == "no_space"
    assert document["errors"][0]["hint"]
    assert nothing_installed(bare)


def test_an_engine_killed_during_the_build_is_exit_6(bare: BareMachine) -> None:
    kill = ("sh", "-c", "kill -9 $(cat /var/run/docker.pid)")
    code, document = interrupted_build(bare, *kill)

    assert code == 6, document
    assert document["errors"][0]["hint"]


def test_the_same_command_then_installs_everything(bare: BareMachine) -> None:
    """The script starts the engine past the stale pid files of the killed one."""
    bare.ok("./install.sh", "--yes", "--demo")

    assert json.loads(bare.ok("thothctl", "ask", QUESTION, "--output", "json").out)["ok"] is True
