"""The server itself: a thread per connection, all gone when it is stopped."""

import json
import socket
import ssl
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from provider_server import keys
from provider_server.handler import Handler
from provider_server.script import Script

if TYPE_CHECKING:
    from provider_server.seen import Seen

POLITE = {"match": "", "reply": "SELECT 1"}


class _Sockets(ThreadingHTTPServer):
    """Knows its open connections, so that stopping need not wait for the other side."""

    daemon_threads = False
    request_queue_size = 64
    owner: "ProviderServer"

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base class
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as in the base class
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base class
        """Say nothing of those who left in the middle of a handshake."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class ProviderServer:
    """Answers from its rules; without keys it accepts any, without models it has any."""

    def __init__(  # noqa: PLR0913 - all but the rules have names and usual values
        self,
        rules: Sequence[Mapping[str, Any]] = (POLITE,),
        *,
        keys: Mapping[str, str] | None = None,
        models: Sequence[str] | None = None,
        refuses_usage: bool = False,
        dimensions: Mapping[str, int] | None = None,
        address: tuple[str, int] = ("127.0.0.1", 0),
        certificate: Path | None = None,
    ) -> None:
        """Speak TLS if there is a folder with a certificate: cert.pem and key.pem."""
        self.script = Script(rules)
        self.keys = keys
        self.models = models
        self.refuses_usage = refuses_usage
        self.dimensions = dimensions or {}
        self.requests: list[Seen] = []
        self.released = threading.Event()
        self.hung_up = threading.Event()
        """Set when the other side has left before the answer was over."""
        self._sockets = _Sockets(address)
        self._sockets.owner = self
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
            self._sockets.socket = context.wrap_socket(
                self._sockets.socket, server_side=True, do_handshake_on_connect=False
            )
        self._scheme = "https" if certificate else "http"
        self._thread = threading.Thread(target=self._sockets.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer nobody any more; no thread is left when this returns."""
        self.released.set()
        self._sockets.shutdown()
        self._sockets.hang_up()
        self._sockets.server_close()
        self._thread.join()

    def rule(self, *rules: Mapping[str, Any]) -> None:
        """Answer by other rules from now on."""
        self.script = Script(rules)

    def release(self) -> None:
        """Let what waits go on."""
        self.released.set()

    @property
    def port(self) -> int:
        return int(self._sockets.server_address[1])

    @property
    def url(self) -> str:
        """Where it is; the base URL for Anthropic, Gemini and Cohere."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def openai(self) -> str:
        """The base URL for OpenAI and those who speak like it."""
        return f"{self.url}/v1"

    def class_of(self, key: str) -> str:
        """Return what becomes of a key."""
        return keys.VALID if self.keys is None else self.keys.get(key, keys.INVALID)

    def seen(self) -> str:
        """Return all requests as JSON."""
        return json.dumps([asdict(request) for request in self.requests])
