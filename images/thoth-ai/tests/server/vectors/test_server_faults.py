"""Servers that are slow, broken, somebody else or curious about keys."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from tests.server.vectors.benches import MODEL, axis, new_key
from thoth_ai.providers.secret import Secret
from thoth_ai.vectorstores import chroma, qdrant
from thoth_ai.vectorstores.chroma import ChromaStore
from thoth_ai.vectorstores.naming import Names
from thoth_ai.vectorstores.qdrant import QdrantStore
from thoth_ai.vectorstores.server import JsonServer
from thoth_ai.vectorstores.types import Failure, Point, Query, VectorStore, VectorStoreError

CANARY = "canary-7f3a99-key"
SECONDS = 0.3


class Fault:
    """Answers every request in one wrong way; None for not at all."""

    def __init__(self) -> None:
        self.status = 200
        self.body: bytes | None = b"{}"
        self.headers: dict[str, str] = {}
        self.over = threading.Event()
        self.seen: list[str] = []
        handler = type("Handler", (_Handler,), {"fault": self})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"


class _Handler(BaseHTTPRequestHandler):
    fault: Fault

    def do_GET(self) -> None:
        self.fault.seen.append(str(self.headers))
        if self.fault.body is None:
            self.fault.over.wait(10)
            return
        self.send_response(self.fault.status)
        for name, value in self.fault.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(self.fault.body)))
        self.end_headers()
        self.wfile.write(self.fault.body)

    do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - the names http.server looks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def fault() -> Iterator[Fault]:
    made = Fault()
    yield made
    made.over.set()
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture(params=["chroma", "qdrant"])
def store(request: pytest.FixtureRequest, fault: Fault) -> VectorStore:
    return made(request.param, fault.url)


def made(name: str, url: str) -> VectorStore:
    header = chroma.KEY_HEADER if name == "chroma" else qdrant.KEY_HEADER
    server = JsonServer(name, url, Secret(CANARY), header, seconds=SECONDS)
    names = Names("tests")
    return ChromaStore(server, names) if name == "chroma" else QdrantStore(server, names)


CALLS: dict[str, Callable[[VectorStore], object]] = {
    "ensure": lambda store: store.ensure(MODEL, 64),
    "upsert": lambda store: store.upsert(MODEL, "zoo", [Point(new_key(), "table", axis(0))]),
    "delete": lambda store: store.delete(MODEL, "zoo", [new_key()]),
    "search": lambda store: store.search(MODEL, Query("table", axis(0), 5, "zoo")),
    "search everywhere": lambda store: store.search(MODEL, Query("table", axis(0), 5)),
    "count": lambda store: store.count(MODEL),
    "contents": lambda store: list(store.contents(MODEL)),
    "drop_workspace": lambda store: store.drop_workspace("zoo"),
    "drop_others": lambda store: store.drop_others(MODEL),
    "health": lambda store: store.health(),
}


def failure_of(call: Callable[[], object]) -> VectorStoreError:
    with pytest.raises(VectorStoreError) as error:
        call()
    assert error.value.hint
    assert error.value.code == "vector_store"
    assert CANARY not in f"{error.value!r} {error.value.hint}"
    return error.value


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (500, Failure.UNREACHABLE),
        (503, Failure.UNREACHABLE),
        (429, Failure.UNREACHABLE),
        (401, Failure.REFUSED),
        (403, Failure.REFUSED),
        (400, Failure.REFUSED),
        (302, Failure.REFUSED),
    ],
)
def test_every_refusal_is_one_type_of_error_with_a_hint(
    store: VectorStore, fault: Fault, call: str, status: int, failure: Failure
) -> None:
    fault.status = status
    fault.body = f'{{"error": "you sent {CANARY}"}}'.encode()
    fault.headers = {"location": f"{fault.url}/elsewhere"}

    assert failure_of(lambda: CALLS[call](store)).failure is failure


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body", [b"<html>hello</html>", b"[]", b"3", b'{"result": 1}', b'"x"'])
def test_what_does_not_speak_the_protocol_is_found_out(
    store: VectorStore, fault: Fault, call: str, body: bytes
) -> None:
    fault.body = body
    try:
        CALLS[call](store)
    except VectorStoreError as error:
        assert error.failure in {Failure.BAD_REPLY, Failure.WRONG_DIMENSIONS}  # noqa: PT017 - may also be well


@pytest.mark.parametrize("call", ["upsert", "search", "health"])
def test_a_server_that_never_answers_is_given_up(
    store: VectorStore, fault: Fault, call: str
) -> None:
    fault.body = None

    assert failure_of(lambda: CALLS[call](store)).failure is Failure.UNREACHABLE


@pytest.mark.parametrize("name", ["chroma", "qdrant"])
@pytest.mark.parametrize("host", ["127.0.0.1", "nobody.invalid"])
def test_a_server_that_is_not_there_is_named_with_where_to_look(name: str, host: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://{host}:{unused.getsockname()[1]}"
        failure = failure_of(made(name, url).health)

    assert url in str(failure)
    assert f"thothctl logs {name}" in failure.hint


def test_the_key_is_sent_but_stands_in_no_log_and_no_error(
    store: VectorStore, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for status in (200, 401, 500, 400):
        fault.status = status
        fault.body = f'"{CANARY}"'.encode()
        for call in CALLS.values():
            try:
                call(store)
            except VectorStoreError as error:
                logging.getLogger("tests").warning("failed", exc_info=error)

    assert any(CANARY in headers for headers in fault.seen)
    assert CANARY not in caplog.text
    assert CANARY not in repr(store)


def test_a_key_that_cannot_stand_in_a_header_is_refused(fault: Fault) -> None:
    for key in ("line\nbreak", "schlüssel"):
        server = JsonServer("qdrant", fault.url, Secret(key), qdrant.KEY_HEADER)

        failure = failure_of(QdrantStore(server, Names("tests")).health)

        assert failure.failure is Failure.REFUSED
        assert fault.seen == []


def test_no_proxy_stands_before_a_neighbour(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    fault.body = b'"1.0.0"'

    assert made("chroma", fault.url).health() == "chroma 1.0.0"


def test_vectors_in_json_lose_nothing_that_counts() -> None:
    drawn = np.random.default_rng(7).standard_normal(1024).astype(np.float32)
    vector = drawn / np.linalg.norm(drawn)

    from thoth_ai.vectorstores import numbers  # noqa: PLC0415

    assert np.abs(np.array(numbers.listed(vector)) - vector).max() < 1e-8
