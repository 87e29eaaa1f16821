"""README command 1 on a machine that has nothing: no engine, no Python, no certificates of ours."""

import json
from collections.abc import Iterator

import pytest
from e2e.bare_machine import QUESTION, BareMachine, bare_machine


@pytest.fixture(scope="module")
def bare(images: None) -> Iterator[BareMachine]:
    with bare_machine("-v", "/var/lib/docker") as machine:
        yield machine


def test_the_machine_is_bare(bare: BareMachine) -> None:
    for program in ("docker", "dockerd", "python3", "pip"):
        assert bare.run("which", program).code != 0


def test_without_consent_nothing_is_installed(bare: BareMachine) -> None:
    done = bare.run("./install.sh", "--demo")

    assert done.code == 2
    assert "--yes" in done.err
    assert bare.run("which", "python3").code != 0


def test_one_command_leads_to_an_answer(bare: BareMachine) -> None:
    bare.ok("./install.sh", "--yes", "--demo")

    asked = bare.ok("thothctl", "ask", QUESTION, "--output", "json")
    answer = json.loads(asked.out)
    assert answer["ok"] is True
    assert answer["data"]["rows"][0][0] > 0
    assert bare.ok("thothctl", "health", "--wait", "--output", "json")


def test_the_checkout_is_left_as_it_was(bare: BareMachine) -> None:
    left = bare.ok("find", ".", "-name", "build", "-o", "-name", "*.egg-info").out

    assert left == ""


def test_the_same_command_again_has_nothing_to_do(bare: BareMachine) -> None:
    before = bare.ok("docker", "ps", "--format", "{{.ID}} {{.CreatedAt}}").out

    done = bare.ok("./install.sh", "--yes", "--demo")

    assert "Nothing to do" in done.out
    assert bare.ok("docker", "ps", "--format", "{{.ID}} {{.CreatedAt}}").out == before


def test_an_engine_that_was_killed_is_started_again_past_its_stale_pid_file(
    bare: BareMachine,
) -> None:
    bare.ok("sh", "-c", "kill -9 $(cat /var/run/docker.pid); rm -f /var/run/docker.sock")

    bare.ok("./install.sh", "--yes", "--demo")

    assert json.loads(bare.ok("thothctl", "ask", QUESTION, "--output", "json").out)["ok"] is True
