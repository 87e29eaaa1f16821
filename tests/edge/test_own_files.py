"""Directives of the user's own inside the server of the page, read by the real nginx."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from edge import running
from edge.place import HOSTS, REPLICAS, Place
from edge.waiting import until

from thothctl.config.edge import Edge, Tls


@pytest.fixture
def place() -> Iterator[Place]:
    with ExitStack() as stack:
        made = Place(stack, Edge(Tls.FILES, HOSTS))
        made.start(REPLICAS[0])
        yield made


def test_they_are_read_inside_the_server_and_seen_after_a_reload(place: Place) -> None:
    folder = place.root / "conf.d/server"
    folder.mkdir()
    (folder / "own-teapot.conf").write_text("location = /teapot { return 418; }\n")
    (place.root / "conf.d/own-map.conf").write_text('map $uri $own { default "x"; }\n')

    assert running.check(place.root).returncode == 0
    place.nginx.reload()

    # A worker of before may have answered, and closes a connection that is kept as it goes.
    apart = {"Host": "thoth.test", "Connection": "close"}
    with place.nginx.client() as client:
        until(lambda: client.get("/teapot", headers=apart).status_code == 418, 20)


def test_nginx_names_the_file_that_it_does_not_take(place: Place) -> None:
    (place.root / "conf.d/own-broken.conf").write_text("serve {}\n")

    checked = running.check(place.root)

    assert checked.returncode != 0
    assert "own-broken.conf:1" in checked.stderr
