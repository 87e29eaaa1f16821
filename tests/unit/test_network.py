"""Networks of a stack, ports and ranges of this machine, and who is in the way."""

import socket
from ipaddress import IPv4Network
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from thothctl.adapters.network import can_bind, routes, unprivileged_port
from thothctl.model.finding import Verdict
from thothctl.model.network import networks
from thothctl.model.observed import ObservedNetwork, Route
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Minimum
from thothctl.probes import data_folder, network, port
from thothctl.world import World

PRODUCTION: dict[str, SettingValue] = {"mode": "production"}
ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""


def test_a_range_is_shared_out_and_only_the_outer_networks_have_ipv6() -> None:
    chosen: dict[str, SettingValue] = {
        **PRODUCTION,
        "network.subnet": "10.9.0.0/24",
        "network.ipv6": True,
    }

    found = networks(chosen, "an install")

    assert found["front"].subnets[0] == "10.9.0.0/26"
    assert found["back"].subnets == ("10.9.0.64/26",)
    assert found["back"].internal
    assert not found["back"].ipv6
    assert found["egress"].subnets[1].startswith("fd")
    assert found["front"].subnets[1] != networks(chosen, "another")["front"].subnets[1]
    assert list(networks({"mode": "standalone"}, "x")) == ["front"]


def in_the_way(*others: ObservedNetwork, route: str = "192.168.0.0/24") -> World:
    engine = SimpleNamespace(networks=lambda: others)
    host = SimpleNamespace(routes=lambda: (Route("eth0", route),))
    return cast("World", SimpleNamespace(engine=engine, host=host))


@pytest.mark.parametrize(
    ("world", "words"),
    [
        (in_the_way(ObservedNetwork("theirs", "", ("10.9.0.128/25",))), "network theirs"),
        (in_the_way(route="10.0.0.0/8"), "route of eth0"),
        (in_the_way(ObservedNetwork("theirs", "", ("fd00::/64", "10.8.0.0/24"))), ""),
        (in_the_way(ObservedNetwork("ours", "me", ("10.9.0.0/26",)), route="10.9.0.0/26"), ""),
    ],
)
def test_whoever_uses_a_part_of_the_range_is_named(world: World, words: str) -> None:
    found = network.free(world, IPv4Network("10.9.0.0/24"), "me")

    assert found.verdict is (Verdict.FAIL if words else Verdict.PASS)
    assert words in found.summary


def machine(*, rootless: bool = False, lowest: int = 1024, has: bool = True, **facts: str) -> World:
    told = {"os": "Debian", "root": "/var/lib/docker", "rootless": rootless, **facts}
    host = SimpleNamespace(
        has_address=lambda _: has,
        port_is_free=lambda *_: True,
        unprivileged_port=lambda: lowest,
        socket_path=lambda: Path("/run/docker.sock"),
        free_bytes=lambda _: 2**40,
    )
    engine = SimpleNamespace(publishers=lambda _: {}, facts=lambda: SimpleNamespace(**told))
    found = SimpleNamespace(engine=engine, host=host, home=Path("/home/me/.thothctl"))
    return cast("World", found)


@pytest.mark.parametrize(
    ("world", "number", "words"),
    [
        (machine(rootless=True), 443, "ip_unprivileged_port_start=443"),
        (machine(rootless=True, lowest=80), 443, ""),
        (machine(rootless=True), 8443, ""),
        (machine(), 443, ""),
        (machine(has=False), 8443, "--bind"),
    ],
)
def test_a_port_that_nobody_may_open_is_refused_with_a_way_out(
    world: World, number: int, words: str
) -> None:
    found = port.free(world, port.Door(number, ("127.0.0.1",)), "me")

    assert found.verdict is (Verdict.FAIL if words else Verdict.PASS)
    assert words in found.hint


def test_the_suggested_port_is_without_the_offset() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        host = SimpleNamespace(
            has_address=lambda _: True, port_is_free=can_bind, port_owner=lambda _: "me"
        )
        engine = SimpleNamespace(publishers=lambda _: {})
        world = cast("World", SimpleNamespace(engine=engine, host=host))

        found = port.free(world, port.Door(taken, ("127.0.0.1",), "--port", 1000), "me")

    suggested = int(found.hint.rpartition(" ")[2])
    assert taken - 1000 < suggested < taken


def test_an_address_of_another_machine_cannot_be_listened_on() -> None:
    assert can_bind("127.0.0.1", 0)
    assert not can_bind("192.0.2.1", 0)


def test_routes_and_the_lowest_port_are_the_kernels(tmp_path: Path) -> None:
    file = tmp_path / "route"
    file.write_text(ROUTES)

    assert routes(file) == (Route("eth0", "10.0.0.0/24"),)
    assert routes(tmp_path / "none") == ()
    (tmp_path / "lowest").write_text("80\n")
    assert unprivileged_port(tmp_path / "lowest") == 80
    assert unprivileged_port(tmp_path / "none") == 1024


@pytest.mark.parametrize(
    ("world", "path", "words"),
    [
        (machine(rootless=True), "/srv/thoth", "rootless"),
        (machine(os="Docker Desktop"), "/srv/thoth", "virtual machine"),
        (machine(root="/var/snap/docker/x"), "/srv/thoth", "snap"),
        (machine(), "srv", "whole path"),
        (machine(), "/srv/../etc", "whole path"),
        (machine(), "/", "whole path"),
        (machine(), "/etc/thoth", "system"),
        (machine(), "/var/lib/docker/thoth", "system"),
        (machine(), "/srv/a:b", "character"),
        (machine(), "/home/me/.thothctl/data", "records"),
        (machine(), "/srv/thoth", ""),
    ],
)
def test_a_folder_for_data_is_on_this_machine_and_nobody_elses(
    world: World, path: str, words: str
) -> None:
    found = data_folder.usable(world, path, Minimum(1, 1, 1))

    assert found.verdict is (Verdict.FAIL if words else Verdict.PASS)
    assert words in found.summary
