"""Secrets stay where they belong; the container has no more rights than it needs."""

import json
import os
import pwd
import subprocess
from pathlib import Path

import pytest
from e2e.machine import Machine, docker, tree

SECRETS = ("admin_password", "api_token", "django_secret_key")


def test_planted_canaries_are_in_no_log_argument_inspection_or_foreign_file(stack: Machine) -> None:
    stack.ok("ask", "How many charter schools are there in Alameda County?")
    stack.run("status", "-vv")
    container = stack.container()
    places = {
        "logs": docker("logs", container),
        "inspect": docker("inspect", container),
        "processes": docker("top", container, "-eo", "pid,args"),
        "image": docker(
            "history", "--no-trunc", docker("inspect", "-f", "{{.Image}}", container).strip()
        ),
        "environment": docker("exec", container, "cat", "/proc/1/environ"),
    }
    files = {k: v for k, v in tree(stack.home).items() if "/secrets/" not in k}

    for name in SECRETS:
        canary = stack.secret(name)
        assert len(canary) >= 20
        for place in ("logs", "inspect", "processes", "image", "environment"):
            assert canary not in places[place], f"{name} is in {place}"
        assert not [file for file, content in files.items() if canary.encode() in content]


def test_secret_files_are_readable_inside_a_private_folder(stack: Machine) -> None:
    folder = stack.folder / "secrets"

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o444}


def test_the_container_runs_with_the_least_rights(stack: Machine) -> None:
    found = json.loads(docker("inspect", stack.container()))[0]
    host = found["HostConfig"]

    assert found["Config"]["User"] == "10001:10001"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert host["PidsLimit"] == 256
    assert host["Memory"] == 1024**3
    assert host["PortBindings"]["8080/tcp"][0]["HostIp"] == "127.0.0.1"


def test_health_needs_no_curl_and_a_503_does_not_restart(stack: Machine) -> None:
    assert docker("exec", stack.container(), "healthcheck") is not None
    assert json.loads(docker("inspect", stack.container()))[0]["RestartCount"] == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_all_of_it_works_for_a_member_of_group_docker(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    user = "thoth-e2e"
    if user not in {entry.pw_name for entry in pwd.getpwall()}:
        subprocess.run(["useradd", "--create-home", "--groups", "docker", user], check=True)
    home = Path(pwd.getpwnam(user).pw_dir) / "state"
    machine = Machine(program, home, prefix=("runuser", "-u", user, "--"))
    machine.extra = {"HOME": str(home.parent)}
    try:
        machine.set_up("--demo")
        label = machine.label
        assert machine.ok("health", "--wait").envelope["ok"] is True
        assert machine.ok("ask", "How many charter schools are there in Alameda County?").data[
            "rows"
        ]
        assert machine.set_up("--demo").data["changed"] is False
        machine.ok("uninstall", "--purge", "--confirm", machine.name, "--yes")
        assert machine.left(label) == {"containers": [], "volumes": [], "networks": []}
    finally:
        machine.clean()
        subprocess.run(["userdel", "--remove", user], check=False, capture_output=True)
