"""Setup on the real engine: fresh, again, changed, refused, killed."""

import json
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest
from e2e.machine import Machine, docker, events, tree

STEPS = 8


def test_a_fresh_setup_ends_healthy_and_says_where(machine: Machine) -> None:
    data = machine.set_up("--demo").data

    assert data["url"] == machine.url
    assert machine.ok("health").data["healthy"] is True
    assert data["admin_password_file"].startswith(str(machine.folder))
    assert machine.secret("admin_password") not in json.dumps(data)


def test_a_second_setup_changes_nothing(machine: Machine) -> None:
    machine.set_up("--demo")
    before, container = tree(machine.folder), machine.container()

    again = machine.set_up("--demo")

    assert again.data["changed"] is False
    assert tree(machine.folder) == before
    assert machine.container() == container


def test_changed_settings_become_a_new_release_with_the_same_data(machine: Machine) -> None:
    machine.set_up("--demo")
    volumes = machine.left(machine.label)["volumes"]

    changed = machine.ok("setup", "--yes", "--port", str(machine.port), "--admin-email", "b@x.org")

    assert changed.data["release"] == 2
    assert machine.left(machine.label)["volumes"] == volumes
    assert (machine.folder / "releases/1/compose.yaml").is_file()


def test_a_release_folder_also_works_by_hand(machine: Machine) -> None:
    machine.set_up("--no-demo")
    machine.ok("stop")

    subprocess.run(
        ["docker", "compose", "up", "-d"],
        cwd=machine.folder / "releases/1",
        check=True,
        capture_output=True,
    )

    assert machine.ok("health", "--wait").envelope["ok"] is True


@pytest.mark.parametrize("way_out", ["resume", "rollback", "setup"])
@pytest.mark.parametrize("killed_at", range(1, STEPS + 1))
def test_killed_at_any_step_setup_can_be_finished_or_taken_back(
    machine: Machine, killed_at: int, way_out: str
) -> None:
    _kill_at(machine, killed_at)

    if way_out == "setup":
        machine.set_up("--demo")
    else:
        machine.ok(way_out)

    if way_out == "rollback":
        assert not (machine.folder / "install.json").exists()
        assert not docker("ps", "-aq", "--filter", f"name=thoth-{machine.name}").split()
        assert not docker("volume", "ls", "-q", "--filter", f"name=thoth-{machine.name}").split()
    else:
        assert machine.ok("health", "--wait").envelope["ok"] is True


def _kill_at(machine: Machine, step: int) -> None:
    words = ["setup", "--yes", "--demo", "--port", str(machine.port), "--output", "ndjson"]
    process = machine.start(*words)
    for event in events(process):
        if event.get("event") == "step_began" and event["index"] == step:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait(timeout=60)
    process.communicate()


def test_an_unfinished_setup_blocks_other_changes(machine: Machine, tmp_path: Path) -> None:
    _kill_at(machine, 7)
    with sqlite3.connect(tmp_path / "a.sqlite") as database:
        database.execute("CREATE TABLE t (x)")

    refused = machine.json("import-bird", str(tmp_path / "a.sqlite"))

    assert refused.code == 16
    assert "thothctl resume" in refused.envelope["errors"][0]["hint"]


def test_ctrl_c_takes_everything_back(machine: Machine) -> None:
    words = ["setup", "--yes", "--demo", "--port", str(machine.port), "--output", "ndjson"]
    process = machine.start(*words)
    for event in events(process):
        if event.get("event") == "step_began" and event["title"] == "Start":
            process.send_signal(signal.SIGINT)
            break
    out, _ = process.communicate(timeout=120)

    assert process.returncode == 130
    assert json.loads(out.splitlines()[-1])["code"] == "interrupted"
    assert not docker("ps", "-aq", "--filter", f"name=thoth-{machine.name}").split()
    machine.set_up("--demo")


def test_a_taken_port_names_its_owner_and_the_next_free_one(
    machine: Machine, stack: Machine
) -> None:
    refused = machine.json("setup", "--yes", "--demo", "--port", str(stack.port))

    error = refused.envelope["errors"][0]
    assert refused.code == 3
    assert f"thoth-{stack.name}-app-1" in error["message"]
    assert "--port" in error["hint"]
    assert not (machine.folder / "install.json").exists()


def test_an_engine_that_is_down_is_exit_6_and_status_still_tells_what_is_recorded(
    machine: Machine, tmp_path: Path
) -> None:
    machine.set_up("--demo")
    machine.extra = {"DOCKER_HOST": f"unix://{tmp_path}/nobody.sock"}

    status = machine.json("status")

    assert status.code == 6
    assert status.data["release"] == 1
    assert status.envelope["errors"][0]["hint"]


def test_a_lost_volume_is_never_replaced_by_an_empty_one(machine: Machine) -> None:
    machine.set_up("--demo")
    volumes = machine.left(machine.label)["volumes"]
    docker("rm", "-f", machine.container())
    docker("volume", "rm", *volumes)

    refused = machine.json("start")

    assert refused.code == 3
    assert volumes[0] in refused.envelope["errors"][0]["message"]
    assert machine.left(machine.label)["volumes"] == []
