"""Services by name, programs inside them, their logs, and one that crashes, on the real engine."""

import json
import os
import pty
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest
from e2e.machine import Machine, docker

CRASHING = """\
services:
  sick:
    image: {image}
    pull_policy: never
    entrypoint: ["sh", "-c", "echo cannot open the disk; exit 7"]
    restart: unless-stopped
    tmpfs: [/data]  # else Compose leaves the image's volume behind when the service goes
    healthcheck: {{test: ["CMD", "true"], interval: 60s, start_period: 300s}}
    labels:
      io.thoth.install: {label}
      io.thoth.service: sick
      io.thoth.release: "{release}"
  app:
    depends_on: {{sick: {{condition: service_healthy}}}}
"""


def test_a_program_runs_as_the_services_own_user_and_its_exit_code_is_passed_on(
    stack: Machine,
) -> None:
    done = stack.run("exec", "--", "sh", "-c", "id -u; echo aside >&2; exit 42")

    assert (done.code, done.out.split(), done.err.split()) == (42, ["10001"], ["aside"])
    assert stack.run("exec", "--service", "app", "--root", "--", "id", "-u").out.split() == ["0"]


def test_a_program_hears_what_is_piped_to_it(stack: Machine) -> None:
    done = subprocess.run(
        stack.argv("exec", "--", "tr", "a-z", "A-Z"),
        env=stack.environment,
        input=b"piped",
        capture_output=True,
        check=True,
    )

    assert done.stdout == b"PIPED"


def test_the_document_of_a_failed_program_holds_its_output_and_status(stack: Machine) -> None:
    failed = stack.json("exec", "--", "sh", "-c", "echo told; exit 42")

    assert failed.code == failed.data["status"] == 42
    assert failed.data["output"] == "told"
    assert failed.envelope["errors"][0]["code"] == "program_failed"


def test_a_shell_opens_on_a_terminal_only(stack: Machine) -> None:
    assert stack.json("shell").code == 2

    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        stack.argv("shell"), env=stack.environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.write(ours, b"echo user-$(id -u); exit 5\n")

    assert shell.wait(timeout=60) == 5
    assert b"user-10001" in os.read(ours, 65536)


def test_services_stop_and_start_by_name(stack: Machine) -> None:
    stack.ok("stop", "app")
    assert stack.json("health").code == 3

    assert stack.ok("restart", "app").data["services"] == ["app"]
    assert stack.ok("start", "app").data["services"] == ["app"]
    refused = stack.json("stop", "nobody")

    assert stack.ok("health", "--wait").envelope["ok"] is True
    assert refused.code == 2
    assert "app" in refused.envelope["errors"][0]["hint"]


def test_logs_are_chosen_by_service_time_and_pattern(stack: Machine) -> None:
    everything = stack.ok("logs", "--tail", "1000").data["lines"]
    matching = stack.ok("logs", "--service", "app", "--grep", "(?i)listening").data["lines"]

    assert everything == sorted(everything, key=lambda line: str(line["at"]))
    assert matching
    assert all("listening" in line["line"].lower() for line in matching)
    assert stack.ok("logs", "--since", "2031-01-01").data["lines"] == []
    assert stack.json("logs", "--since", "yesterday").code == 7


def test_logs_are_followed_beyond_a_restart(stack: Machine) -> None:
    following = stack.start("logs", "-f", "--tail", "0", "--output", "ndjson")
    assert following.stdout is not None
    try:
        time.sleep(2)  # the past was asked for before anything new is written
        docker("restart", "-t", "5", stack.container())
        line = json.loads(following.stdout.readline())
    finally:
        following.terminate()
        following.communicate()

    assert line["event"] == "log"
    assert line["service"] == "app"


@pytest.fixture
def sick(machine: Machine) -> Machine:
    """A healthy stack whose user adds a service that crashes, and lets the app wait for it."""
    machine.set_up("--demo")
    image = docker("inspect", "-f", "{{.Config.Image}}", machine.container()).strip()
    text = CRASHING.format(image=image, label=machine.label, release=2)
    (machine.folder / "compose.override.yaml").write_text(text)
    return machine


def test_a_crash_loop_is_named_within_ten_seconds_although_compose_waits_for_health(
    sick: Machine,
) -> None:
    failed = sick.json("setup", "--yes", "--demo", "--port", str(sick.port))

    message = failed.envelope["errors"][0]["message"]
    assert failed.code == 9
    assert "service sick keeps crashing" in message
    assert "sick | cannot open the disk" in message
    assert _seconds_from_start_to_failure(sick) < 10
    assert sick.ok("health", "--wait").envelope["ok"] is True


def _seconds_from_start_to_failure(machine: Machine) -> float:
    """As the journal has it: from the intent to start until the step was given up."""
    journal = max((machine.home / "journal" / machine.name).glob("*.jsonl"))
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    [failed] = [datetime.fromisoformat(e["at"]) for e in entries if e["event"] == "failed"]
    began = [datetime.fromisoformat(e["at"]) for e in entries if e["event"] == "started"][-1]
    return (failed - began).total_seconds()


def test_the_units_of_the_machine_travel_in_the_wheel(stack: Machine, tmp_path: Path) -> None:
    shown = stack.ok("service", "install", "--dry-run", "--root", str(tmp_path)).data["units"]

    text = shown[f"thoth-{stack.name}.service"]
    assert f"ExecStart={stack.program} start --install {stack.name} --non-interactive" in text
    assert f"RequiresMountsFor={stack.home}" in text
