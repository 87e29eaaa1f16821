"""A certificate by ACME, from a real test authority, proved through the real nginx."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from edge.pebble import Pebble, pebble
from edge.place import HOSTS, Place
from edge.running import SECONDS
from edge.waiting import until

from thothctl.adapters.certificate_store import CertificateStore
from thothctl.adapters.machine import SystemClock
from thothctl.config.edge import Edge, Tls
from thothctl.errors import NetworkError
from thothctl.model.acme import AcmeOrder

HOST, NAME = "thoth.test", "default"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with ExitStack() as stack:
        made = Place(stack, Edge(Tls.ACME, HOSTS))
        made.names.addresses = ("127.0.0.1",)
        yield made


@pytest.fixture(scope="module")
def authority(place: Place) -> Iterator[Pebble]:
    http = place.nginx.edge.inside.http
    with pebble(place.root, place.names.port, http) as found:
        yield found


@pytest.fixture
def store(place: Place, tmp_path: Path) -> CertificateStore:
    """An install whose proofs nginx serves, with a certificate of its own to begin with."""
    environment = {"THOTHCTL_CA_BUNDLE": str(place.root / "authority.pem")}
    store = CertificateStore(tmp_path, SystemClock(), environment)
    (tmp_path / "installs" / NAME / "tls").mkdir(parents=True)
    tmp_path.chmod(0o755)
    proofs = tmp_path / "installs" / NAME / "tls/challenges"
    proofs.symlink_to(place.root / "challenges")
    assert store.stand_in(NAME, HOSTS)
    return store


def order(authority: Pebble) -> AcmeOrder:
    return AcmeOrder((HOST,), authority.directory, "ops@example.org")


def served(home: Path) -> Path:
    return home / "installs" / NAME / "tls/served/certificate.pem"


def test_a_certificate_is_given_and_kept_until_it_is_due(
    store: CertificateStore, authority: Pebble, tmp_path: Path
) -> None:
    assert store.authority(NAME) is not None

    assert store.order(NAME, order(authority)) is True

    found = store.served(NAME)
    assert found is not None
    assert found.names == (HOST,)
    assert store.authority(NAME) is None
    before = served(tmp_path).read_bytes()
    assert store.order(NAME, order(authority)) is False
    assert served(tmp_path).read_bytes() == before


def test_one_that_is_lost_is_ordered_again_by_the_same_account(
    store: CertificateStore, authority: Pebble, tmp_path: Path
) -> None:
    store.order(NAME, order(authority))
    folder = tmp_path / "installs" / NAME / "tls/acme"
    accounts = [path.read_bytes() for path in folder.glob("account-*")]
    before = served(tmp_path).read_bytes()
    (folder / "certificate.pem").unlink()

    assert store.order(NAME, order(authority)) is True

    assert served(tmp_path).read_bytes() != before
    assert [path.read_bytes() for path in folder.glob("account-*")] == accounts
    assert not list((tmp_path / "installs" / NAME / "tls/challenges").rglob("acme-challenge/*"))


def test_what_was_given_is_served_after_a_reload(
    store: CertificateStore, authority: Pebble, place: Place, tmp_path: Path
) -> None:
    store.order(NAME, order(authority))
    folder = served(tmp_path).parent
    for file in ("certificate.pem", "key.pem"):
        (place.root / file).write_bytes((folder / file).read_bytes())

    place.nginx.reload()

    leaf = served(tmp_path).read_text().partition("-----END")[0]
    address = ("127.0.0.1", place.nginx.edge.inside.https)
    until(lambda: ssl.get_server_certificate(address).startswith(leaf), SECONDS)


def test_a_name_that_leads_elsewhere_is_explained_and_the_old_certificate_stays(
    store: CertificateStore, authority: Pebble, place: Place, tmp_path: Path
) -> None:
    before = served(tmp_path).read_bytes()
    place.names.addresses = ("127.0.0.99",)

    with pytest.raises(NetworkError, match="could not reach this machine") as refused:
        store.order(NAME, order(authority))

    place.names.addresses = ("127.0.0.1",)
    assert "port 80" in refused.value.hint
    assert served(tmp_path).read_bytes() == before


def test_a_name_that_nobody_knows_is_explained(
    store: CertificateStore, authority: Pebble, place: Place
) -> None:
    place.names.addresses = ()

    with pytest.raises(NetworkError, match="could not resolve"):
        store.order(NAME, order(authority))

    place.names.addresses = ("127.0.0.1",)


def test_an_authority_that_is_not_there_is_explained(store: CertificateStore) -> None:
    with pytest.raises(NetworkError, match="does not answer"):
        store.order(NAME, AcmeOrder((HOST,), "https://127.0.0.1:9/dir"))
