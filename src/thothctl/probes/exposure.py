"""What can be reached from where, past which firewall, and which rules would close it."""

from collections.abc import Mapping, Sequence

from thothctl.model.address import binds as bound
from thothctl.model.address import bracketed, has_edge, http_port, is_local, ports
from thothctl.model.finding import Finding, Verdict
from thothctl.model.inspected import InspectedContainer, Published
from thothctl.model.setting import SettingValue

PROBE = "exposure"
ALLOWED = "192.0.2.0/24"
"""Stands for the user's own network, in an example."""


def findings(containers: Sequence[InspectedContainer]) -> tuple[Finding, ...]:
    """A finding for every door that is open; containers that publish nothing have none."""
    doors = [(one, port) for one in containers for port in one.published]
    if not doors:
        return (Finding(PROBE, Verdict.PASS, "nothing is published: only containers reach it"),)
    return tuple(_finding(one, port) for one, port in doors)


def _finding(one: InspectedContainer, port: Published) -> Finding:
    summary = f"{shown(port)} leads to {one.service or one.name}: {reachable(port)}"
    if port.is_local:
        return Finding(PROBE, Verdict.PASS, summary)
    hint = (
        "if that is not meant: `thothctl setup --no-public --bind 127.0.0.1`; "
        f"or let one network in only (here {ALLOWED}), with one of these:\n"
        + "\n".join(rules_for(port))
    )
    return Finding(PROBE, Verdict.WARN, summary, hint)


def planned(settings: Mapping[str, SettingValue]) -> tuple[Published, ...]:
    """The doors that these settings open, before any container is there."""
    inner = {http_port(settings): "8080/tcp"} if has_edge(settings) else {}
    main = "8443/tcp" if has_edge(settings) and settings.get("tls") != "off" else "8080/tcp"
    addresses = ("",) if settings.get("public") is True else bound(settings)
    return tuple(
        Published(address, number, inner.get(number, main))
        for number in ports(settings)
        for address in addresses
    )


def announced(settings: Mapping[str, SettingValue]) -> tuple[str, ...]:
    """A sentence for every door that others than this machine will find open."""
    if is_local(settings):
        return ()
    told = (f"{shown(port)} will be reachable {reachable(port)}" for port in planned(settings))
    return (*told, "`thothctl doctor --security` prints firewall rules that would restrict it")


def doors(published: Sequence[tuple[str, Published]]) -> list[dict[str, object]]:
    """What is open, by service, as plain values for documents."""
    return [
        {
            "service": service,
            "published": shown(port),
            "inside": port.inner,
            "reachable": reachable(port),
            "rules": [] if port.is_local else list(rules_for(port)),
        }
        for service, port in published
    ]


def shown(port: Published) -> str:
    """The door as `address:port`."""
    address = port.address or "0.0.0.0"  # noqa: S104 - shown, never bound
    return f"{bracketed(address)}:{port.port}"


def reachable(port: Published) -> str:
    """From where, in words."""
    if port.is_local:
        return "from this machine only"
    networks = (
        "every network of this machine" if port.is_everywhere else f"{port.address}'s network"
    )
    return f"from {networks}; Docker opens it before ufw or firewalld are asked"


def rules_for(port: Published) -> tuple[str, ...]:
    """Rules for the chain that Docker leaves to its users, which it asks before its own."""
    four = not port.address or port.is_everywhere or ":" not in port.address
    six = not port.address or port.is_everywhere or ":" in port.address
    return (*_iptables(port, four=four, six=six), *_nftables(port, four=four, six=six), *_ufw(port))


def _iptables(port: Published, *, four: bool, six: bool) -> tuple[str, ...]:
    protocol = _protocol(port)
    proxy = f"ip6tables -I INPUT -p {protocol} --dport {port.port} -j DROP"
    return (
        "# iptables",
        *([f"iptables -I DOCKER-USER {_match(port)} ! -s {ALLOWED} -j DROP"] if four else []),
        *([f"ip6tables -I DOCKER-USER {_match(port)} -j DROP", proxy] if six else []),
    )


def _nftables(port: Published, *, four: bool, six: bool) -> tuple[str, ...]:
    match = f"ct state new ct original proto-dst {port.port}"
    return (
        "# nftables",
        *([f"nft insert rule ip filter DOCKER-USER {match} ip saddr != {ALLOWED} drop"] * four),
        *([f"nft insert rule ip6 filter DOCKER-USER {match} drop"] * six),
    )


def _ufw(port: Published) -> tuple[str, ...]:
    """The firewall ufw never sees what Docker forwards, unless its own file says so."""
    if ":" in port.address and not port.is_everywhere:
        return ()
    return (
        "# ufw: at the end of /etc/ufw/after.rules, then `ufw reload`",
        "*filter",
        ":DOCKER-USER - [0:0]",
        f"-A DOCKER-USER {_match(port)} ! -s {ALLOWED} -j DROP",
        "COMMIT",
    )


def _match(port: Published) -> str:
    return f"-p {_protocol(port)} -m conntrack --ctstate NEW --ctorigdstport {port.port}"


def _protocol(port: Published) -> str:
    return port.inner.partition("/")[2] or "tcp"
