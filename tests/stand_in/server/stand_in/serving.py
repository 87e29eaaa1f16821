"""The stand-in's HTTP interface: health, a question, rows, and a writer that never rests."""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from stand_in import database

WRITE_SECONDS = 0.02
SLOW_SECONDS = 10
QUESTION = "How many vectors are there?"
ANSWER = "SELECT count(*), sum(id) FROM vectors"


class Writer:
    """Writes a row every few milliseconds while it is on."""

    def __init__(self) -> None:
        self.on = threading.Event()
        self.written = 0
        threading.Thread(target=self._write, daemon=True).start()

    def _write(self) -> None:
        while True:
            self.on.wait()
            held = database.connect("thoth_app")
            while self.on.is_set():
                with held, held.cursor() as cursor:
                    cursor.execute(
                        "INSERT INTO entries (text) VALUES (%s)", (f"written {time.time_ns()}",)
                    )
                self.written += 1
                time.sleep(WRITE_SECONDS)
            held.close()


class Server(ThreadingHTTPServer):
    """Knows how many requests it is about; ended, it takes no more and finishes those."""

    request_queue_size = 128
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("", 8080), Handler)
        self.rest = threading.Condition()
        self.busy = 0

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as inherited
        with self.rest:
            self.busy += 1
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as inherited
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self.rest:
                self.busy -= 1
                self.rest.notify_all()


def end() -> None:
    """Whoever is being answered gets the answer; the door is shut already."""
    threading.Thread(target=_end).start()


def _end() -> None:
    if served:
        server = served[0]
        server.shutdown()
        server.server_close()
        with server.rest:
            server.rest.wait_for(lambda: server.busy == 0, timeout=60)
    os._exit(0)


served: list[Server] = []


class Handler(BaseHTTPRequestHandler):
    """Answers as the product's server does, as far as thothctl asks."""

    protocol_version = "HTTP/1.1"
    writer: Writer

    def do_GET(self) -> None:
        match self.path:
            case "/health/live/":
                self._send(200, {"status": "ok"})
            case "/health/":
                self._health()
            case "/slow":
                time.sleep(SLOW_SECONDS)
                self._send(200, {"slept": SLOW_SECONDS})
            case "/rows":
                self._send(200, {"rows": _rows("SELECT id, text FROM entries ORDER BY id")})
            case _:
                self._send(404, {"detail": "there is nothing here"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        token = Path(os.environ["API_TOKEN_FILE"]).read_text(encoding="utf-8").strip()
        if self.headers.get("Authorization") != f"Bearer {token}":
            self._send(401, {"detail": "the token is wrong"})
        elif self.path == "/api/v1/ask":
            self._answer(str(body.get("question")))
        elif self.path == "/writing":
            (self.writer.on.set if body.get("on") else self.writer.on.clear)()
            self._send(200, {"written": self.writer.written})
        elif self.path == "/rows":
            written = _rows("INSERT INTO entries (text) VALUES (%s) RETURNING id", body["text"])
            self._send(201, {"id": written[0][0]})
        else:
            self._send(404, {"detail": "there is nothing here"})

    def _health(self) -> None:
        try:
            _rows("SELECT 1")
            check = {"status": "ok", "detail": "answers"}
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            check = {"status": "failing", "detail": str(error).splitlines()[0]}
        fine = check["status"] == "ok"
        version = os.environ["VERSION"]
        status = {"status": check["status"], "version": version, "checks": {"database": check}}
        self._send(200 if fine else 503, status)

    def _answer(self, question: str) -> None:
        self._send(200, {
            "answered": True, "id": 1, "workspace": "stand-in", "question": question,
            "sql": ANSWER, "columns": ["count", "sum"], "rows": _rows(ANSWER),
            "source": {"kind": "example"}, "elapsed_ms": 1,
        })  # fmt: skip

    def _send(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name


_own = threading.local()


def _rows(statement: str, *values: object) -> list[list[object]]:
    held = getattr(_own, "connection", None)
    if held is None or held.closed:
        held = _own.connection = database.connect("thoth_app")
    try:
        with held, held.cursor() as cursor:
            cursor.execute(statement, values or None)
            return [list(row) for row in cursor.fetchall()]
    except Exception:
        held.close()
        raise


def serve() -> None:
    """Answer until somebody ends it."""
    Handler.writer = Writer()
    served.append(Server())
    served[0].serve_forever(poll_interval=0.05)
