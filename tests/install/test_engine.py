"""install.sh finds, starts or installs the engine, and leaves alone what is not its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from install.box import Box, installed

URL = "https://docs.docker.com/engine/install/"
ENGINE = ("--yes", "--no-setup")
NOBODY = 65534
PID = "var/run/docker.pid"


def test_an_engine_that_answers_is_left_alone(ready: Box) -> None:
    done = ready.ok("--no-setup")

    assert "  ok    Docker 20.10.24" in done.err
    assert "  ok    Compose 2.26.1, buildx" in done.err
    assert ready.calls("apt-get", "dockerd", "systemctl") == []


def test_no_engine_asks_docker_nothing(stopped: Box) -> None:
    stopped.ok("--no-engine", "--no-setup")

    assert stopped.calls("docker", "dockerd", "systemctl") == []


def test_without_consent_no_engine_is_installed(bare: Box) -> None:
    bare.put("python3")

    done = bare.run("--no-setup")

    assert done.code == 2
    assert "hint: give --yes" in done.err
    assert bare.calls("apt-get") == []


def test_with_consent_it_is_installed_and_started(bare: Box) -> None:
    bare.put("python3")
    bare.set("offered", "docker-compose\ndocker-buildx")

    bare.ok(*ENGINE)

    assert installed(bare.calls("apt-get")) == [
        "docker.io iptables iproute2 ca-certificates",
        "docker-compose docker-buildx",
    ]
    assert bare.calls("dockerd") == ["dockerd"]


def test_the_client_is_installed_where_it_is_a_package_of_its_own(bare: Box) -> None:
    bare.put("python3")
    bare.replace(
        "apt-get",
        """case "$*" in
          *--download-only*) ;;
          *' docker.io '*) cp parts/dockerd bin ;;
          *' docker-cli'*) cp parts/docker bin; touch compose ;;
        esac""",
    )

    bare.ok(*ENGINE)

    assert installed(bare.calls("apt-get"))[-1] == "docker-cli"


def test_without_systemd_the_daemon_runs_in_a_session_of_its_own(stopped: Box) -> None:
    stopped.ok(*ENGINE)

    assert stopped.calls("setsid", "dockerd") == ["setsid <dockerd>", "dockerd"]
    assert stopped.calls("systemctl", "apt-get") == []


def test_with_systemd_its_service_is_enabled(stopped: Box) -> None:
    stopped.put("systemctl")
    (stopped.root / "run/systemd/system").mkdir(parents=True)

    stopped.ok(*ENGINE)

    assert stopped.calls("systemctl", "dockerd") == ["systemctl <enable> <--now> <docker>"]


def test_a_daemon_outside_the_users_path_is_found(stopped: Box) -> None:
    shutil.move(stopped.root / "bin/dockerd", stopped.root / "sbin/dockerd")

    stopped.ok(*ENGINE)

    assert stopped.calls("dockerd") == ["dockerd"]
    assert stopped.calls("apt-get") == []


def test_starting_needs_consent(stopped: Box) -> None:
    assert stopped.run("--no-setup").code == 2
    assert stopped.calls("dockerd") == []


def test_an_engine_that_never_answers_ends_with_its_log(stopped: Box) -> None:
    stopped.replace("dockerd", "echo no room for a bridge")

    done = stopped.run(*ENGINE)

    assert done.code == 6
    assert "        no room for a bridge" in done.err
    assert "hint: look at" in done.err


@pytest.mark.parametrize("variable", ["DOCKER_HOST", "context"])
def test_an_engine_elsewhere_is_not_replaced_by_one_here(stopped: Box, variable: str) -> None:
    extra = {"DOCKER_HOST": "tcp://faraway:2375"} if variable == "DOCKER_HOST" else {}
    if not extra:
        stopped.set("context", "faraway")

    done = stopped.run(*ENGINE, **extra)

    assert done.code == 6
    assert "faraway" in done.err
    assert stopped.calls("apt-get", "dockerd") == []


def test_another_distribution_gets_the_address_of_the_instructions(ready: Box) -> None:
    ready.unset("running")
    ready.unset("bin/apt-get")

    done = ready.run(*ENGINE)

    assert done.code == 6
    assert URL in done.err


def test_another_distribution_has_its_engine_started(stopped: Box) -> None:
    stopped.unset("bin/apt-get")

    stopped.ok(*ENGINE)

    assert stopped.calls("dockerd") == ["dockerd"]


def test_macos_is_told_of_docker_desktop(stopped: Box) -> None:
    stopped.set("system", "Darwin")

    done = stopped.run(*ENGINE)

    assert done.code == 6
    assert "open -a Docker" in done.err
    assert URL in done.err
    assert stopped.calls("apt-get", "dockerd") == []


def test_a_socket_without_permission_is_told_from_no_engine(stopped: Box) -> None:
    stopped.set("uid", "1000")
    stopped.replace("sudo", 'exec "$@"')
    path = stopped.root / "var/run/docker.sock"
    with closing(socket.socket(socket.AF_UNIX)) as engine:
        engine.bind(str(path))
        if os.geteuid() == 0:  # whom no mode keeps out
            stopped.give_to(NOBODY)
        path.chmod(0)

        done = stopped.run(*ENGINE)

    assert done.code == 6
    assert 'sudo usermod -aG docker "$USER"' in done.err
    assert stopped.calls("apt-get", "dockerd") == []


# Pid files of an engine that was killed


@pytest.fixture
def impostors(stopped: Box) -> Iterator[dict[str, int]]:
    """Processes by what they are: an engine that lives, one that is dead, another program."""
    sleep, done = (shutil.which(name) or name for name in ("sleep", "true"))
    started = [
        subprocess.Popen([_named(stopped.root / "alive/dockerd", sleep), "60"]),
        subprocess.Popen([_named(stopped.root / "dead/dockerd", done)]),
        subprocess.Popen([sleep, "60"]),
    ]
    _wait_for_zombie(started[1].pid)
    yield dict(zip(("engine", "zombie", "other"), (p.pid for p in started), strict=True))
    for process in started:
        process.kill()
        process.wait()


def _named(path: Path, program: str) -> Path:
    path.parent.mkdir()
    shutil.copy(program, path)
    return path


def _wait_for_zombie(pid: int) -> None:
    deadline = time.monotonic() + 10
    while "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("what", ["zombie", "other"])
def test_a_stale_pid_file_is_removed(stopped: Box, impostors: dict[str, int], what: str) -> None:
    stopped.set(PID, str(impostors[what]))
    stopped.set("var/run/docker/containerd/containerd.pid", str(impostors[what]))

    stopped.ok(*ENGINE)

    assert not (stopped.root / PID).exists()
    assert not (stopped.root / "var/run/docker/containerd/containerd.pid").exists()
    assert stopped.calls("dockerd") == ["dockerd"]


@pytest.mark.parametrize("text", ["", "4194305"])
def test_a_pid_file_that_names_nobody_is_removed(stopped: Box, text: str) -> None:
    stopped.set(PID, text)

    stopped.ok(*ENGINE)

    assert stopped.calls("dockerd") == ["dockerd"]


def test_a_living_engine_is_waited_for(stopped: Box, impostors: dict[str, int]) -> None:
    stopped.set(PID, str(impostors["engine"]))
    stopped.set("soon", "not\nyet\nthere")
    stopped.set("running")

    stopped.ok(*ENGINE)

    assert (stopped.root / PID).exists()
    assert stopped.calls("dockerd") == []
