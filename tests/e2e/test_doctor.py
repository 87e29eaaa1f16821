"""The doctor on the real engine: a healthy stack, planted faults, a badly locked-up container."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.machine import LABEL, Machine, docker, free_port

from thothctl.probes.security import CHECKS

BAD = """
--privileged --user root --pid host --ipc host --uts host --cap-add SYS_ADMIN
--security-opt seccomp=unconfined --device /dev/null --no-healthcheck --restart no
--log-driver json-file -v /var/run/docker.sock:/var/run/docker.sock -v /etc:/host
-e POSTGRES_PASSWORD=invented-canary
""".split()


def verdicts(machine: Machine, *words: str) -> dict[str, str]:
    done = machine.json("doctor", *words)
    return {check["probe"]: check["verdict"] for check in done.envelope["checks"]}


def test_a_healthy_stack_passes_in_time(stack: Machine) -> None:
    for words, seconds in (((), 10), (("--quick",), 3)):
        stack.json("doctor", *words)  # a first start reads the program from the disk
        began = time.monotonic()
        done = stack.ok("doctor", *words)
        assert time.monotonic() - began < seconds * 2  # other work goes on here
        assert {c["probe"] for c in done.envelope["checks"]} >= {"engine", "records", "database"}
        assert done.data["counts"]["fail"] == 0


def test_people_see_groups_and_a_count(stack: Machine) -> None:
    told = stack.run("doctor").out

    assert [line for line in told.splitlines() if line in {"Machine", "Server"}]
    assert "passed" in told.splitlines()[-1]


def test_without_an_engine_the_records_are_still_looked_at(stack: Machine, tmp_path: Path) -> None:
    lost = Machine(
        stack.program, stack.home, stack.name, stack.port,
        extra={"DOCKER_HOST": f"unix://{tmp_path}/nobody.sock"},
    )  # fmt: skip
    done = lost.json("doctor")

    found = {c["probe"]: c["verdict"] for c in done.envelope["checks"]}
    assert done.code == 6
    assert found["engine"] == "fail"
    assert found["release-files"] == found["records"] == "pass"


def test_a_machine_without_an_install_is_looked_at(machine: Machine) -> None:
    assert machine.ok("doctor").envelope["checks"]
    assert machine.json("doctor", "--security").code == 3


def test_planted_faults_are_found(machine: Machine) -> None:
    machine.set_up("--no-demo")
    secrets, release = machine.folder / "secrets", machine.folder / "releases/1"
    label = f"{LABEL}={machine.label}"
    project = f"com.docker.compose.project=thoth-{machine.name}"
    docker("volume", "create", "--label", label, "--label", project, f"thoth-{machine.name}_x_g9")
    secrets.chmod(0o755)
    (release / "compose.yaml").write_text((release / "compose.yaml").read_text() + "# mine\n")
    (machine.folder / "compose.override.yaml").write_text("services: {app: {no_such: 1}}\n")

    done = machine.json("doctor")

    found = {c["probe"]: c for c in done.envelope["checks"]}
    assert done.code == 3
    assert {n for n, c in found.items() if c["verdict"] == "fail"} == {
        "folders", "release-files", "override",
    }  # fmt: skip
    assert found["volumes"]["verdict"] == "warn"
    assert "no_such" in found["override"]["summary"]
    secrets.chmod(0o700)
    assert verdicts(machine)["folders"] == "pass"


def test_f11_what_was_written_by_hand_and_objects_without_a_record_are_named(
    machine: Machine,
) -> None:
    label = "00000000-test"
    project = f"com.docker.compose.project=thoth-{machine.name}"
    docker("volume", "create", "--label", f"{LABEL}={label}", "--label", project, machine.name)
    machine.set_up("--no-demo")
    writable = "services: {app: {read_only: false}}\n"
    (machine.folder / "compose.override.yaml").write_text(writable)
    machine.set_up("--no-demo")
    assert verdicts(machine)["container-files"] == "pass"
    hand = "echo 1 > /opt/thoth/by-hand && mkdir -p /opt/data/more"
    docker("exec", "--user", "0", machine.container(), "sh", "-c", hand)

    done = machine.json("doctor", "--strict")

    found = {c["probe"]: c for c in done.envelope["checks"]}
    assert done.code == 4, [c for c in done.envelope["checks"] if c["verdict"] == "fail"]
    assert found["leftovers"]["verdict"] == "warn"
    assert found["container-files"]["verdict"] == "warn"
    assert "-app-1:/opt/data/more, " in found["container-files"]["summary"]
    assert "-app-1:/opt/thoth/by-hand" in found["container-files"]["summary"]
    assert "no backup has them" in found["container-files"]["hint"]


def test_the_real_stack_passes_every_check_of_its_containers(stack: Machine) -> None:
    done = stack.json("doctor", "--security")

    found = {check["probe"]: check["verdict"] for check in done.envelope["checks"]}
    assert done.code == 0, done.out
    assert {found[check.name] for check in CHECKS} == {"pass"}
    assert found["exposure"] == found["folders"] == found["engine-api"] == "pass"
    [door] = done.data["reachable"]
    assert door["reachable"] == "from this machine only"


@pytest.fixture
def badly_run(stack: Machine) -> Iterator[Machine]:
    """Two containers with the install's label, created and never started: this engine is shared."""
    source = docker("inspect", "-f", "{{.Config.Image}}", stack.container()).strip()
    image = f"thothctl-e2e-{stack.name}:latest"
    docker("tag", source, image)
    label = ["--label", f"{LABEL}={stack.label}", "--label", "io.thoth.service=bad"]
    door = ["-p", f"0.0.0.0:{free_port()}:80"]
    names = [f"{stack.name}-bad", f"{stack.name}-way-out"]
    entry = ["--entrypoint", "sleep", image, "1"]
    docker("create", "--name", names[0], *label, *BAD, *door, *entry)
    docker("create", "--name", names[1], *label, *entry)
    yield stack
    docker("rm", "-f", "-v", *names)
    docker("rmi", image)


def test_everything_that_is_wrong_with_a_badly_run_container_is_found(badly_run: Machine) -> None:
    done = badly_run.json("doctor", "--security")

    checks = {check["probe"]: check for check in done.envelope["checks"]}
    missed = [check.name for check in CHECKS if checks[check.name]["verdict"] == "pass"]
    assert done.code == 3
    assert missed == []
    assert all(checks[check.name]["hint"] for check in CHECKS)
    assert f"{badly_run.name}-bad" in checks["privileged"]["summary"]
    assert "invented-canary" not in done.out
    [door] = [one for one in done.data["reachable"] if one["service"] == "bad"]
    assert "every network" in door["reachable"]
    assert any("DOCKER-USER" in rule for rule in door["rules"])
