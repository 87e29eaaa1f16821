"""The same page for a process that serves nothing else, such as the worker."""

import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.db import connections
from prometheus_client import make_wsgi_app

from thoth_ai.metrics import views

PORT = 9108


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


def serve(port: int = PORT, *, address: str = "") -> WSGIServer:
    """Answer every request with the figures, in a thread of its own; returns the server."""
    server = make_server(address, port, _page, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _page(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    try:
        body: Iterable[bytes] = make_wsgi_app(views.registered())(environ, start)
    finally:
        connections.close_all()
    return body
