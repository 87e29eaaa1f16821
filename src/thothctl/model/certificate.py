"""What a certificate says, and every way in which one given by the user can be wrong."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from thothctl.errors import InvalidInputError

LEAF_LIFE = timedelta(days=397)
"""The longest that browsers accept."""
RENEW_BEFORE = timedelta(days=30)
LONG_LIFE = timedelta(days=90)
"""Who lives that long is warned about in months and weeks, others in proportion."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The parts of a certificate that decide whether a browser takes it."""

    subject: str
    names: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime

    def covers(self, host: str) -> bool:
        """Whether a browser that was sent to this host accepts the names in it."""
        wanted = host.strip("[]").lower().rstrip(".")
        return any(_matches(name.lower(), wanted) for name in self.names)

    def left(self, now: datetime) -> timedelta:
        return self.valid_until - now

    def is_due(self, now: datetime) -> bool:
        """A third of its life is left, at most a month: short ones are renewed in time, too."""
        return self.left(now) < self.within(RENEW_BEFORE)

    def within(self, usual: timedelta) -> timedelta:
        """A warning time, shortened for a certificate that does not live long."""
        life = self.valid_until - self.valid_from
        return min(usual, life * (usual / LONG_LIFE))


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an authority gave no certificate, the last time it was asked."""

    at: str
    message: str
    hint: str


def _matches(name: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(host)
    except ValueError:
        pass
    if name.startswith("*."):
        first, _, rest = host.partition(".")
        return bool(first) and rest == name[2:]
    return name == host


class CertificateUnreadableError(InvalidInputError):
    """The file holds no certificate."""

    code = "certificate_unreadable"


class KeyUnreadableError(InvalidInputError):
    """The file holds no private key that can be used."""

    code = "key_unreadable"


class KeyEncryptedError(InvalidInputError):
    """The private key wants a passphrase, which nobody types when a server starts at night."""

    code = "key_encrypted"


class KeyMismatchError(InvalidInputError):
    """Key and certificate are not of one pair."""

    code = "key_mismatch"


class KeyWeakError(InvalidInputError):
    """The key is shorter than today's browsers accept."""

    code = "key_weak"


class CertificateExpiredError(InvalidInputError):
    """The certificate was valid once."""

    code = "certificate_expired"


class CertificateNotYetValidError(InvalidInputError):
    """The certificate will be valid later, or the clock is wrong."""

    code = "certificate_not_yet_valid"


class CertificateNameError(InvalidInputError):
    """The certificate does not name the host."""

    code = "certificate_name"


class ChainOrderError(InvalidInputError):
    """The certificates of the file do not follow one another, the server's own first."""

    code = "certificate_chain"


def refuse_dates(certificate: Certificate, now: datetime) -> None:
    """Raise unless it is valid now."""
    if certificate.valid_until <= now:
        raise CertificateExpiredError(
            f"the certificate expired on {certificate.valid_until:%Y-%m-%d}",
            hint="get a new one from whoever issued it, then run the command again",
        )
    if certificate.valid_from > now:
        raise CertificateNotYetValidError(
            f"the certificate is not valid before {certificate.valid_from:%Y-%m-%d %H:%M} UTC",
            hint="look at the clock of this machine, or wait until then",
        )


def refuse_names(certificate: Certificate, hosts: tuple[str, ...]) -> None:
    """Raise unless every host is covered."""
    if missing := [host for host in hosts if not certificate.covers(host)]:
        named = ", ".join(certificate.names) or "no host at all"
        raise CertificateNameError(
            f"the certificate does not cover {', '.join(missing)}; it names {named}",
            hint="give a certificate with these names, or set the host name that it has",
        )
