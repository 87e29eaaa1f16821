"""Uninstall: by label only, data kept unless its name is given."""

from e2e.machine import Machine, docker


def test_keep_data_brings_everything_back_at_the_next_setup(machine: Machine) -> None:
    machine.set_up("--demo")
    label, password = machine.label, machine.secret("admin_password")

    machine.ok("uninstall", "--yes")

    assert machine.left(label)["containers"] == []
    assert machine.left(label)["networks"] == []
    assert len(machine.left(label)["volumes"]) == 1
    machine.set_up("--demo")
    assert machine.label == label
    assert machine.secret("admin_password") == password


def test_purge_leaves_nothing_and_touches_nobody_else(machine: Machine) -> None:
    machine.set_up("--demo")
    label, project = machine.label, f"thoth-{machine.name}"
    image = docker("inspect", "--format", "{{.Config.Image}}", machine.container()).strip()
    stranger = f"{project}_lookalike"
    docker("volume", "create", stranger)
    docker("run", "-d", "--name", f"{project}-app-9", "--entrypoint", "sleep", image, "300")

    try:
        machine.ok("uninstall", "--purge", "--confirm", machine.name, "--yes")

        assert machine.left(label) == {"containers": [], "volumes": [], "networks": []}
        assert not machine.folder.exists()
        assert stranger in docker("volume", "ls", "-q").split()
        assert docker("ps", "-q", "--filter", f"name={project}-app-9").strip()
    finally:
        docker("rm", "-f", "-v", f"{project}-app-9")
        docker("volume", "rm", stranger)


def test_purge_without_the_name_is_refused(machine: Machine) -> None:
    machine.set_up("--no-demo")

    refused = machine.json("uninstall", "--purge", "--yes")

    assert refused.code == 2
    assert f"--confirm {machine.name}" in refused.envelope["errors"][0]["hint"]
    assert machine.ok("health").data["healthy"] is True


def test_a_dry_run_shows_what_would_go(machine: Machine) -> None:
    machine.set_up("--no-demo")

    shown = machine.ok("uninstall", "--purge", "--dry-run").data

    assert shown["volumes"] == [f"thoth-{machine.name}_data_g1"]
    assert machine.ok("health").data["healthy"] is True
