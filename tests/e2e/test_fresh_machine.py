"""README command 1 on a machine that has nothing: no engine, no Python, no certificates of ours.

The machine is a privileged container of the base image (bare Debian) with an engine of its own, so
that installing, starting and breaking that engine touches nobody else's.
"""

import io
import json
import os
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e.machine import Done, docker

ROOT = Path(__file__).parents[2]
QUESTION = "How many charter schools are there in Alameda County?"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP = (Path("/etc/pip.conf"), Path.home() / ".config/pip/pip.conf")
FORWARDED = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@dataclass
class BareMachine:
    """A Debian with nothing but its essential packages."""

    container: str

    def run(self, *words: str, seconds: float = 900) -> Done:
        command = ["docker", "exec", "-w", "/root/thothctl", self.container, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
        return Done(done.returncode, done.stdout, done.stderr)

    def ok(self, *words: str) -> Done:
        done = self.run(*words)
        assert done.code == 0, f"{words}: exit {done.code}\n{done.out[-4000:]}\n{done.err[-6000:]}"
        return done


def checkout() -> bytes:
    """The files that a clone would have, with today's changes."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"]
    names = subprocess.run(listing, capture_output=True, check=True).stdout.decode().split("\0")
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in filter(None, names):
            if (ROOT / name).exists():
                archive.add(ROOT / name, f"thothctl/{name}", recursive=False)
    return stream.getvalue()


def machine_settings() -> list[str]:
    """How this machine reaches the package indexes; a new machine would have the same."""
    words: list[str] = []
    for file, place in (
        (CERTIFICATES, CERTIFICATES),
        *((pip, Path("/etc/pip.conf")) for pip in PIP),
    ):
        if file.exists() and f"target={place}" not in " ".join(words):
            words += ["--mount", f"type=bind,source={file},target={place},readonly"]
    if CERTIFICATES.exists():
        words += ["-e", f"SSL_CERT_FILE={CERTIFICATES}", "-e", f"PIP_CERT={CERTIFICATES}"]
    for name in FORWARDED:
        if name in os.environ:
            words += ["-e", name]
    return words


@pytest.fixture(scope="module")
def bare(images: None) -> Iterator[BareMachine]:
    name = f"thothctl-e2e-bare-{uuid.uuid4().hex[:8]}"
    base = docker(
        "images", "-q", "--filter", "label=org.opencontainers.image.title=thoth-base"
    ).split()[0]
    try:
        docker(
            "run", "-d", "--init", "--privileged", "--name", name, "-v", "/var/lib/docker",
            *machine_settings(), base, "sleep", "infinity",
        )  # fmt: skip
        unpack = ["docker", "exec", "-i", name, "tar", "-x", "-C", "/root"]
        subprocess.run(unpack, input=checkout(), check=True)
        yield BareMachine(name)
    finally:
        subprocess.run(["docker", "rm", "-f", "-v", name], capture_output=True, check=False)


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
