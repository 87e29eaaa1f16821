"""Real places on other machines: OpenSSH in a container, and a server of S3 beside the test."""

import select
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from e2e.machine import docker, free_port
from e2e.own_images import LABEL, builder

FOLDER = Path(__file__).parents[1] / "sftp"
IMAGE = "thoth-test-sftp:latest"
SECONDS = 60
PASSWORD = "canary-password-2358"  # noqa: S105 - of a machine that is gone with its test
ACCESS, SECRET = "canary-access-4711", "canary-secret-0815"
"""The stand-in of S3 lets everybody in; these must never be seen anywhere."""


@dataclass(frozen=True)
class FarPlace:
    """Where backups go to, what a machine needs to get there, and how it goes away."""

    address: str
    environment: Mapping[str, str]
    canaries: tuple[str, ...]


def until(claim: object, what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not claim():  # type: ignore[operator]  # a function
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@dataclass
class Way:
    """A port that leads to another one, until more than `limit` bytes went through it."""

    port: int
    limit: int | None = None
    passed: int = 0

    @property
    def broken(self) -> bool:
        return self.limit is not None and self.passed > self.limit


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """Everything that connects to it is led on, and cut off in the middle once it is broken."""
    way = Way(0)

    class Led(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if way.broken:
                return
            with socket.create_connection(("127.0.0.1", port)) as other:
                ends = {self.request: other, other: self.request}
                while not way.broken:
                    for one in select.select(list(ends), [], [], 1)[0]:
                        if not (piece := one.recv(1 << 16)):
                            return
                        ends[one].sendall(piece)
                        way.passed += len(piece)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Led) as server:
        server.daemon_threads, server.block_on_close = True, False
        way.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield way
        server.shutdown()


@contextmanager
def sftp_by_password(home: Path) -> Iterator[FarPlace]:
    """The same without any key: its account has a password."""
    with sftp(home, PASSWORD) as place:
        (home / ".ssh/id_ed25519").unlink()
        yield replace(place, canaries=(PASSWORD,))


@contextmanager
def sftp(home: Path, password: str = "") -> Iterator[FarPlace]:
    """OpenSSH with a key of its own; the account's known_hosts and key lie in its home."""
    ssh = home / ".ssh"
    ssh.mkdir(parents=True)
    own, host = _pair(ssh / "id_ed25519"), _pair(home / "host")
    (home / "key.pub").write_text("" if password else own + "\n")
    (home / "passwords").write_text(f"keeper:{password}\n" if password else "")
    docker("buildx", "build", "--load", "-q", "-t", IMAGE,
           "--build-arg", f"BASE_IMAGE={builder(home).base()}", str(FOLDER))  # fmt: skip
    name = f"thoth-sftp-{uuid.uuid4().hex[:8]}"
    docker("run", "-d", "--rm", "--name", name, "--label", f"{LABEL}={name}", "-p", "127.0.0.1::22",
           "-e", f"PASSWORDS={'yes' if password else 'no'}",
           "-v", f"{home}:/given:ro", IMAGE)  # fmt: skip
    try:
        port = docker("port", name, "22").strip().rpartition(":")[2]
        (ssh / "known_hosts").write_text(f"[127.0.0.1]:{port} {host}\n")
        until(lambda: "Server listening" in _log(name), "sshd listens")
        canary = (ssh / "id_ed25519").read_text().splitlines()[2]
        address = f"sftp://keeper@127.0.0.1:{port}/home/keeper/backups"
        yield FarPlace(address, {"HOME": str(home)}, (canary,))
    finally:
        subprocess.run(["docker", "rm", "-f", "-v", name], capture_output=True, check=False)


def _log(name: str) -> str:
    done = subprocess.run(["docker", "logs", name], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _pair(path: Path) -> str:
    """Write a private key; returns the public one as OpenSSH writes it."""
    key = Ed25519PrivateKey.generate()
    words = pem.Encoding.PEM, pem.PrivateFormat.OpenSSH, pem.NoEncryption()
    path.write_bytes(key.private_bytes(*words))
    path.chmod(0o600)
    public = key.public_key().public_bytes(pem.Encoding.OpenSSH, pem.PublicFormat.OpenSSH)
    return public.decode()


@contextmanager
def s3(home: Path) -> Iterator[FarPlace]:
    """A server of the S3 protocol with one bucket."""
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    with (home / "s3.log").open("wb") as log:
        words = [str(program), "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(words, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _put(f"{url}/keep"), "the server of S3 answers")
        keys = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
        yield FarPlace(f"s3://keep/backups?endpoint={url}", keys, (ACCESS, SECRET))
    finally:
        server.terminate()
        server.wait()


def _put(url: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=5):
            return True
    except OSError:
        return False
