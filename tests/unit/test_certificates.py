"""Certificates of our own, and everything that can be wrong with somebody else's."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from thothctl.adapters.certificate_files import check_files, key_privacy, read_pair
from thothctl.adapters.certificates import (
    CertificateFolder,
    create_authority,
    ensure_self_signed,
    issue,
)
from thothctl.errors import InvalidInputError
from thothctl.model.certificate import (
    LEAF_LIFE,
    Certificate,
    CertificateExpiredError,
    CertificateNameError,
    CertificateNotYetValidError,
    CertificateUnreadableError,
    ChainOrderError,
    KeyEncryptedError,
    KeyMismatchError,
    KeyUnreadableError,
    KeyWeakError,
    Refused,
)
from thothctl.model.finding import Verdict
from thothctl.probes.certificates import expiry, refused

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOSTS = ("thoth.example.org", "10.0.0.5", "::1")
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> CertificateFolder:
    return CertificateFolder(tmp_path / "tls")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A user's good pair, its issuer behind it."""
    authority = create_authority(NOW)
    certificate, key = issue(authority, HOSTS, NOW)
    (tmp_path / "chain.pem").write_text(certificate + authority.certificate)
    (tmp_path / "key.pem").write_text(key.reveal())
    return tmp_path


def check(folder: Path, hosts: tuple[str, ...] = HOSTS, now: datetime = NOW) -> Certificate:
    return check_files(folder / "chain.pem", folder / "key.pem", hosts, now)


def test_a_certificate_of_ours_is_one_that_browsers_take(folder: CertificateFolder) -> None:
    assert ensure_self_signed(folder, HOSTS, NOW)

    leaf = x509.load_pem_x509_certificate(folder.certificate.read_bytes())
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= LEAF_LIFE
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    certificate = check_files(folder.certificate, folder.key, HOSTS, NOW)
    assert certificate.names == HOSTS


def test_the_exported_authority_is_one_that_systems_trust(folder: CertificateFolder) -> None:
    ensure_self_signed(folder, HOSTS, NOW)

    context = ssl.create_default_context(cafile=str(folder.authority))

    assert len(context.get_ca_certs()) == 1


def test_only_the_served_folder_can_be_read_by_others(folder: CertificateFolder) -> None:
    ensure_self_signed(folder, HOSTS, NOW)

    modes = {path: path.stat().st_mode & 0o777 for path in folder.root.rglob("*")}
    assert folder.root.stat().st_mode & 0o777 == 0o700
    assert modes[folder.authority_key] == 0o600
    assert modes[folder.key] == 0o444
    assert modes[folder.served] == 0o755


def test_a_good_certificate_stays(folder: CertificateFolder) -> None:
    ensure_self_signed(folder, HOSTS, NOW)
    before = folder.certificate.read_bytes()

    assert not ensure_self_signed(folder, HOSTS, NOW + LEAF_LIFE - 31 * DAY)
    assert folder.certificate.read_bytes() == before


def test_renewal_leaves_the_authority_alone(folder: CertificateFolder) -> None:
    ensure_self_signed(folder, HOSTS, NOW)
    authority = folder.authority.read_bytes()

    assert ensure_self_signed(folder, HOSTS, NOW + LEAF_LIFE - 29 * DAY)
    assert folder.authority.read_bytes() == authority


def test_other_hosts_get_another_certificate(folder: CertificateFolder) -> None:
    ensure_self_signed(folder, HOSTS, NOW)

    assert ensure_self_signed(folder, ("other.example.org",), NOW)


def test_a_crash_between_key_and_certificate_is_mended(folder: CertificateFolder) -> None:
    ensure_self_signed(folder, HOSTS, NOW)
    folder.key.unlink()
    folder.key.write_text(issue(create_authority(NOW), HOSTS, NOW)[1].reveal())

    assert ensure_self_signed(folder, HOSTS, NOW)
    read_pair(folder.certificate, folder.key)


def test_a_lost_authority_is_replaced_with_its_certificates(folder: CertificateFolder) -> None:
    ensure_self_signed(folder, HOSTS, NOW)
    folder.authority_key.unlink()

    assert ensure_self_signed(folder, HOSTS, NOW)
    authority = folder.authority.read_text()
    assert read_pair(folder.certificate, folder.key).issued_by(authority)


def test_a_key_never_shows_itself() -> None:
    authority = create_authority(NOW)

    assert "PRIVATE" not in repr(authority)
    assert "PRIVATE" not in repr(issue(authority, HOSTS, NOW))


def test_good_files_are_taken(files: Path) -> None:
    assert check(files).covers("thoth.example.org")


def swap_key(folder: Path) -> None:
    key = issue(create_authority(NOW), HOSTS, NOW)[1]
    (folder / "key.pem").write_text(key.reveal())


