"""Reads certificates and keys that somebody else made, and says exactly what is wrong with them."""

import itertools
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.x509.oid import ExtensionOID, NameOID

from thothctl.errors import InvalidInputError
from thothctl.model.certificate import (
    Certificate,
    CertificateUnreadableError,
    ChainOrderError,
    KeyEncryptedError,
    KeyMismatchError,
    KeyUnreadableError,
    KeyWeakError,
    refuse_dates,
    refuse_names,
)
from thothctl.model.finding import Finding, Verdict

SHORTEST_RSA = 2048
PROBE = "tls-key"


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its key, known to belong together; `chain` begins with the server's."""

    certificate: Certificate
    chain: tuple[x509.Certificate, ...]

    def issued_by(self, authority: str) -> bool:
        return _follows(self.chain[0], x509.load_pem_x509_certificate(authority.encode()))


def check_files(certificate: Path, key: Path, hosts: tuple[str, ...], now: datetime) -> Certificate:
    """Return what the user's own certificate says; raises an error of its own for each fault."""
    pair = read_pair(certificate, key)
    _refuse_chain(pair.chain)
    refuse_dates(pair.certificate, now)
    refuse_names(pair.certificate, hosts)
    return pair.certificate


def read_certificate(path: Path) -> Certificate:
    """What the first certificate of a file says."""
    return _told(_chain(path)[0])


def read_pair(certificate: Path, key: Path) -> Pair:
    """Raise unless the key is the certificate's."""
    chain = _chain(certificate)
    secret = private_key(read_text(key, KeyUnreadableError).encode(), str(key))
    if isinstance(secret, rsa.RSAPrivateKey) and secret.key_size < SHORTEST_RSA:
        raise KeyWeakError(
            f"{key} has {secret.key_size} bits", hint="make a new pair: ECDSA P-256, or RSA 2048"
        )
    if _spelled(secret.public_key()) != _spelled(chain[0].public_key()):
        raise KeyMismatchError(
            f"{key} is not the key of {certificate}",
            hint="give the two files that were made together, the server's certificate first",
        )
    return Pair(_told(chain[0]), chain)


def key_privacy(key: Path) -> Finding:
    """Warn about a key that other users of this machine can read."""
    if os.name == "posix" and key.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        hint = f"chmod 600 {key}"
        return Finding(PROBE, Verdict.WARN, f"other users can read {key}", hint)
    return Finding(PROBE, Verdict.PASS, f"only its owner reads {key}")


def private_key(data: bytes, where: str) -> PrivateKeyTypes:
    """Read an unencrypted key in PEM; `where` is for the error."""
    if b"ENCRYPTED" in data:
        raise KeyEncryptedError(
            f"{where} is protected with a passphrase",
            hint="write it without one: openssl pkey -in KEY -out NEW",
        )
    try:
        return serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnreadableError(
            f"{where} holds no private key",
            hint="give a key in PEM: it begins with -----BEGIN PRIVATE KEY-----",
        ) from error


def read_text(path: Path, unreadable: type[InvalidInputError]) -> str:
    """Return the text of a file in PEM, or raise the error of the one who asks."""
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not in PEM"
        raise unreadable(
            f"could not read {path}: {said}", hint="look at the path, its owner and its mode"
        ) from error


def _chain(path: Path) -> tuple[x509.Certificate, ...]:
    text = read_text(path, CertificateUnreadableError)
    try:
        return tuple(x509.load_pem_x509_certificates(text.encode()))
    except ValueError as error:
        raise CertificateUnreadableError(
            f"{path} holds no certificate",
            hint="give a certificate in PEM: it begins with -----BEGIN CERTIFICATE-----",
        ) from error


def _refuse_chain(chain: Sequence[x509.Certificate]) -> None:
    for place, (certificate, issuer) in enumerate(itertools.pairwise(chain), start=2):
        if not _follows(certificate, issuer):
            raise ChainOrderError(
                f"certificate {place} of the file did not issue the one before it",
                hint="put the server's certificate first, then each issuer after the one it signed",
            )


def _follows(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _spelled(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _told(certificate: x509.Certificate) -> Certificate:
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certificate(
        subject=str(common[0].value) if common else "",
        names=_names(certificate),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Alternative names only: browsers have not looked at the common name for years."""
    try:
        found = certificate.extensions.get_extension_for_oid(
            ExtensionOID.SUBJECT_ALTERNATIVE_NAME
        ).value
    except x509.ExtensionNotFound:
        return ()
    if not isinstance(found, x509.SubjectAlternativeName):
        return ()
    addresses = found.get_values_for_type(x509.IPAddress)
    return (*found.get_values_for_type(x509.DNSName), *(str(address) for address in addresses))
