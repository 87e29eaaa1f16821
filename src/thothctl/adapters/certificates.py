"""Makes an authority of this install's own and certificates by it, as files that nginx reads.

The authority stays the same for ten years, so that who trusts it once never has to again; its key
never leaves its folder. Key and certificate are two files: a crash between them is seen as a pair
that does not match, and mended by issuing both again.
"""

import ipaddress
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from thothctl.adapters.certificate_files import Pair, private_key, read_pair, read_text
from thothctl.adapters.files import private_folder, translated, write_durably
from thothctl.errors import InvalidInputError
from thothctl.model.certificate import LEAF_LIFE, Certificate, KeyUnreadableError
from thothctl.model.secret import Secret

AUTHORITY_LIFE = timedelta(days=3650)
SKEW = timedelta(hours=1)
"""Clocks of other machines may be behind."""
READ_BY_NGINX = 0o444
OWN = 0o600


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs; the certificate is for everyone to trust, the key for nobody to see."""

    certificate: str
    key: Secret


@dataclass(frozen=True, slots=True)
class CertificateFolder:
    """Where an install keeps its TLS files; `served` is the part that nginx gets to see."""

    root: Path

    @property
    def served(self) -> Path:
        return self.root / "served"

    @property
    def certificate(self) -> Path:
        return self.served / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.served / "key.pem"

    @property
    def authority(self) -> Path:
        """The file that users put into their browsers or systems."""
        return self.root / "authority.pem"

    @property
    def authority_key(self) -> Path:
        return self.root / "authority.key"

    @property
    def challenges(self) -> Path:
        """What nginx serves to an ACME authority."""
        return self.root / "challenges"


def ensure_self_signed(folder: CertificateFolder, hosts: tuple[str, ...], now: datetime) -> bool:
    """Leave a certificate for these hosts that is good for a while; True when it is a new one."""
    authority = _authority(folder, now)
    if (pair := _present(folder)) and _serves(pair, authority, hosts, now):
        return False
    certificate, key = issue(authority, hosts, now)
    serve(folder, certificate, key)
    return True


def ensure_stand_in(folder: CertificateFolder, hosts: tuple[str, ...], now: datetime) -> bool:
    """Leave something to serve until a better one is there: what is served, if it is valid."""
    public_folder(folder, folder.challenges)
    if (pair := _present(folder)) and pair.certificate.valid_until > now:
        return False
    return ensure_self_signed(folder, hosts, now)


def signed_by_us(folder: CertificateFolder) -> bool:
    """What is served has the install's own authority."""
    if (pair := _present(folder)) is None or not folder.authority.is_file():
        return False
    return pair.issued_by(folder.authority.read_text(encoding="ascii"))


def serve(folder: CertificateFolder, certificate: str, key: Secret) -> None:
    """Put a pair where nginx reads it; it does so at its next reload."""
    public_folder(folder, folder.served)
    write_durably(folder.key, key.reveal(), mode=READ_BY_NGINX)
    write_durably(folder.certificate, certificate, mode=READ_BY_NGINX)


def public_folder(folder: CertificateFolder, part: Path) -> None:
    """Create a part of the folder that nginx gets to see."""
    private_folder(folder.root)
    with translated(f"create {part}"):
        part.mkdir(mode=0o755, exist_ok=True)
        part.chmod(0o755)


def new_key() -> Secret:
    """A key of today's usual kind, as PEM."""
    return _key_text(ec.generate_private_key(ec.SECP256R1()))


def _authority(folder: CertificateFolder, now: datetime) -> Authority:
    """Return the one there is; half of one is none, for a crash came between."""
    if folder.authority.exists() and folder.authority_key.exists():
        key = Secret(read_text(folder.authority_key, KeyUnreadableError))
        return Authority(folder.authority.read_text(encoding="ascii"), key)
    made = create_authority(now)
    private_folder(folder.root)
    write_durably(folder.authority_key, made.key.reveal(), mode=OWN)
    write_durably(folder.authority, made.certificate)
    return made


def _present(folder: CertificateFolder) -> Pair | None:
    with suppress(InvalidInputError):
        return read_pair(folder.certificate, folder.key)
    return None


def _serves(pair: Pair, authority: Authority, hosts: tuple[str, ...], now: datetime) -> bool:
    told: Certificate = pair.certificate
    ours = set(told.names) == {host.strip("[]") for host in hosts}
    return ours and not told.is_due(now) and pair.issued_by(authority.certificate)


def create_authority(now: datetime) -> Authority:
    """Make an authority that signs servers only."""
    key = ec.generate_private_key(ec.SECP256R1())
    number = x509.random_serial_number()
    name = _name(f"Thoth authority {number % 0x10000:04x}")
    built = (
        _builder(name, name, key.public_key(), number, (now - SKEW, now + AUTHORITY_LIFE))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
    )
    return Authority(_text(built.sign(key, hashes.SHA256())), _key_text(key))


def issue(authority: Authority, hosts: tuple[str, ...], now: datetime) -> tuple[str, Secret]:
    """Return certificate and key of a server that answers to these hosts."""
    parent = x509.load_pem_x509_certificate(authority.certificate.encode())
    signer = private_key(authority.key.reveal().encode(), "the authority's key")
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise KeyUnreadableError(
            "the authority's key is none of ours", hint="move its folder away and run again"
        )
    key = ec.generate_private_key(ec.SECP256R1())
    number = x509.random_serial_number()
    life = (now - SKEW, min(now - SKEW + LEAF_LIFE, parent.not_valid_after_utc))
    built = (
        _builder(_name(hosts[0][:64]), parent.subject, key.public_key(), number, life)
        .add_extension(
            x509.SubjectAlternativeName([_alternative(h) for h in hosts]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    return _text(built.sign(signer, hashes.SHA256())), _key_text(key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    number: int,
    life: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(number)
        .not_valid_before(life[0])
        .not_valid_after(life[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_text(key: ec.EllipticCurvePrivateKey) -> Secret:
    return Secret(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
    )
