"""A user of the built wheel on a real engine: own home, own install name, own port, cleaned up."""

import json
import os
import signal
import socket
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self

SECONDS = 900
KEEP = os.environ.get("THOTHCTL_E2E_KEEP") == "1"
LABEL = "io.thoth.install"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bridge_address() -> str:
    """This machine as containers see it; a bridge older than its engine tells none."""
    (found,) = json.loads(docker("network", "inspect", "bridge"))
    config = found["IPAM"]["Config"][0]
    return str(config.get("Gateway") or next(ip_network(config["Subnet"]).hosts()))


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"docker {words}: {done.stderr}"
    return done.stdout


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        values = json.loads(self.out.splitlines()[-1])
        assert isinstance(values, dict)
        return values

    @property
    def data(self) -> dict[str, Any]:
        values = self.envelope["data"]
        assert isinstance(values, dict)
        return values


@dataclass
class Machine:
    """Runs `thothctl` as a user would; everything it makes carries its install's label."""

    program: Path
    home: Path
    name: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:8]}")
    port: int = field(default_factory=free_port)
    prefix: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not KEEP:
            self.clean()

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("THOTHCTL_")}
        own = {"THOTHCTL_HOME": str(self.home), "THOTHCTL_INSTALL": self.name}
        return {**kept, **own, **self.extra}

    def argv(self, *words: str) -> list[str]:
        return [*self.prefix, str(self.program), *words]

    def run(self, *words: str, seconds: float = SECONDS) -> Done:
        done = subprocess.run(
            self.argv(*words),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def json(self, *words: str) -> Done:
        end = words.index("--") if "--" in words else len(words)
        return self.run(*words[:end], "--output", "json", *words[end:])

    def ok(self, *words: str) -> Done:
        done = self.json(*words)
        assert done.code == 0, f"{words}: exit {done.code}\n{done.out}\n{done.err}"
        return done

    def set_up(self, *words: str) -> Done:
        return self.ok("setup", "--yes", "--port", str(self.port), *words)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.argv(*words),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def folder(self) -> Path:
        return self.home / "installs" / self.name

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def label(self) -> str:
        record = json.loads((self.folder / "install.json").read_text())
        return str(record["uuid"])

    def secret(self, name: str) -> str:
        return (self.folder / "secrets" / name).read_text()

    def container(self) -> str:
        return docker("ps", "-aq", "--filter", f"label={LABEL}={self.label}").strip()

    def left(self, label: str) -> dict[str, list[str]]:
        """Everything on the engine that carries the label."""
        chosen = ["--filter", f"label={LABEL}={label}", "-q"]
        kinds = {
            "containers": ["ps", "-a"],
            "volumes": ["volume", "ls"],
            "networks": ["network", "ls"],
        }
        return {kind: docker(*words, *chosen).split() for kind, words in kinds.items()}

    def clean(self) -> None:
        """Remove what the test made, by the labels its records and the engine name."""
        self._end_tasks()
        project = f"com.docker.compose.project=thoth-{self.name}"
        for listing, removal in (
            (["ps", "-aq"], ["rm", "-f", "-v"]),
            (["volume", "ls", "-q"], ["volume", "rm", "-f"]),
            (["network", "ls", "-q"], ["network", "rm"]),
        ):
            found = docker(*listing, "--filter", f"label={project}").split()
            if found:
                docker(*removal, *found)

    def _end_tasks(self) -> None:
        """A command that was killed leaves the containers of its tasks; some are just going."""
        if (self.folder / "install.json").is_file():
            found = self.left(self.label)["containers"]
            subprocess.run(["docker", "rm", "-f", "-v", *found], capture_output=True, check=False)


def tree(folder: Path, *, leave: Sequence[str] = ()) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in leave
    }


def events(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    """The JSON lines a running command prints."""
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def held(process: "subprocess.Popen[str]", subject: str, status: str = "") -> None:
    """Stop it where data flows through it, so that nothing depends on how fast the machine is."""
    for event in events(process):
        if event.get("subject") == subject and status in str(event.get("status")):
            process.send_signal(signal.SIGSTOP)
            return
    raise AssertionError(f"{subject} was not seen")
