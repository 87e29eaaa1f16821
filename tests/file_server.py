"""A server of one file over TLS that can break off in the middle, and knows ranges."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BYTES_AT_ONCE = 64 * 1024


class FileServer(ThreadingHTTPServer):
    """Serves `content`; each of the next `cuts` ends a reply after so many bytes."""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content, self.etag = content, '"one"'
        self.cuts: list[int] = []
        self.ranges: list[str] = []
        self.knows_ranges = True
        self.tells_state = True
        self.redirect = ""

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that was broken off is no news."""

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_port}/files/my%20zoo.sqlite"


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        served = self.server
        if served.redirect and "files" in self.path:
            self.send_response(302)
            self.send_header("Location", served.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        begin = self._begin()
        served.ranges.append(self.headers.get("Range", ""))
        content = served.content[begin:]
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content)))
        if served.tells_state:
            self.send_header("ETag", served.etag)
        if begin:
            end = len(served.content) - 1
            self.send_header("Content-Range", f"bytes {begin}-{end}/{len(served.content)}")
        self.end_headers()
        cut = served.cuts.pop(0) if served.cuts else len(content)
        for start in range(0, min(cut, len(content)), BYTES_AT_ONCE):
            self.wfile.write(content[start : min(start + BYTES_AT_ONCE, cut)])
        self.close_connection = True

    def _begin(self) -> int:
        asked = self.headers.get("Range", "")
        same = self.headers.get("If-Range", self.server.etag) == self.server.etag
        if not asked or not same or not self.server.knows_ranges:
            return 0
        return int(asked.removeprefix("bytes=").rstrip("-"))

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - as the base class has it
        """Say nothing."""


@contextmanager
def serving(content: bytes, tls: Path) -> Iterator[FileServer]:
    server = FileServer(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
