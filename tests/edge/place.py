"""The edge of a test: nginx, its name server and the replicas behind it."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from edge import names, running, upstream

from thothctl.adapters.certificates import Authority, create_authority, issue
from thothctl.config.edge import Edge

HOSTS = ("localhost", "127.0.0.1", "thoth.test", "::1")
REPLICAS = ("127.0.0.2", "127.0.0.3")


class Place:
    """Everything that lies between a browser and the application, each part real."""

    def __init__(self, stack: ExitStack, edge: Edge) -> None:
        self._stack = stack
        self.root = stack.enter_context(running.folder())
        self.names = stack.enter_context(names.answering())
        self.port = running.free_port(REPLICAS[0])
        self.authority = create_authority(datetime.now(UTC))
        write_pair(self.root, self.authority)
        inside = running.inside(self.root, self.names.port, self.port)
        self.nginx = stack.enter_context(running.started(self.root, replace(edge, inside=inside)))

    def start(self, address: str) -> upstream.Application:
        """A replica that serves until the test ends, and is known by name."""
        self.names.addresses = (*self.names.addresses, address)
        return self._stack.enter_context(upstream.serving(address, self.port))


def write_pair(root: Path, authority: Authority) -> None:
    """A certificate for the hosts of the test, replacing the one before."""
    certificate, key = issue(authority, HOSTS, datetime.now(UTC))
    (root / "authority.pem").write_text(authority.certificate)
    (root / "certificate.pem").write_text(certificate)
    (root / "key.pem").write_text(key.reveal())
