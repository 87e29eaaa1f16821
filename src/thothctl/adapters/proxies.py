"""Which proxy of the environment stands between this machine and an address."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from thothctl.model.provider_address import is_direct


def proxy_for(url: str, environment: Mapping[str, str]) -> str | None:
    """The proxy for an address; None for this machine itself and for what NO_PROXY names."""
    parts = urlsplit(url)
    if is_direct(url) or _excepted(parts, _read(environment, "no_proxy")):
        return None
    chosen = _read(environment, f"{parts.scheme}_proxy") or _read(environment, "all_proxy")
    if chosen and "://" not in chosen:
        chosen = f"http://{chosen}"
    return chosen or None


def _read(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.upper()) or ""


def _excepted(parts: SplitResult, listed: str) -> bool:
    entries = [entry.strip().lower() for entry in listed.split(",") if entry.strip()]
    return any(_covers(entry, parts) for entry in entries)


def _covers(entry: str, parts: SplitResult) -> bool:
    """`*`, a host, a domain with or without its dot, an address, a network, each with a port."""
    host = parts.hostname or ""
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    name, _, port = entry.partition(":")
    if port and port != str(parts.port or {"http": 80, "https": 443}.get(parts.scheme)):
        return False
    domain = name.removeprefix("*").lstrip(".")
    return host == domain or host.endswith(f".{domain}")
