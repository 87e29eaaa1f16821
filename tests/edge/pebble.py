"""A real ACME authority for tests: it looks names up, and asks for proofs, where it is told."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from distribution import programs
from edge.running import SECONDS, free_port
from edge.waiting import until

CONFIGURATION = """\
{{"pebble": {{
  "listenAddress": "127.0.0.1:{port}", "managementListenAddress": "127.0.0.1:{management}",
  "certificate": "{root}/certificate.pem", "privateKey": "{root}/key.pem",
  "httpPort": {http}, "tlsPort": 1, "retryAfter": {{"authz": 1, "order": 1}},
  "certificateValidityPeriod": {seconds}
}}}}
"""
QUARTER = 7776000


@dataclass(frozen=True)
class Pebble:
    """A running authority; `trust` is whom its own address shows."""

    port: int
    management: int
    trust: Path

    @property
    def directory(self) -> str:
        return f"https://127.0.0.1:{self.port}/dir"

    def root(self) -> str:
        """The certificate that everything it gives out goes back to."""
        return self._get(self.management, "/roots/0").text

    def answers(self) -> bool:
        try:
            return self._get(self.port, "/dir").is_success
        except httpx.TransportError:
            return False

    def _get(self, port: int, path: str) -> httpx.Response:
        context = ssl.create_default_context(cafile=str(self.trust))
        return httpx.get(f"https://127.0.0.1:{port}{path}", verify=context)


@contextmanager
def pebble(root: Path, names: int, http: int, seconds: int = QUARTER) -> Iterator[Pebble]:
    """One that finds names at a server's port, and proofs at port `http` of what it found.

    `root` holds the pair that it shows, and the authority of that.
    """
    port, management = free_port(), free_port()
    text = CONFIGURATION.format(
        root=root, port=port, management=management, http=http, seconds=seconds
    )
    (root / "pebble.json").write_text(text)
    words = programs().argv(
        "pebble", "-config", f"{root}/pebble.json", "-dnsserver", f"127.0.0.1:{names}"
    )
    plain = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"}
    with (root / "pebble.log").open("wb") as log:
        process = subprocess.Popen(words, env={**os.environ, **plain}, stdout=log, stderr=log)
    found = Pebble(port, management, root / "authority.pem")
    try:
        until(found.answers, SECONDS)
        yield found
    finally:
        process.terminate()
        process.wait(SECONDS)
