"""What may be opened to whom: combinations of settings that are refused, and what others open."""

import pytest

from thothctl.adapters.bundles import TemplateBundles
from thothctl.config.exposed import refuse_unfit, trusted_proxies
from thothctl.errors import InvalidInputError
from thothctl.model import address
from thothctl.model.install import Install
from thothctl.model.rendering import RenderContext
from thothctl.model.setting import SettingValue
from thothctl.probes import exposure

BUNDLES = TemplateBundles()
STACK = BUNDLES.stack("thoth-ai")
USUAL = str(STACK.setting("acme_directory").default)
EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared, never bound


def settings(**chosen: SettingValue) -> dict[str, SettingValue]:
    dotted = {key.replace("__", "."): value for key, value in chosen.items()}
    return STACK.complete({"mode": "production", **dotted})


def compose(chosen: dict[str, SettingValue]) -> str:
    install = Install("default", "5a5a", "thoth-ai", "now")
    images = {image.name: "x" for image in STACK.images_for(chosen)}
    context = RenderContext(chosen, images, "1", 1, install, {"data": 1})
    return BUNDLES.render(STACK, context)["compose.yaml"]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"mode": "standalone", "public": True}, "no TLS"),
        ({"tls": "off", "public": True}, "without TLS"),
        ({"tls": "off", "bind": EVERYWHERE}, "without TLS"),
        ({"tls": "off", "bind": "10.0.0.5"}, "without TLS"),
        ({"tls": "acme", "host_name": "localhost"}, "no public authority"),
        ({"tls": "acme", "host_name": "a.example.org,10.0.0.5"}, "no public authority"),
        ({"host_name": "a b"}, "not a host name"),
        ({"trusted_proxies": "10.0.0.0/8, proxy"}, "not a range"),
        ({"trusted_proxies": "0.0.0.0/0"}, "everybody"),
        ({"trusted_proxies": "127.0.0.1/32"}, "gateway"),
        (
            {"trusted_proxies": "127.0.0.1", "network__subnet": "10.9.0.0/24", "public": True},
            "gateway",
        ),
        ({"port": 65000, "port_offset": 1000}, "port 66000 does not exist"),
        ({"port": 80, "http_port": 80}, "cannot be both"),
        ({"network__subnet": "10.9.0.1/24"}, "host bits"),
        ({"network__subnet": "10.9.0.0/27"}, "too small"),
        ({"network__subnet": "8.8.0.0/16"}, "not a private range"),
        ({"network__mtu": 500}, "too small"),
    ],
)
def test_what_would_be_open_or_out_of_reach_is_refused(
    chosen: dict[str, SettingValue], words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        refuse_unfit(settings(**chosen), USUAL)

    assert refused.value.hint


@pytest.mark.parametrize(
    "chosen",
    [
        {"public": True},
        {"tls": "off"},
        {"tls": "off", "bind": "::1"},
        {"tls": "off", "public": True, "trusted_proxies": "10.0.0.5/32"},
        {"tls": "acme", "host_name": "thoth.example.org"},
        {"tls": "acme", "host_name": "thoth.test", "acme_directory": "https://ca.example/dir"},
        {"mode": "standalone", "bind": EVERYWHERE},
        {"network__subnet": "10.9.0.0/26", "network__mtu": 1400, "network__ipv6": True},
    ],
)
def test_what_goes_together_passes(chosen: dict[str, SettingValue]) -> None:
    refuse_unfit(settings(**chosen), USUAL)


def test_a_proxy_on_this_machine_is_believed_as_the_gateway_that_nginx_sees() -> None:
    chosen = settings(tls="off", trusted_proxies="127.0.0.0/8", network__subnet="10.9.0.0/24")

    assert trusted_proxies(chosen) == ("127.0.0.0/8", "10.9.0.1/32")


def test_the_offset_counts_for_every_published_port() -> None:
    chosen = settings(port=443, port_offset=8000, http_port=80)

    assert address.ports(chosen) == (8443, 8080)
    assert address.base_url(chosen) == "https://127.0.0.1:8443"


@pytest.mark.parametrize(
    ("chosen", "port"),
    [({"tls": "acme"}, 80), ({}, 0), ({"tls": "off", "http_port": 80}, 0), ({"http_port": 81}, 81)],
)
def test_a_second_port_is_there_when_chosen_or_when_an_authority_asks(
    chosen: dict[str, SettingValue], port: int
) -> None:
    assert address.http_port(settings(**chosen)) == port


@pytest.mark.parametrize(
    ("chosen", "door", "url"),
    [
        ({}, '- "${THOTH_BIND}:${THOTH_PORT}:8443"', "https://127.0.0.1:8080"),
        ({"public": True}, '- "${THOTH_PORT}:8443"', "https://127.0.0.1:8080"),
        ({"bind": "::1"}, '- "${THOTH_BIND}:${THOTH_PORT}:8443"', "https://[::1]:8080"),
        ({"bind": "::"}, '- "${THOTH_BIND}:${THOTH_PORT}:8443"', "https://[::1]:8080"),
        ({"tls": "off"}, '- "${THOTH_BIND}:${THOTH_PORT}:8080"', "http://127.0.0.1:8080"),
    ],
)
def test_doors_and_addresses_of_both_families(
    chosen: dict[str, SettingValue], door: str, url: str
) -> None:
    assert door in compose(settings(**chosen))
    assert address.base_url(settings(**chosen)) == url


def test_an_address_in_front_of_a_port_stands_in_brackets() -> None:
    assert address.published(settings(bind="::1"))["bind"] == "[::1]"
    assert address.published(settings())["bind"] == "127.0.0.1"


def test_who_goes_public_is_told_what_becomes_reachable_and_of_rules() -> None:
    said = exposure.announced(settings(public=True, http_port=80))

    assert len(said) == 3
    assert "from every network" in said[0]
    assert "before ufw" in said[0]
    assert exposure.announced(settings()) == ()


def test_rules_are_printed_for_each_firewall() -> None:
    [door, *_] = exposure.planned(settings(public=True))

    rules = exposure.rules_for(door)

    for word in ("# iptables", "# nftables", "# ufw", "ip6tables", "nft insert rule ip6"):
        assert any(word in line for line in rules), word
