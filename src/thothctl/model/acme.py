"""What is asked of an ACME authority, and what its no means.

Proofs are files in a folder that nginx serves over plain HTTP; who nobody can reach from outside on
port 80 gets no certificate.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from thothctl.errors import InvalidInputError, NetworkError, ThothctlError

PRIVATE = ("localhost", ".localhost", ".local", ".internal", ".test", ".example", ".invalid")


@dataclass(frozen=True, slots=True)
class AcmeOrder:
    """What is asked for; `directory` is the address where the authority says what it can do."""

    hosts: tuple[str, ...]
    directory: str
    email: str = ""


def refuse_private_names(hosts: tuple[str, ...]) -> None:
    """Raise for names that no public authority can look up."""
    for host in hosts:
        name = host.lower().rstrip(".")
        if _is_address(name) or "." not in name or name.endswith(PRIVATE):
            raise InvalidInputError(
                f"no public authority certifies {host}",
                hint="give a name that the public DNS knows with --host-name, "
                "or choose --tls self-signed or files",
            )


@dataclass(frozen=True, slots=True)
class _No:
    detail: str
    hint: str
    error: type[ThothctlError] = NetworkError


REACH = "open port 80 to the internet and let the name point to this machine, then run it again"
NOES: Mapping[str, _No] = {
    "connection": _No("could not reach this machine", REACH),
    "dns": _No("could not look the name up", "let the name point to this machine, then wait"),
    "unauthorized": _No("found another machine, or another answer, behind the name", REACH),
    "incorrectResponse": _No("found another answer behind the name", REACH),
    "tls": _No("was redirected to a faulty https address", REACH),
    "rateLimited": _No("has given out enough for this name", "wait a week, or use its staging"),
    "caa": _No(
        "may not certify this name", "allow it in the CAA record of the domain", InvalidInputError
    ),
    "rejectedIdentifier": _No(
        "does not certify this name", "choose another name", InvalidInputError
    ),
    "invalidContact": _No(
        "does not take the e-mail address", "set another acme_email", InvalidInputError
    ),
    "externalAccountRequired": _No(
        "wants an account of its own first", "choose another acme_directory", InvalidInputError
    ),
    "serverInternal": _No("has a fault of its own", "try again in an hour"),
}
UNKNOWN = _No("gave no certificate", "see what it says, then run `thothctl certificates renew`")


def refusal(code: str, said: str = "") -> ThothctlError:
    """The error that a no comes to: its word in the ACME standard, and what was said."""
    no = NOES.get(code, UNKNOWN)
    told = ": ".join(part for part in (code, " ".join(said.split())) if part)
    return no.error(f"the authority {no.detail}{f' ({told})' if told else ''}", hint=no.hint)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
