"""A real registry for tests: Debian's own, in a container on a port of loopback."""

import subprocess
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from e2e.machine import docker
from e2e.own_images import LABEL, builder, until

from thothctl.adapters.registry import HttpRegistry
from thothctl.errors import LoginRequiredError, NetworkError

FOLDER = Path(__file__).parents[1] / "registry"
IMAGE = "thoth-test-registry:latest"
USER, PASSWORD = "tester", "let-me-in"
"""`users` holds the hash."""


@dataclass
class RegistryBox:
    """One registry, with or without a login; it forgets everything when it is cleaned."""

    home: Path
    login: bool = False
    name: str = field(default_factory=lambda: f"thoth-registry-{uuid.uuid4().hex[:8]}")

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
        return docker("port", self.name, "5000").strip().splitlines()[0]

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

    def clean(self) -> None:
        """Remove the container, and what the engine pulled from it."""
        host = self.host
        docker("rm", "-f", "-v", self.name)
        forget(f"{host}/")


def forget(start: str) -> None:
    """Remove the names of images that start so, not by id: others may have the same image."""
    wanted = ["--digests", "--format", "{{.Repository}}@{{.Digest}}"]
    for reference in docker("image", "ls", *wanted).split():
        if reference.startswith(start):
            subprocess.run(["docker", "image", "rm", reference], capture_output=True, check=False)
