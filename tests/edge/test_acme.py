"""A certificate by ACME, from a real test authority, proved through the real nginx."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from distribution import programs
from edge.place import HOSTS, Place
from edge.running import SECONDS, free_port
from edge.waiting import until

from thothctl.adapters.certificate_files import check_files
from thothctl.config.edge import Edge, Tls
from thothctl.errors import NetworkError
from thothctl.model.acme import AcmeOrder, certbot_argv, refusal

HOST = "thoth.test"
CONFIGURATION = """\
{{"pebble": {{
  "listenAddress": "127.0.0.1:{port}", "managementListenAddress": "127.0.0.1:{management}",
  "certificate": "{root}/certificate.pem", "privateKey": "{root}/key.pem",
  "httpPort": {http}, "tlsPort": 1, "retryAfter": {{"authz": 1, "order": 1}},
  "certificateValidityPeriod": 7776000
}}}}
"""


@dataclass
class Authority:
    """A running authority, and certbot as the toolbox runs it."""

    place: Place
    port: int

    @property
    def order(self) -> AcmeOrder:
        root = self.place.root
        return AcmeOrder(
            (HOST,),
            directory=f"https://127.0.0.1:{self.port}/dir",
            webroot=str(root / "challenges"),
            state=str(root / "acme"),
            scratch=str(root / "scratch"),
        )

    def run(self, *more: str) -> subprocess.CompletedProcess[str]:
        program, *words = certbot_argv(self.order)
        trust = {"REQUESTS_CA_BUNDLE": str(self.place.root / "authority.pem")}
        return subprocess.run(
            programs().python_argv(program, *words, *more),
            env={**os.environ, **trust},
            capture_output=True,
            text=True,
            check=False,
        )

    def files(self) -> tuple[Path, Path]:
        return Path(self.order.certificate), Path(self.order.key)


@contextmanager
def pebble(place: Place) -> Iterator[Authority]:
    root, port, management = place.root, free_port(), free_port()
    http = place.nginx.edge.inside.http
    text = CONFIGURATION.format(root=root, port=port, management=management, http=http)
    (root / "pebble.json").write_text(text)
    words = programs().argv(
        "pebble", "-config", f"{root}/pebble.json", "-dnsserver", f"127.0.0.1:{place.names.port}"
    )
    plain = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"}
    with (root / "pebble.log").open("wb") as log:
        process = subprocess.Popen(words, env={**os.environ, **plain}, stdout=log, stderr=log)
    try:
        until(lambda: _answers(port, root), SECONDS)
        yield Authority(place, port)
    finally:
        process.terminate()
        process.wait(SECONDS)


def _answers(port: int, root: Path) -> bool:
    trust = ssl.create_default_context(cafile=str(root / "authority.pem"))
    try:
        return httpx.get(f"https://127.0.0.1:{port}/dir", verify=trust).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with ExitStack() as stack:
        place = Place(stack, Edge(Tls.ACME, HOSTS))
        place.names.addresses = ("127.0.0.1",)
        yield stack.enter_context(pebble(place))


def test_a_certificate_is_given_and_kept_until_it_is_due(authority: Authority) -> None:
    done = authority.run()
    assert done.returncode == 0, done.stdout + done.stderr

    certificate, key = authority.files()
    found = check_files(certificate, key, (HOST,), datetime.now(UTC))
    assert found.names == (HOST,)

    before = certificate.read_bytes()
    assert authority.run().returncode == 0
    assert certificate.read_bytes() == before

    assert authority.run("--force-renewal").returncode == 0
    assert certificate.read_bytes() != before


def test_what_was_given_is_served_after_a_reload(authority: Authority) -> None:
    authority.run()
    certificate, key = authority.files()
    root = authority.place.root
    for source, target in ((certificate, "certificate.pem"), (key, "key.pem")):
        (root / target).write_bytes(source.read_bytes())

    authority.place.nginx.reload()

    leaf = certificate.read_text().partition("-----END")[0]
    address = ("127.0.0.1", authority.place.nginx.edge.inside.https)
    until(lambda: ssl.get_server_certificate(address).startswith(leaf), SECONDS)


def test_a_name_that_leads_elsewhere_is_explained(authority: Authority) -> None:
    authority.place.names.addresses = ("127.0.0.99",)

    done = authority.run("--force-renewal")

    authority.place.names.addresses = ("127.0.0.1",)
    said = refusal(done.stdout + done.stderr)
    assert done.returncode != 0
    assert isinstance(said, NetworkError)
    assert "could not reach this machine" in said.message
