"""A small application for nginx to stand in front of: it says what reached it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIECES = 3
SECONDS = 10
LARGE = "x" * 4096


class Application(ThreadingHTTPServer):
    """One replica, known by its address; `heard` is set by the test for each piece it received."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: str, port: int) -> None:
        super().__init__((address, port), _Handler)
        self.address = address
        self.heard = threading.Semaphore(0)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Application

    def do_GET(self) -> None:
        if "/own-headers" in self.path:
            self._answer(503, {"Content-Security-Policy": "default-src 'self'", "Retry-After": "7"})
        elif self.headers.get("Upgrade") == "websocket":
            self._switch()
        elif "text/event-stream" in self.headers.get("Accept", ""):
            self._stream()
        else:
            self._answer(200, {})

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - the library's names

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        size = len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        document: dict[str, Any] = {
            "from": self.server.address,
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "bytes": size,
            "padding": LARGE if "large" in self.path else "",
        }
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self) -> None:
        """Send a piece only when the one before has arrived at the client."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for number in range(PIECES):
            self.wfile.write(f"event: text\ndata: {number}{LARGE}\n\n".encode())
            self.wfile.flush()
            if not self.server.heard.acquire(timeout=SECONDS):
                return
        self.close_connection = True

    def _switch(self) -> None:
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.end_headers()
        self.wfile.write(self.rfile.readline())
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def serving(address: str, port: int) -> Iterator[Application]:
    """One replica, for a while."""
    application = Application(address, port)
    thread = threading.Thread(target=application.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield application
    finally:
        application.shutdown()
        application.server_close()
        thread.join()
