"""One provider, two views: its address as this machine and as the container sees it."""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from thothctl.model.provider import USES, provider_of
from thothctl.model.setting import SettingValue

GATEWAY = "host.docker.internal"
"""What a container calls the machine it runs on."""
_BARE_HOST = re.compile(r"\[[^\]]*\]|[^:]*")


def is_loopback(host: str) -> bool:
    """`localhost` and its addresses, as seen from where the name is used."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def is_direct(url: str) -> bool:
    """No proxy may stand in between: this machine itself."""
    host = urlsplit(url).hostname or ""
    return host == GATEWAY or is_loopback(host)


def for_container(url: str) -> str:
    """The same server as a container sees it: this machine's loopback is not its own."""
    return _moved(url, GATEWAY) if is_loopback(urlsplit(url).hostname or "") else url


def for_host(url: str) -> str:
    """The same server as this machine sees it: the container's name for us is the loopback."""
    return _moved(url, "127.0.0.1") if urlsplit(url).hostname == GATEWAY else url


def _moved(url: str, host: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=_BARE_HOST.sub(host, parts.netloc, count=1)))


def as_rendered(settings: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
    """The settings as the container needs them: base URLs on this machine lead out of it."""
    urls = {f"{use}_base_url": _rendered_url(settings, use) for use in USES}
    database = str(settings.get("postgres.host", ""))
    return {**settings, **urls, "postgres.host": GATEWAY if is_loopback(database) else database}


def _rendered_url(settings: Mapping[str, SettingValue], use: str) -> str:
    url, provider = str(settings.get(f"{use}_base_url", "")), provider_of(settings, use)
    if not url and provider is not None and is_direct(provider.base_url):
        url = provider.base_url
    return for_container(url)