def turn_chain(folder: Path) -> None:
    blocks = (folder / "chain.pem").read_text().split("-----BEGIN")[1:]
    chain = "".join(f"-----BEGIN{block}" for block in (blocks[0], blocks[0], blocks[1]))
    (folder / "chain.pem").write_text(chain)


def write_rsa(folder: Path, bits: int, algorithm: serialization.KeySerializationEncryption) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    form = serialization.PrivateFormat.PKCS8
    text = key.private_bytes(serialization.Encoding.PEM, form, algorithm)
    (folder / "key.pem").write_bytes(text)


def encrypt_key(folder: Path) -> None:
    write_rsa(folder, 2048, serialization.BestAvailableEncryption(b"passphrase"))


def shorten_key(folder: Path) -> None:
    write_rsa(folder, 1024, serialization.NoEncryption())


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (lambda folder: (folder / "chain.pem").unlink(), CertificateUnreadableError),
        (lambda folder: (folder / "chain.pem").write_text("no"), CertificateUnreadableError),
        (lambda folder: (folder / "chain.pem").write_bytes(b"\xff"), CertificateUnreadableError),
        (lambda folder: (folder / "key.pem").unlink(), KeyUnreadableError),
        (lambda folder: (folder / "key.pem").write_text("no"), KeyUnreadableError),
        (swap_key, KeyMismatchError),
        (encrypt_key, KeyEncryptedError),
        (shorten_key, KeyWeakError),
        (turn_chain, ChainOrderError),
    ],
)
def test_each_fault_has_an_error_of_its_own(
    files: Path, harm: Callable[[Path], None], error: type[InvalidInputError]
) -> None:
    harm(files)

    with pytest.raises(error) as caught:
        check(files)

    assert type(caught.value) is error
    assert caught.value.hint


def test_dates_and_names_are_checked(files: Path) -> None:
    with pytest.raises(CertificateExpiredError):
        check(files, now=NOW + LEAF_LIFE)
    with pytest.raises(CertificateNotYetValidError):
        check(files, now=NOW - DAY)
    with pytest.raises(CertificateNameError, match=r"other\.example\.org"):
        check(files, (*HOSTS, "other.example.org"))


@pytest.mark.parametrize(
    ("host", "covered"),
    [
        ("a.example.org", True),
        ("A.Example.Org.", True),
        ("a.b.example.org", False),
        ("example.org", False),
        (".example.org", False),
        ("[2001:db8::1]", True),
        ("2001:db8:0::1", True),
        ("10.0.0.1", False),
    ],
)
def test_names_are_compared_as_browsers_do(host: str, *, covered: bool) -> None:
    certificate = Certificate("x", ("*.example.org", "2001:db8::1"), NOW, NOW + DAY)

    assert certificate.covers(host) is covered


def test_a_key_that_others_read_is_warned_about(files: Path) -> None:
    key = files / "key.pem"
    key.chmod(0o644)
    assert key_privacy(key).verdict is Verdict.WARN
    key.chmod(0o600)
    assert key_privacy(key).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("left", "due", "verdict"),
    [(3, False, Verdict.PASS), (1.9, True, Verdict.WARN), (0.15, True, Verdict.FAIL)],
)
def test_one_that_lives_six_days_is_renewed_and_warned_about_in_proportion(
    left: float, verdict: Verdict, *, due: bool
) -> None:
    end = NOW + left * DAY
    certificate = Certificate("x", ("x",), end - 6 * DAY, end)

    assert certificate.is_due(NOW) is due
    assert expiry(certificate, NOW, renewal="renew").verdict is verdict


def test_a_no_of_the_authority_is_as_urgent_as_what_is_served_instead() -> None:
    why = Refused("2026-01-01", "the authority could not reach this machine", "open port 80")

    for days, verdict in ((20, Verdict.WARN), (2, Verdict.FAIL)):
        served = Certificate("x", ("x",), NOW - 300 * DAY, NOW + days * DAY)
        found = refused(why, served, NOW)
        assert (found.verdict, found.hint) == (verdict, "open port 80")
        assert "could not reach" in found.summary


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        (31, Verdict.PASS),
        (30, Verdict.WARN),
        (14, Verdict.WARN),
        (3, Verdict.FAIL),
        (0, Verdict.FAIL),
        (-1, Verdict.FAIL),
    ],
)
def test_expiry_is_announced(days: int, verdict: Verdict) -> None:
    certificate = Certificate("x", ("x",), NOW - 300 * DAY, NOW + days * DAY)

    finding = expiry(certificate, NOW, renewal="thothctl tls renew")

    assert finding.verdict is verdict
    assert bool(finding.hint) is (verdict is not Verdict.PASS)
