"""Where the engine sends what services write, in the words of its own log drivers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from thothctl.errors import InvalidInputError
from thothctl.model.setting import SettingValue

KEY = "logging.ship_to"
PLACE = re.compile(
    r"(syslog\+(?:udp|tcp|tls)|gelf\+(?:udp|tcp)|fluentd)://"
    r"([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]+\]):([0-9]{1,5})"
)
HIGHEST_PORT = 65535
KEPT = {"cache-max-size": "10m", "cache-max-file": "3"}
"""What the engine keeps here all the same: `thothctl logs` reads it."""
PATIENT = {"mode": "non-blocking", "max-buffer-size": "4m"}
"""A collector that is slow costs lines, never the service."""


@dataclass(frozen=True, slots=True)
class Shipping:
    """A log driver of the engine with its options."""

    driver: str
    options: Mapping[str, str]


def shipping(settings: Mapping[str, SettingValue]) -> Shipping | None:
    """How logs leave this machine; None where they stay. Raises InvalidInputError."""
    given = str(settings.get(KEY, ""))
    if not given:
        return None
    found = PLACE.fullmatch(given)
    if not found or not 1 <= int(found[3]) <= HIGHEST_PORT:
        raise InvalidInputError(
            f"{KEY}: {given} is no place to send logs to",
            hint="give syslog+udp://HOST:PORT, syslog+tcp, syslog+tls, gelf+udp, gelf+tcp "
            "or fluentd",
        )
    driver, _, way = found[1].partition("+")
    return Shipping(driver, {**KEPT, **PATIENT, **_OPTIONS[driver](way, f"{found[2]}:{found[3]}")})


def _syslog(way: str, place: str) -> Mapping[str, str]:
    scheme = "tcp+tls" if way == "tls" else way
    return {
        "syslog-address": f"{scheme}://{place}",
        "syslog-format": "rfc5424micro",
        "tag": "{{.Name}}",
    }


def _gelf(way: str, place: str) -> Mapping[str, str]:
    return {"gelf-address": f"{way}://{place}", "tag": "{{.Name}}"}


def _fluentd(_: str, place: str) -> Mapping[str, str]:
    return {"fluentd-address": place, "fluentd-async": "true", "tag": "{{.Name}}"}


_OPTIONS = {"syslog": _syslog, "gelf": _gelf, "fluentd": _fluentd}
