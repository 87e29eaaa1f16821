"""Turns what the user chose for the edge into the values of the nginx template."""

import ipaddress
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from thothctl.config.edge_errors import Fault, faults
from thothctl.errors import InvalidInputError

HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
LONGEST_NAME = 253
HTTPS = 443
GIBIBYTE_IN_MB = 1024


class Tls(StrEnum):
    """Where the certificate comes from; OFF leaves TLS to a proxy in front."""

    SELF_SIGNED = "self-signed"
    FILES = "files"
    ACME = "acme"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Rates:
    """How often one address may ask: sign-ins a minute, API requests a second, bursts of both."""

    logins: int = 10
    login_burst: int = 10
    requests: int = 20
    request_burst: int = 60


@dataclass(frozen=True, slots=True)
class Inside:
    """Where things are for nginx itself; the defaults are those of the image."""

    listen: str = ""
    http: int = 8080
    https: int = 8443
    app: str = "app"
    app_port: int = 8080
    resolver: str = "127.0.0.11"
    certificate: str = "/etc/nginx/tls/certificate.pem"
    key: str = "/etc/nginx/tls/key.pem"
    challenges: str = "/var/www/acme"
    own: str = "/etc/nginx/conf.d/server/*.conf"


@dataclass(frozen=True, slots=True)
class Edge:
    """What the user chose; `port` is the one that browsers use for https."""

    tls: Tls
    hosts: tuple[str, ...]
    port: int = HTTPS
    trusted_proxies: tuple[str, ...] = ()
    upload_mb: int = GIBIBYTE_IN_MB
    answer_seconds: int = 330
    ipv6: bool = False
    rates: Rates = field(default_factory=Rates)
    inside: Inside = field(default_factory=Inside)


def variables(edge: Edge) -> dict[str, object]:
    """Every name that `nginx/thoth.conf.j2` uses; raises InvalidInputError."""
    if not edge.hosts:
        raise InvalidInputError("nginx has no host name to answer to", hint="give --host NAME")
    return {
        "tls": edge.tls is not Tls.OFF,
        "acme": edge.tls is Tls.ACME,
        "names": " ".join(server_name(host) for host in edge.hosts),
        "public_port": "" if edge.port == HTTPS else f":{edge.port}",
        "port": edge.port,
        "trusted": [trusted_range(given) for given in edge.trusted_proxies],
        "http_listens": _listens(edge, edge.inside.http),
        "https_listens": _listens(edge, edge.inside.https),
        "upload_mb": edge.upload_mb,
        "answer_seconds": edge.answer_seconds,
        "rates": edge.rates,
        "inside": edge.inside,
        "faults": [_fault(fault) for fault in faults()],
    }


def server_name(host: str) -> str:
    """A host as nginx compares it with the Host header; raises InvalidInputError."""
    name = host.strip().lower().rstrip(".")
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        if len(name) <= LONGEST_NAME and HOST_NAME.fullmatch(name):
            return name
        raise InvalidInputError(
            f"not a host name or IP address: {host!r}",
            hint="give names such as thoth.example.org, without scheme, port or wildcard",
        ) from None
    return f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6


def trusted_range(given: str) -> str:
    """A range of proxies whose word counts; raises InvalidInputError, also for everybody."""
    try:
        network = ipaddress.ip_network(given.strip(), strict=False)
    except ValueError:
        raise InvalidInputError(
            f"not a range of addresses: {given!r}", hint="give for example 10.0.0.0/8"
        ) from None
    if network.prefixlen == 0:
        raise InvalidInputError(
            f"{given} would let everybody choose the address they seem to come from",
            hint="name the addresses of your proxy only",
        )
    return str(network)


def quoted(text: str) -> str:
    """A nginx string; raises ValueError for what would be taken for a variable."""
    if "$" in text or not text.isprintable():
        raise ValueError("nginx has no way to write this text down")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _listens(edge: Edge, port: int) -> Sequence[str]:
    address = edge.inside.listen
    own = f"{address}:{port}" if address else str(port)
    return (own, f"[::]:{port}") if edge.ipv6 else (own,)


def _fault(fault: Fault) -> Mapping[str, object]:
    document = {
        "type": "about:blank",
        "title": fault.title,
        "status": fault.status,
        "code": fault.title.lower().replace(" ", "_"),
        "detail": fault.detail,
        "hint": fault.hint,
    }
    return {
        "status": fault.status,
        "problem": quoted(json.dumps(document)),
        "page": quoted(fault.page()),
    }
