"""The values of the nginx template, and what never gets into it."""

import json

import pytest

from thothctl.config.edge import Edge, Tls, quoted, server_name, trusted_range, variables
from thothctl.errors import InvalidInputError


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("Thoth.Example.org.", "thoth.example.org"),
        (" localhost ", "localhost"),
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:0::1", "[2001:db8::1]"),
        ("[::1]", "[::1]"),
    ],
)
def test_hosts_are_written_as_nginx_compares_them(host: str, name: str) -> None:
    assert server_name(host) == name


@pytest.mark.parametrize(
    "host",
    ["", "a b", "a;return 200", "$host", "*.example.org", "https://a", "a:80", "-a", "a" * 64, "ü"],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(InvalidInputError):
        server_name(host)


def test_an_edge_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no host name"):
        variables(Edge(Tls.OFF, ()))


def test_ranges_of_proxies_are_spelled_out() -> None:
    assert trusted_range("10.1.2.3/8") == "10.0.0.0/8"
    assert trusted_range("192.0.2.1") == "192.0.2.1/32"


@pytest.mark.parametrize("given", ["", "proxy", "10.0.0.0/33", "10.0.0.0/8; deny all"])
def test_what_is_no_range_is_refused(given: str) -> None:
    with pytest.raises(InvalidInputError, match="not a range"):
        trusted_range(given)


@pytest.mark.parametrize("given", ["0.0.0.0/0", "::/0"])
def test_nobody_trusts_the_whole_internet(given: str) -> None:
    with pytest.raises(InvalidInputError, match="everybody"):
        trusted_range(given)


def test_only_an_unusual_port_shows_in_redirects() -> None:
    assert variables(Edge(Tls.FILES, ("a",)))["public_port"] == ""
    assert variables(Edge(Tls.FILES, ("a",), port=8443))["public_port"] == ":8443"


def test_ipv6_is_listened_on_when_the_network_has_it() -> None:
    assert variables(Edge(Tls.OFF, ("a",)))["http_listens"] == ("8080",)
    values = variables(Edge(Tls.OFF, ("a",), ipv6=True))
    assert values["https_listens"] == ("8443", "[::]:8443")


def test_strings_of_nginx_hold_quotes_but_no_variables() -> None:
    assert quoted("it's a \\") == r"'it\'s a \\'"
    for text in ("$host", "a\nb"):
        with pytest.raises(ValueError, match="no way"):
            quoted(text)


def test_every_page_of_nginx_says_what_to_do() -> None:
    values = variables(Edge(Tls.OFF, ("a",)))["faults"]
    assert isinstance(values, list)
    for fault in values:
        document = json.loads(fault["problem"].strip("'").replace("\\'", "'"))
        assert document["hint"]
        assert document["status"] == fault["status"]
