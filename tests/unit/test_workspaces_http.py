"""What the server says over HTTP becomes results, or errors with the right exit code."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from thothctl.adapters.workspaces_http import HttpWorkspaces
from thothctl.errors import InvalidInputError, NetworkError, ThothctlError, UsageError
from thothctl.model.answer import Access
from thothctl.model.secret import Secret

SERVER = HttpWorkspaces(Path("/nowhere"))


class Stub(BaseHTTPRequestHandler):
    """Says what it is told to, and remembers what it heard."""

    status, said = 200, b"{}"
    heard: tuple[str, str, dict[str, str], bytes] = ("", "", {}, b"")

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        type(self).heard = (self.command, self.path, dict(self.headers), body)
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.said)))
        self.end_headers()
        self.wfile.write(self.said)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names http.server calls

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def access() -> Iterator[Access]:
    Stub.status, Stub.said = 200, b"{}"
    with ThreadingHTTPServer(("127.0.0.1", 0), Stub) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Access(f"http://127.0.0.1:{server.server_port}", Secret("t0ken"), 5)
        server.shutdown()
        thread.join()


def says(status: int, body: Any) -> None:  # noqa: ANN401 - any JSON
    Stub.status, Stub.said = status, json.dumps(body).encode()


def test_the_token_goes_along_and_names_are_quoted(access: Access) -> None:
    says(200, {"name": "a/b"})

    assert SERVER.show(access, "a/../b?") == {"name": "a/b"}
    assert Stub.heard[:2] == ("GET", "/api/v1/workspaces/a%2F..%2Fb%3F")
    assert Stub.heard[2]["Authorization"] == "Bearer t0ken"


def test_a_document_is_sent_as_it_is(access: Access) -> None:
    says(200, {"added": {}, "skipped": []})

    SERVER.take(access, "zoo", b'{"a": 1}')

    assert Stub.heard[1] == "/api/v1/workspaces/zoo/import"
    assert Stub.heard[3] == b'{"a": 1}'
    assert Stub.heard[2]["Content-Type"] == "application/json"


def test_a_page_of_examples_is_asked_for(access: Access) -> None:
    SERVER.examples(access, "zoo", limit=10, before=7)
    assert Stub.heard[1] == "/api/v1/workspaces/zoo/examples?limit=10&before=7"
    SERVER.examples(access, "zoo", limit=10, before=None)
    assert Stub.heard[1] == "/api/v1/workspaces/zoo/examples?limit=10"


def test_an_empty_answer_is_fine(access: Access) -> None:
    Stub.status, Stub.said = 204, b""

    SERVER.delete(access, "zoo")
    SERVER.forget_example(access, "zoo", 3)

    assert Stub.heard[:2] == ("DELETE", "/api/v1/workspaces/zoo/examples/3")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, UsageError),
        (400, InvalidInputError),
        (401, InvalidInputError),
        (413, InvalidInputError),
        (422, InvalidInputError),
        (429, NetworkError),
        (500, NetworkError),
    ],
)
def test_a_problem_keeps_its_words_and_gets_its_exit_code(
    access: Access, status: int, kind: type[ThothctlError]
) -> None:
    says(status, {"title": "No", "detail": "It is refused.", "hint": "Ask again."})

    with pytest.raises(kind, match="It is refused") as caught:
        SERVER.export(access, "zoo")

    assert caught.value.hint == "Ask again."


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"x"'])
def test_something_else_on_the_port_is_told(access: Access, body: bytes) -> None:
    Stub.status, Stub.said = 200, body

    with pytest.raises(NetworkError, match="not this stack"):
        SERVER.show(access, "zoo")


def test_a_list_without_workspaces_is_not_this_stack(access: Access) -> None:
    with pytest.raises(NetworkError, match="not this stack"):
        SERVER.list(access)


def test_nothing_on_the_port_is_told() -> None:
    with pytest.raises(NetworkError, match="nothing answers"):
        SERVER.list(Access("http://127.0.0.1:1", Secret("t0ken"), 1))
