"""A real registry for tests: Debian's own, in a container on a port of loopback."""

import subprocess
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from e2e.machine import docker
from e2e.own_images import LABEL, builder, until

from thothctl.adapters.registry import MANY, ONE, HttpRegistry
from thothctl.errors import LoginRequiredError, NetworkError

FOLDER = Path(__file__).parents[1] / "registry"
IMAGE = "thoth-test-registry:latest"
KINDS = ", ".join((*ONE, *MANY))
USER, PASSWORD = "tester", "let-me-in"
"""`users` holds the hash."""


@dataclass
class RegistryBox:
    """One registry, with or without a login; it forgets everything when it is cleaned."""

    home: Path
    login: bool = False
    name: str = field(default_factory=lambda: f"thoth-registry-{uuid.uuid4().hex[:8]}")
    known: str = ""
    """Where it answers; one that was stopped does not tell any more."""

    def start(self) -> "RegistryBox":
        """Start it and wait until it answers."""
        base = builder(self.home).base()
        docker("buildx", "build", "--load", "-q", "-t", IMAGE,
               "--build-arg", f"BASE_IMAGE={base}", str(FOLDER))  # fmt: skip
        settings = f"/etc/registry/{'login' if self.login else 'open'}.yml"
        docker("run", "-d", "--name", self.name, "--label", f"{LABEL}={self.name}",
               "-p", "127.0.0.1::5000", IMAGE, settings)  # fmt: skip
        until(self.answers)
        return self

    @property
    def host(self) -> str:
        self.known = docker("port", self.name, "5000").strip().splitlines()[0]
        return self.known

    def answers(self) -> bool:
        try:
            HttpRegistry({}).tags(f"{self.host}/nothing")
        except LoginRequiredError:
            return self.login
        except NetworkError:
            return False
        return True

    def stop(self) -> None:
        docker("stop", "--time", "5", self.name)

    def push(self, image: str, name: str, tag: str, environment: dict[str, str]) -> str:
        """Put an image of the engine there under a name; returns what it was pushed as."""
        reference = f"{self.host}/{name}:{tag}"
        docker("tag", image, reference)
        done = subprocess.run(
            ["docker", "push", "-q", reference],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        docker("rmi", reference)
        return reference

    def retag(self, name: str, tag: str, moving: str) -> None:
        """Let a tag that moves stand for what another one does."""
        address = f"http://{self.host}/v2/{name}/manifests"
        asked = urllib.request.Request(f"{address}/{tag}", headers={"Accept": KINDS})
        with urllib.request.urlopen(asked, timeout=10) as reply:
            manifest, kind = reply.read(), reply.headers["Content-Type"]
        headers = {"Content-Type": kind}
        put = urllib.request.Request(f"{address}/{moving}", manifest, headers, method="PUT")
        urllib.request.urlopen(put, timeout=10).close()

    def clean(self) -> None:
        """Remove the container and what the engine has from it, wherever it was cut off."""
        subprocess.run(["docker", "rm", "-f", "-v", self.name], capture_output=True, check=False)
        forget(f":{self.name}")
        if self.known:
            forget(f"{self.known}/")


def forget(part: str) -> None:
    """Remove the names of images that have this in them, not by id: others may have the image."""
    forms = ("{{.Repository}}:{{.Tag}}", "{{.Repository}}@{{.Digest}}")
    found = [docker("image", "ls", "--digests", "--format", form).split() for form in forms]
    for reference in (one for ones in found for one in ones if part in one):
        subprocess.run(["docker", "image", "rm", reference], capture_output=True, check=False)
