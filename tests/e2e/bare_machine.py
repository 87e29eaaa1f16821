"""A Debian with nothing but essential packages, in a container with room for its own engine.

Whatever is installed, started, filled up or killed there touches no other engine.
"""

import io
import os
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from e2e.machine import Done, docker

ROOT = Path(__file__).parents[2]
QUESTION = "How many charter schools are there in Alameda County?"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
TRUSTED = "/root/trusted.pem"
PIP = (Path("/etc/pip.conf"), Path.home() / ".config/pip/pip.conf")
FORWARDED = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
# What `--privileged` gives, as far as the machine that runs the test has it itself.
RIGHTS = [
    "--cap-add", "ALL", "--security-opt", "seccomp=unconfined", "--security-opt",
    "apparmor=unconfined", "--security-opt", "systempaths=unconfined", "--device-cgroup-rule",
    "a *:* rwm", "--cgroupns", "private",
]  # fmt: skip
CAPABILITIES = {24: "SYS_RESOURCE"}
WRITABLE_CGROUPS = """
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update && apt-get -qq install mount && rm -rf /var/lib/apt/lists/*
mount -o remount,bind,rw /sys/fs/cgroup
for controller in /sys/fs/cgroup/*/; do
  mount -o remount,bind,rw "$controller" || true  # on version 2 these are no mounts
done
"""


@dataclass
class BareMachine:
    """Runs commands as root in a clone of the repository."""

    container: str

    def run(self, *words: str, seconds: float = 900) -> Done:
        command = ["docker", "exec", "-w", "/root/thothctl", self.container, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
        return Done(done.returncode, done.stdout, done.stderr)

    def ok(self, *words: str) -> Done:
        done = self.run(*words)
        assert done.code == 0, f"{words}: exit {done.code}\n{done.out[-4000:]}\n{done.err[-6000:]}"
        return done

    def start(self, *words: str) -> "subprocess.Popen[str]":
        command = ["docker", "exec", "-w", "/root/thothctl", self.container, *words]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def bare_machine(*storage: str) -> Iterator[BareMachine]:
    """A machine that is gone afterwards; `storage` says where its engine keeps its data."""
    name = f"thothctl-e2e-bare-{uuid.uuid4().hex[:8]}"
    label = "label=org.opencontainers.image.title=thoth-base"
    base = docker("images", "-q", "--filter", label).split()[0]
    try:
        docker(
            "run", "-d", "--name", name, *RIGHTS, *_missing_rights(), *storage, *_settings(),
            base, "sleep", "infinity",
        )  # fmt: skip
        machine = BareMachine(name)
        machine_ready = subprocess.run(
            ["docker", "exec", name, "sh", "-ec", WRITABLE_CGROUPS],
            capture_output=True,
            check=False,
        )
        assert machine_ready.returncode == 0, machine_ready.stderr.decode()
        unpack = ["docker", "exec", "-i", name, "tar", "-x", "-C", "/root"]
        subprocess.run(unpack, input=_checkout(), check=True)
        yield machine
    finally:
        subprocess.run(["docker", "rm", "-f", "-v", name], capture_output=True, check=False)


def _missing_rights() -> list[str]:
    """Capabilities that this machine cannot hand on."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("CapBnd"))
    bounding = int(line.split()[1], 16)
    missing = [name for bit, name in CAPABILITIES.items() if not bounding >> bit & 1]
    return [word for name in missing for word in ("--cap-drop", name)]


def _settings() -> list[str]:
    """How this machine reaches the package indexes; a new machine would have the same."""
    words: list[str] = []
    places = [(CERTIFICATES, TRUSTED), *((pip, "/etc/pip.conf") for pip in PIP)]
    for file, place in places:
        if file.exists() and f"target={place}" not in " ".join(words):
            words += ["--mount", f"type=bind,source={file},target={place},readonly"]
    if CERTIFICATES.exists():
        words += ["-e", f"SSL_CERT_FILE={TRUSTED}"]
    for name in FORWARDED:
        if name in os.environ:
            words += ["-e", name]
    return words


def _checkout() -> bytes:
    """The files that a clone would have, with today's changes."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"]
    names = subprocess.run(listing, capture_output=True, check=True).stdout.decode().split("\0")
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in filter(None, names):
            if (ROOT / name).exists():
                archive.add(ROOT / name, f"thothctl/{name}", recursive=False)
    return stream.getvalue()
