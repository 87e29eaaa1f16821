"""Images of our own: built by folder as the product does, run with the least rights, cleaned up."""

import json
import os
import subprocess
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from e2e.machine import docker

from thothctl.adapters.docker_engine import DockerEngine
from thothctl.adapters.endpoint import child_environment, resolve
from thothctl.adapters.image_builder import ImageBuilder
from thothctl.model.stack import Image

LABEL = "io.thoth.test"
LOOPBACK = "127.0.0.1"
LEAST = (
    "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp",  # noqa: S108 - inside
    "--pids-limit", "256", "--health-interval", "1s",
)  # fmt: skip


def builder(home: Path) -> ImageBuilder:
    """The product's own, at its own version."""
    host = resolve(os.environ)
    environment = child_environment(os.environ, host)
    return ImageBuilder(home, version("thothctl"), DockerEngine(host), environment, lambda _: None)


def build(folder: str, home: Path) -> str:
    """The pinned tag; built only where the engine has no image of exactly these sources."""
    image = Image(f"thoth-{folder}", folder)
    return builder(home).find(image) or builder(home).build(image)


def published(port: int) -> tuple[str, ...]:
    return ("-p", f"{LOOPBACK}::{port}")


def fetch(port: int, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    data = None if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{LOOPBACK}:{port}{path}", data, kind)
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def until(true: Callable[[], object], seconds: float = 30, *, every: float = 0.1) -> None:
    """Ask again and again; what never becomes true ends in time."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not true():
        assert time.monotonic() < deadline, "not in time"
        pause.wait(every)


@dataclass(frozen=True)
class Box:
    """One container."""

    name: str

    def look(self) -> dict[str, Any]:
        found = json.loads(docker("inspect", self.name))[0]
        assert isinstance(found, dict)
        return found

    def attempt(self, *words: str, feed: str = "") -> "subprocess.CompletedProcess[str]":
        argv = ["docker", "exec", "-i", self.name, *words]
        return subprocess.run(argv, input=feed, capture_output=True, text=True, check=False)

    def exec(self, *words: str, feed: str = "") -> str:
        done = self.attempt(*words, feed=feed)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def of_every_process(self, command: str) -> list[str]:
        """What a command says of each process; one that ends meanwhile says nothing."""
        script = f"for p in /proc/[0-9]*; do {command.format(*['$p'] * command.count('{}'))}; done"
        return self.attempt("sh", "-c", f"{script} | sort -u").stdout.split()

    def logs(self) -> str:
        argv = ["docker", "logs", self.name]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def port(self, inside: int) -> int:
        return int(docker("port", self.name, str(inside)).split(":")[-1])

    def await_healthy(self, seconds: int = 90) -> "Box":
        """The engine tells what the image's own check found; a start that ends is told as well."""
        since = self.look()["State"]["StartedAt"]
        watch = ["docker", "events", "--since", since, "--format", "{{.Status}}"]
        watch += ["--filter", f"container={self.name}", "--filter", "type=container"]
        with subprocess.Popen(
            ["timeout", str(seconds), *watch], stdout=subprocess.PIPE, text=True
        ) as events:
            assert events.stdout is not None
            telling = (line.strip() for line in events.stdout)
            told = next((e for e in telling if e in {"health_status: healthy", "die"}), "silence")
            events.terminate()
        assert told == "health_status: healthy", f"{self.name}: {told}\n{self.logs()}"
        return self

    def await_log(self, words: str, seconds: int = 60) -> None:
        follow = ["timeout", str(seconds), "docker", "logs", "-f", self.name]
        with subprocess.Popen(
            follow, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as log:
            assert log.stdout is not None
            said = any(words in line for line in log.stdout)
            log.terminate()
        assert said, self.logs()

    def ended(self) -> int:
        """The exit code of a container that does not stay."""
        return int(docker("wait", self.name))

    def start(self) -> "Box":
        docker("start", self.name)
        return self

    def kill(self) -> "Box":
        docker("kill", self.name)
        docker("wait", self.name)
        return self

    def stop(self) -> float:
        begun = time.monotonic()
        docker("stop", "--time", "30", self.name)
        return time.monotonic() - begun


@dataclass
class Yard:
    """Where containers of one test or module live; `clean` leaves nothing behind."""

    folder: Path
    images: Path
    mark: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:8]}")
    made: int = 0

    @property
    def label(self) -> str:
        return f"{LABEL}={self.mark}"

    def name(self, kind: str) -> str:
        self.made += 1
        return f"{self.mark}-{kind}-{self.made}"

    @cached_property
    def network(self) -> str:
        name = self.name("net")
        docker("network", "create", "--label", self.label, name)
        return name

    def volume(self) -> str:
        return docker("volume", "create", "--label", self.label, self.name("data")).strip()

    def file(self, path: str, text: str) -> Path:
        """A file that the user of a container may read, as secrets and settings are mounted."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(text)
        file.chmod(0o444)
        for parent in (file.parent, self.folder):
            parent.chmod(0o755)
        return file

    def mount(self, path: str, inside: str) -> tuple[str, ...]:
        return ("-v", f"{self.folder / path}:{inside}:ro")

    def run(self, folder: str, *options: str, command: Sequence[str] = ()) -> Box:
        name = self.name(folder)
        image = build(folder, self.images)
        own = ("--name", name, "--label", self.label, "--network", self.network)
        docker("run", "-d", *own, *LEAST, *options, image, *command)
        return Box(name)

    def within(self, folder: str, volume: str, script: str) -> str:
        """What a script says in a volume, run as the image's own user."""
        image = build(folder, self.images)
        mounted = ("-v", f"{volume}:/data", "--workdir", "/data", "--label", self.label)
        return docker("run", "--rm", *mounted, "--entrypoint", "sh", image, "-euc", script)

    def clean(self) -> None:
        for listing, removal in (
            (["ps", "-aq"], ["rm", "-f", "-v"]),
            (["volume", "ls", "-q"], ["volume", "rm", "-f"]),
            (["network", "ls", "-q"], ["network", "rm"]),
        ):
            if found := docker(*listing, "--filter", f"label={self.label}").split():
                docker(*removal, *found)
