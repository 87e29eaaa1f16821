"""The networks of a stack: which there are, and the ranges of addresses that they share."""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from thothctl.errors import InvalidInputError
from thothctl.model.address import has_edge
from thothctl.model.setting import SettingValue

SMALLEST = 26
"""Prefix of the smallest range: a quarter of it holds every container of a network."""
SMALLEST_MTU = 576
NAMES = ("front", "back", "egress")
INNER = "back"


@dataclass(frozen=True, slots=True)
class Network:
    """One network of the Compose file; without subnets the engine chooses."""

    internal: bool = False
    mtu: int = 0
    subnets: tuple[str, ...] = ()
    ipv6: bool = False


def networks(settings: Mapping[str, SettingValue], identity: str) -> dict[str, Network]:
    """By name; `identity` is the install's own, from which its private range for IPv6 follows."""
    names = NAMES if has_edge(settings) else NAMES[:1]
    mtu, ipv6 = int(settings.get("network.mtu", 0)), settings.get("network.ipv6") is True
    four, six = _quarters(settings), _local_ranges(identity) if ipv6 else ()
    return {
        name: Network(
            internal=name == INNER,
            mtu=mtu,
            subnets=(*four[place : place + 1], *(six[place : place + 1] if name != INNER else ())),
            ipv6=ipv6 and name != INNER,
        )
        for place, name in enumerate(names)
    }


def gateway(settings: Mapping[str, SettingValue]) -> str:
    """What nginx sees of a client on this machine; empty where the engine chooses."""
    first = _quarters(settings)[:1]
    return str(ipaddress.ip_network(first[0])[1]) if first else ""


def refuse_unfit_network(settings: Mapping[str, SettingValue]) -> None:
    """Raise InvalidInputError for a range or an MTU that no network can have."""
    if subnet_of(settings) is not None:
        _quarters(settings)
    mtu = int(settings.get("network.mtu", 0))
    if 0 < mtu < SMALLEST_MTU:
        raise InvalidInputError(
            f"network.mtu: {mtu} is too small",
            hint=f"give {SMALLEST_MTU} or more; 0 is Docker's own",
        )


def subnet_of(settings: Mapping[str, SettingValue]) -> ipaddress.IPv4Network | None:
    """The chosen range; raises InvalidInputError for what is none."""
    given = str(settings.get("network.subnet", "")).strip()
    if not given:
        return None
    try:
        found = ipaddress.IPv4Network(given)
    except ValueError as error:
        raise InvalidInputError(
            f"network.subnet: {error}", hint="give an unused private range such as 10.77.0.0/24"
        ) from error
    if found.prefixlen > SMALLEST or not found.is_private or found.is_loopback:
        raise InvalidInputError(
            f"network.subnet: {found} is too small or not a private range",
            hint=f"give /{SMALLEST} or larger, such as 10.77.0.0/24",
        )
    return found


def _quarters(settings: Mapping[str, SettingValue]) -> tuple[str, ...]:
    found = subnet_of(settings)
    return tuple(str(part) for part in found.subnets(prefixlen_diff=2)) if found else ()


def _local_ranges(identity: str) -> tuple[str, ...]:
    """Unique local addresses: 40 bits of chance make clashes as good as impossible."""
    digest = hashlib.sha256(identity.encode()).digest()[:5]
    own = ipaddress.IPv6Address(b"\xfd" + digest + bytes(10))
    whole = ipaddress.IPv6Network((own, 48))
    parts = whole.subnets(new_prefix=64)
    return tuple(str(next(parts)) for _ in NAMES)
