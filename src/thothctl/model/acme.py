"""How a certificate is asked of an ACME authority: certbot's command line, and what its no means.

It runs in the toolbox image for one task. Proofs are files in a folder that nginx serves over plain
HTTP; who nobody can reach from outside on port 80 gets no certificate.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from thothctl.errors import InvalidInputError, NetworkError, ThothctlError

NAME = "thoth"
PROBLEM = re.compile(r"urn:ietf:params:acme:error:(\w+)|^\s*Type:\s+(\w+)\s*$", re.MULTILINE)
PRIVATE = ("localhost", ".localhost", ".local", ".internal", ".test", ".example", ".invalid")


@dataclass(frozen=True, slots=True)
class AcmeOrder:
    """What is asked for, and where the toolbox finds things; an empty directory is Let's Encrypt.

    `state` is kept between runs (account and certificates), `webroot` is what nginx serves,
    `scratch` may be gone afterwards.
    """

    hosts: tuple[str, ...]
    email: str = ""
    directory: str = ""
    webroot: str = "/var/www/acme"
    state: str = "/data/acme"
    scratch: str = "/tmp/acme"  # noqa: S108 - inside a container of one task

    @property
    def certificate(self) -> PurePosixPath:
        return PurePosixPath(self.state) / "live" / NAME / "fullchain.pem"

    @property
    def key(self) -> PurePosixPath:
        return PurePosixPath(self.state) / "live" / NAME / "privkey.pem"


def refuse_private_names(hosts: tuple[str, ...]) -> None:
    """Raise for names that no public authority can look up."""
    for host in hosts:
        name = host.lower().rstrip(".")
        if _is_address(name) or "." not in name or name.endswith(PRIVATE):
            raise InvalidInputError(
                f"no public authority certifies {host}",
                hint="give a name that the public DNS knows, or choose --tls self-signed or files",
            )


def certbot_argv(order: AcmeOrder) -> tuple[str, ...]:
    """The command that gets the first certificate, and later renews it when that is due."""
    account = ("--email", order.email) if order.email else ("--register-unsafely-without-email",)
    server = ("--server", order.directory) if order.directory else ()
    return (
        "certbot",
        "certonly",
        "--non-interactive",
        "--agree-tos",
        "--keep-until-expiring",
        "--webroot",
        "--webroot-path",
        order.webroot,
        "--cert-name",
        NAME,
        "--key-type",
        "ecdsa",
        "--elliptic-curve",
        "secp256r1",
        "--config-dir",
        order.state,
        "--work-dir",
        f"{order.scratch}/work",
        "--logs-dir",
        f"{order.scratch}/logs",
        *account,
        *server,
        *(word for host in order.hosts for word in ("--domain", host)),
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
        "does not take the e-mail address", "set another admin_email", InvalidInputError
    ),
    "externalAccountRequired": _No(
        "wants an account of its own first", "choose another authority", InvalidInputError
    ),
    "serverInternal": _No("has a fault of its own", "try again in an hour"),
}
UNKNOWN = _No("gave no certificate", "look at the log of the run: thothctl logs --operation")


def refusal(output: str) -> ThothctlError:
    """The error that a failed run comes to, by the words of the ACME standard in its output."""
    kinds = [first or second for first, second in PROBLEM.findall(output)]
    kind = next((kind for kind in kinds if kind in NOES), "")
    no = NOES.get(kind, UNKNOWN)
    said = f" ({kind})" if kind else ""
    return no.error(f"the authority {no.detail}{said}", hint=no.hint)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
