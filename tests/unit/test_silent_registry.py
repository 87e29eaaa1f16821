"""A pull of which nothing comes any more is given up: the engine itself would wait for ever."""

import json
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from thothctl.adapters.docker_engine import DockerEngine
from thothctl.adapters.images import OwnImages
from thothctl.adapters.pulling import Puller, Pulls
from thothctl.errors import EngineUnreachableError, NetworkError
from thothctl.model.event import Event, Progress
from thothctl.model.stack import Image
from thothctl.world import ImagePolicy, Registry

A, B = "a" * 12, "b" * 12
PATIENCE = 1.5
LONG = 2 * PATIENCE


def news(layer: str, status: str, current: int = 0, total: int = 0) -> dict[str, Any]:
    return {"id": layer, "status": status, "progressDetail": {"current": current, "total": total}}


BEGUN = (
    {"id": "1.0.0", "status": "Pulling from x"},
    news(A, "Pulling fs layer"),
    news(B, "Pulling fs layer"),
    news(A, "Downloading", 20, 100),
)


@dataclass
class Engine:
    """Speaks as much of the engine's API as a pull needs; then it is silent, or gone."""

    told: tuple[dict[str, Any], ...]
    goes_away: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def listening(self) -> Iterator[str]:
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                said = json.dumps({"ApiVersion": "1.44", "MinAPIVersion": "1.24"}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def do_POST(self) -> None:
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for event in engine.told:
                    line = json.dumps(event).encode() + b"\r\n"
                    self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
                self.close_connection = True
                if not engine.goes_away:
                    engine.over.wait(20)

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"tcp://127.0.0.1:{server.server_port}"
        finally:
            self.over.set()
            server.shutdown()
            server.server_close()


def pulled(engine: Pulls, folder: Path) -> list[Event]:
    heard: list[Event] = []
    puller = Puller(engine, {"DOCKER_CONFIG": str(folder)}, heard.append, patience=PATIENCE)
    puller.pull("h:1/x@sha256:1", "x", {})
    return heard


def test_a_registry_that_falls_silent_is_a_fault_of_the_network(tmp_path: Path) -> None:
    with Engine(BEGUN).listening() as host, pytest.raises(NetworkError) as caught:
        pulled(DockerEngine(host), tmp_path)

    assert caught.value.exit_code == 15
    assert "nothing more of h:1/x@sha256:1 came" in caught.value.message
    assert "what came whole stays" in caught.value.hint


def test_one_that_never_begins_to_speak_is_one_as_well(tmp_path: Path) -> None:
    with Engine(()).listening() as host, pytest.raises(NetworkError):
        pulled(DockerEngine(host), tmp_path)


def test_an_engine_that_goes_away_meanwhile_is_told_as_that(tmp_path: Path) -> None:
    with (
        Engine(BEGUN, goes_away=True).listening() as host,
        pytest.raises(EngineUnreachableError),
    ):
        pulled(DockerEngine(host), tmp_path)


@pytest.mark.parametrize(("status", "why"), [(0, NetworkError), (1, EngineUnreachableError)])
def test_an_engine_that_is_silent_itself_is_no_fault_of_the_network(
    tmp_path: Path, status: int, why: type[Exception]
) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\nexit {status}\n")
    docker.chmod(0o755)
    environment = {"DOCKER_CONFIG": str(tmp_path), "PATH": str(tmp_path)}
    engine: Any = SimpleNamespace(image=lambda _: None)
    builder: Any = SimpleNamespace(environment=environment, find=lambda _: None)
    puller = Puller(Paced(((LONG, BEGUN[0]),)), environment, print, patience=PATIENCE)
    images = OwnImages(engine, builder, cast("Registry", None), puller, print)

    with pytest.raises(why):
        images.provide(Image("x", upstream="h:1/x:1"), ImagePolicy.AUTO, "")


@dataclass
class Paced:
    """An engine that waits so many seconds before each event."""

    told: tuple[tuple[float, dict[str, Any]], ...]
    said: int = 0

    def pull(self, _: str, __: Mapping[str, str] | None) -> Generator[dict[str, Any]]:
        waiting = threading.Event()
        for seconds, event in self.told:
            waiting.wait(seconds)
            self.said += 1
            yield event


def test_an_engine_that_says_the_same_again_and_again_has_no_news(tmp_path: Path) -> None:
    """With containerd's store it tells ten times a second how far every layer is."""
    same = (PATIENCE / 6, BEGUN[-1])
    engine = Paced((*((0, event) for event in BEGUN), *[same] * 1000))

    with pytest.raises(NetworkError):
        pulled(engine, tmp_path)

    threading.Event().wait(PATIENCE)
    said = engine.said
    threading.Event().wait(PATIENCE)
    assert engine.said == said < 20, "it is not listened to any longer"


def test_bytes_that_come_slowly_are_waited_for(tmp_path: Path) -> None:
    slow = tuple((PATIENCE / 5, news(A, "Downloading", 20 + n, 100)) for n in range(9))

    heard = pulled(Paced(tuple((0, event) for event in BEGUN) + slow), tmp_path)

    assert heard[-1] == Progress("x", "pulling", 28, 100, "bytes")


def test_what_came_whole_may_be_written_out_for_as_long_as_it_takes(tmp_path: Path) -> None:
    """A large layer on a slow disk: some engines call that downloading until it is there."""
    whole = news(A, "Downloading", 100, 100)
    again = [(PATIENCE / 3, whole)] * 6
    ends = ((0, news(A, "Download complete")), (0, news(A, "Pull complete")))
    told = (*((0, event) for event in (*BEGUN, news(B, "Already exists"))), *again, *ends)

    heard = pulled(Paced(told), tmp_path)

    assert heard[-1] == Progress("x", "unpacking", 1, 1, "layers")


def test_unpacking_what_came_may_take_as_long_as_it_takes(tmp_path: Path) -> None:
    came = (*BEGUN, news(A, "Download complete"), news(B, "Already exists"))
    last = (LONG, news(A, "Pull complete"))

    heard = pulled(Paced((*((0, event) for event in came), last)), tmp_path)

    assert heard[-1] == Progress("x", "unpacking", 1, 1, "layers")
