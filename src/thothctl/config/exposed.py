"""Refuses what would leave the stack open, unreachable, or with a certificate nobody can give."""

import ipaddress
from collections.abc import Mapping

from thothctl.config.edge import server_name, trusted_range
from thothctl.errors import InvalidInputError
from thothctl.model.acme import refuse_private_names
from thothctl.model.address import chosen_hosts, has_edge, is_local, ports
from thothctl.model.network import gateway, refuse_unfit_network
from thothctl.model.setting import SettingValue

HIGHEST_PORT = 65535


def refuse_unfit(settings: Mapping[str, SettingValue], usual_directory: str) -> None:
    """Raise InvalidInputError for settings that do not go together.

    `usual_directory` is that of the public ACME authority, which knows public names only.
    """
    refuse_unfit_network(settings)
    proxies = trusted_proxies(settings)
    _refuse_open(settings, proxies)
    _refuse_ports(settings)
    if not has_edge(settings):
        return
    for host in chosen_hosts(settings):
        server_name(host)
    if settings.get("tls") == "acme" and settings.get("acme_directory") == usual_directory:
        refuse_private_names(chosen_hosts(settings))


def trusted_proxies(settings: Mapping[str, SettingValue]) -> tuple[str, ...]:
    """The ranges as nginx sees them: what comes from this machine comes from the gateway."""
    given = [word for word in str(settings.get("trusted_proxies", "")).split(",") if word.strip()]
    ranges = [trusted_range(one) for one in given]
    if not any(ipaddress.ip_network(one).is_loopback for one in ranges):
        return tuple(ranges)
    if not is_local(settings) or not gateway(settings):
        raise InvalidInputError(
            "a proxy on this machine reaches nginx from the gateway of the stack's network",
            hint="keep --bind 127.0.0.1 and set network.subnet, so that the gateway is known: "
            "--set network.subnet=10.77.0.0/24",
        )
    return (*ranges, f"{gateway(settings)}/32")


def _refuse_open(settings: Mapping[str, SettingValue], proxies: tuple[str, ...]) -> None:
    if settings.get("public") is True and not has_edge(settings):
        raise InvalidInputError(
            "standalone speaks no TLS: it does not go public",
            hint="give --mode production, or let a proxy on this machine speak TLS",
        )
    if has_edge(settings) and settings.get("tls") == "off" and not (is_local(settings) or proxies):
        raise InvalidInputError(
            "without TLS everybody on the way reads passwords and answers",
            hint="choose --tls self-signed, files or acme; or name the proxy that speaks TLS: "
            "--trusted-proxies 10.0.0.5/32",
        )


def _refuse_ports(settings: Mapping[str, SettingValue]) -> None:
    found = ports(settings)
    if max(found) > HIGHEST_PORT:
        raise InvalidInputError(
            f"port {max(found)} does not exist", hint="choose a smaller --port-offset or --port"
        )
    if len(set(found)) < len(found):
        raise InvalidInputError(
            f"port {found[0]} cannot be both for https and for http",
            hint="choose another --http-port",
        )
