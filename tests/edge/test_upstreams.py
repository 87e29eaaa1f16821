"""What happens at the edge when the application behind it comes, goes or answers late."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from edge import upstream
from edge.place import HOSTS, REPLICAS, Place
from edge.running import SECONDS
from edge.waiting import until

from thothctl.config.edge import Edge, Tls


@pytest.fixture
def place() -> Iterator[Place]:
    with ExitStack() as stack:
        yield Place(stack, Edge(Tls.SELF_SIGNED, HOSTS))


@pytest.fixture
def web(place: Place) -> Iterator[httpx.Client]:
    with place.nginx.client() as client:
        yield client


def test_nginx_starts_before_the_application_and_says_so_calmly(web: httpx.Client) -> None:
    page = web.get("/")
    problem = web.get("/api/v1/workspaces")

    assert page.status_code == problem.status_code == 502
    assert page.headers["Retry-After"] == problem.headers["Retry-After"] == "5"
    assert "not answering right now" in page.text
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert set(problem.json()) == {"type", "title", "status", "code", "detail", "hint"}
    assert page.headers["X-Frame-Options"] == "DENY"


def test_an_application_that_appears_is_found(place: Place, web: httpx.Client) -> None:
    assert web.get("/").status_code == 502

    place.start(REPLICAS[0])

    until(lambda: web.get("/").status_code == 200, SECONDS)


def test_a_restarted_application_is_found_at_its_new_address(
    place: Place, web: httpx.Client
) -> None:
    with upstream.serving(REPLICAS[0], place.port):
        place.names.addresses = REPLICAS[:1]
        until(lambda: web.get("/").status_code == 200, SECONDS)
    assert web.get("/").status_code == 502

    with upstream.serving(REPLICAS[1], place.port):
        place.names.addresses = REPLICAS[1:]
        until(lambda: web.get("/").status_code == 200, SECONDS)
        assert web.get("/").json()["from"] == REPLICAS[1]


def test_a_replica_that_dies_costs_no_request(place: Place, web: httpx.Client) -> None:
    place.names.addresses = REPLICAS
    with upstream.serving(REPLICAS[0], place.port):
        answers = [web.post("/", content=b"x").json() for _ in range(6)]

    assert {answer["from"] for answer in answers} == {REPLICAS[0]}
