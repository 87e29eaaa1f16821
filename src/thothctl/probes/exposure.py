"""What can be reached from where, past which firewall, and which rules would close it."""

from collections.abc import Sequence

from thothctl.model.finding import Finding, Verdict
from thothctl.model.inspected import InspectedContainer, Published

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
    rules = "\n".join(rules_for(port))
    hint = (
        "if that is not meant: `thothctl setup --bind 127.0.0.1`; "
        f"or let one network in only (here {ALLOWED}):\n{rules}"
    )
    return Finding(PROBE, Verdict.WARN, summary, hint)


def shown(port: Published) -> str:
    """The door as `address:port`."""
    address = port.address or "0.0.0.0"  # noqa: S104 - shown, never bound
    return f"[{address}]:{port.port}" if ":" in address else f"{address}:{port.port}"


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
    protocol = port.inner.partition("/")[2] or "tcp"
    match = f"-p {protocol} -m conntrack --ctstate NEW --ctorigdstport {port.port}"
    four = f"iptables -I DOCKER-USER {match} ! -s {ALLOWED} -j DROP"
    six = f"ip6tables -I DOCKER-USER {match} -j DROP"
    proxy = f"ip6tables -I INPUT -p {protocol} --dport {port.port} -j DROP"
    if ":" in port.address:
        return (six, proxy)
    return (four,) if port.address and not port.is_everywhere else (four, six, proxy)
