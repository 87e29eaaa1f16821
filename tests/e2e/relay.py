"""Stands before a registry: what the engine asks for is held while somebody looks at a pull."""

import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOOPBACK = "127.0.0.1"
SECONDS = 120
PIECE = 65536
SILENT_SECONDS = 600


@dataclass
class Relay:
    """Passes requests on to `behind`, a host with a port."""

    behind: str
    holding: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)
    cutting: threading.Event = field(default_factory=threading.Event)
    """While it is set, no large part of an image comes whole."""
    stalling: threading.Event = field(default_factory=threading.Event)
    """While it is set, a large part begins to come, and then nothing more does."""

    def start(self, port: int = 0, pool: Executor | None = None) -> "Relay":
        """Listen where this thread is, and reach what is behind from where the pool is."""
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                relay.pass_on(self)

            do_HEAD = do_GET  # noqa: N815 - the name that the server calls

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer((LOOPBACK, port), Handler)
        self.server.daemon_threads = True
        serve = self.server.serve_forever
        pool.submit(serve) if pool else threading.Thread(target=serve, daemon=True).start()
        return self

    def stop(self) -> None:
        self.opened.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def host(self) -> str:
        return f"{LOOPBACK}:{self.server.server_port}"

    @contextmanager
    def held(self) -> Iterator["Relay"]:
        """From here on no part of an image reaches the engine; `reached` tells that it asked."""
        self.reached.clear()
        self.opened.clear()
        self.holding.set()
        try:
            yield self
        finally:
            self.release()

    def release(self) -> None:
        self.holding.clear()
        self.opened.set()

    def pass_on(self, request: BaseHTTPRequestHandler) -> None:
        large = "/blobs/" in request.path and not _is_ours(request)
        if self.holding.is_set() and large:
            self.reached.set()
            self.opened.wait(SECONDS)
        connection = HTTPConnection(self.behind, timeout=SECONDS)
        try:
            connection.request(request.command, request.path, headers=dict(request.headers))
            cut, stalls = self.cutting.is_set(), self.stalling.is_set()
            pieces = 1 if large and (cut or stalls) else None
            if _answer(request, connection.getresponse(), pieces=pieces) and stalls:
                self.opened.wait(SILENT_SECONDS)
        except OSError:
            request.close_connection = True
        finally:
            connection.close()


def _is_ours(request: BaseHTTPRequestHandler) -> bool:
    """Asked by thothctl, which reads labels before anything is pulled."""
    return "httpx" in request.headers.get("User-Agent", "")


def _answer(
    request: BaseHTTPRequestHandler, answer: HTTPResponse, *, pieces: int | None = None
) -> bool:
    """Pass an answer on, or only so many pieces of it; whether there was more."""
    request.send_response_only(answer.status)
    for name, value in answer.getheaders():
        request.send_header(name, value)
    request.end_headers()
    sent = 0
    while piece := answer.read(PIECE):
        if sent == pieces:
            request.close_connection = True
            return True
        request.wfile.write(piece)
        sent += 1
    return False
