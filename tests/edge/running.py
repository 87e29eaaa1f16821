"""A real nginx with the rendered configuration, unprivileged as it is in its image."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from distribution import programs
from edge.waiting import until
from rendered import rendered

from thothctl.adapters.shipped import shipped
from thothctl.config.edge import Edge, Inside, variables

NOBODY = 65534
SECONDS = 20.0
IMAGE = shipped("images") / "nginx"


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


@dataclass
class Nginx:
    """One running nginx; `edge` says where it listens."""

    root: Path
    edge: Edge
    status: int
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.root / "access.log").read_text()

    @property
    def errors(self) -> str:
        return (self.root / "error.log").read_text()

    def client(self, scheme: str = "https", source: str = "127.0.0.1") -> httpx.Client:
        """A client that trusts the authority of the test, coming from an address of its own."""
        inside = self.edge.inside
        port = inside.https if scheme == "https" else inside.http
        context = ssl.create_default_context(cafile=str(self.root / "authority.pem"))
        transport = httpx.HTTPTransport(verify=context, local_address=source)
        return httpx.Client(
            base_url=f"{scheme}://127.0.0.1:{port}", transport=transport, timeout=SECONDS
        )

    def reload(self) -> None:
        """Return when the new workers have taken over."""
        done = self._starts()
        self.process.send_signal(signal.SIGHUP)
        until(lambda: self._alive(lambda: self._starts() > done), SECONDS)

    def wait(self) -> None:
        until(lambda: self._alive(self._listens), SECONDS)

    def _starts(self) -> int:
        return self.errors.count("start worker processes")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.status)) == 0

    def _alive(self, condition: Callable[[], bool]) -> bool:
        assert self.process.poll() is None, self.errors
        return condition()


def inside(root: Path, resolver: int, app_port: int) -> Inside:
    """The places of a test: loopback ports, files in its own folder."""
    return Inside(
        listen="127.0.0.1",
        http=free_port(),
        https=free_port(),
        app_port=app_port,
        resolver=f"127.0.0.1:{resolver}",
        certificate=str(root / "certificate.pem"),
        key=str(root / "key.pem"),
        challenges=str(root / "challenges"),
        own=str(root / "conf.d/server/*.conf"),
    )


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that an unprivileged user can reach, unlike pytest's own."""
    root = Path(tempfile.mkdtemp(prefix="thoth-edge-"))
    root.chmod(0o755)
    try:
        yield root
    finally:
        shutil.rmtree(root)


def write(root: Path, edge: Edge) -> int:
    """Leave the image's configuration and ours in it; returns the port of nginx's own figures."""
    status = free_port()
    (root / "conf.d").mkdir(exist_ok=True)
    (root / "challenges").mkdir(exist_ok=True)
    main = (IMAGE / "nginx.conf").read_text()
    changed = {"/tmp/": f"{root}/", "127.0.0.1:8081": f"127.0.0.1:{status}"}  # noqa: S108 - theirs
    for theirs, ours in changed.items():
        assert theirs in main
        main = main.replace(theirs, ours)
    (root / "nginx.conf").write_text(main)
    shutil.copy(programs().root / "etc/nginx/mime.types", root)
    text = rendered("nginx/thoth.conf.j2", variables(edge))
    (root / "conf.d" / "thoth.conf").write_text(text)
    return status


def argv(root: Path, *words: str) -> list[str]:
    return programs().argv("nginx", "-p", str(root), "-c", str(root / "nginx.conf"), *words)


def check(root: Path) -> subprocess.CompletedProcess[str]:
    """What `nginx -t` says."""
    return subprocess.run(
        argv(root, "-e", f"{root}/check.log", "-t"), capture_output=True, text=True, check=False
    )


@contextmanager
def started(root: Path, edge: Edge) -> Iterator[Nginx]:
    """Start it as nobody when the test is root, as ourselves when it is not."""
    status = write(root, edge)
    root_user = os.geteuid() == 0
    if root_user:
        for path in (root, *root.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    with (root / "access.log").open("ab") as log, (root / "error.log").open("ab") as errors:
        for stream in (log, errors) if root_user else ():
            os.fchown(stream.fileno(), NOBODY, NOBODY)
        words = argv(root, "-e", f"{root}/error.log")
        user, groups = (NOBODY, ()) if root_user else (None, None)
        process = subprocess.Popen(
            words, stdout=log, stderr=errors, user=user, group=user, extra_groups=groups
        )
    nginx = Nginx(root, edge, status, process)
    try:
        nginx.wait()
        yield nginx
    finally:
        process.terminate()
        process.wait(SECONDS)
