"""An event stream that goes on when the test says so, which a fulfilled route cannot do."""

import json
import queue
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from page.documents import Document
from playwright.sync_api import Page, Route


class HeldStream:
    """Plays POST /ask for a page: `send` one event at a time, `end` the connection."""

    def __init__(self, page: Page) -> None:
        self._events: queue.Queue[bytes | None] = queue.Queue()
        self.left = threading.Event()
        self._server = ThreadingHTTPServer(("localhost", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        page.route(re.compile(r"/api/v1/ask$"), self._lead_here)

    def send(self, event: str, data: Document) -> None:
        """Send an event now."""
        self._events.put(f"event: {event}\r\ndata: {json.dumps(data)}\r\n\r\n".encode())

    def end(self) -> None:
        """Close the connection, whatever was said."""
        self._events.put(None)

    def close(self) -> None:
        """End the server."""
        self.end()
        self._server.shutdown()
        self._server.server_close()

    def _lead_here(self, route: Route) -> None:
        route.continue_(url=f"http://localhost:{self._server.server_address[1]}/")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stream = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                try:
                    while (event := stream.next_event()) is not None:
                        self.wfile.write(event)
                        self.wfile.flush()
                except OSError:
                    stream.left.set()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler

    def next_event(self) -> bytes | None:
        """Wait for the test; a comment now and then notices when the browser has left."""
        try:
            return self._events.get(timeout=0.1)
        except queue.Empty:
            return b": still here\r\n\r\n"
