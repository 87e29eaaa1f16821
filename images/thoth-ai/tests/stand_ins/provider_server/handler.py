"""One request: who asks, what for, and the scripted answer."""

import json
import os
import select
import socket
import struct
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from provider_server import keys, vectors, wire
from provider_server.script import Answer
from provider_server.seen import Seen

if TYPE_CHECKING:
    from provider_server.server import ProviderServer

OK = 200
PIECE = 4
LOOK = 0.02
ABRUPTLY = struct.pack("ii", 1, 0)


class _GoneError(Exception):
    """There is nobody left to answer, or nothing more to say."""


class Handler(BaseHTTPRequestHandler):
    """Each reply closes its connection."""

    protocol_version = "HTTP/1.1"

    @property
    def owner(self) -> "ProviderServer":
        """The server with the script."""
        found: ProviderServer = self.server.owner  # type: ignore[attr-defined] # set by its maker
        return found

    def do_GET(self) -> None:
        self._take("GET")

    def do_POST(self) -> None:
        self._take("POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base class
        """Say nothing: the requests are kept."""

    def _take(self, method: str) -> None:
        self.close_connection = True
        try:
            self._serve(method)
        except (_GoneError, OSError):
            self.owner.hung_up.set()

    def _serve(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.path, _, query = self.path.partition("?")
        self._sent = {name.lower(): value for name, value in self.headers.items()}
        body = _parsed(raw)
        if self.path.startswith("/_"):
            return self._order(body)
        self.owner.requests.append(
            Seen(method, self.path + ("?" + query if query else ""), self._sent, body)
        )
        return self._answer(method, body if isinstance(body, dict) else {})

    def _order(self, body: Any) -> None:  # noqa: ANN401 - any JSON
        """Obey whoever steers the server from another process."""
        if self.path == "/_release":
            self.owner.release()
        elif self.path == "/_script":
            self.owner.rule(*body)
        said = self.owner.seen() if self.path == "/_requests" else "{}"
        self._send(200, said.encode())

    def _answer(self, method: str, body: dict[str, Any]) -> None:
        asked = wire.read(self.path, body)
        wanted = vectors.read(self.path, body)
        message = asked.message if asked else None
        answer = self.owner.script.answer(self.path, message)
        if answer and self._fails_early(answer):
            return
        if self._turns_away(asked.model if asked else "", body):
            return
        if asked:
            self._chat(asked, answer)
        elif wanted:
            self._embed(*wanted, answer)
        elif checked := keys.check(method, self.path, self._models()):
            self._json(200, checked)
        else:
            self._json(404, {"error": "no such path"})

    def _fails_early(self, answer: Answer) -> bool:
        """Do what the script wants instead of an answer; tell whether that was all."""
        if answer.wait:
            self._stall()
        if answer.reset_after == 0:
            self._reset()
        if answer.redirect:
            self._send(307, b"", {"location": answer.redirect})
        elif answer.body:
            self._send(answer.status, answer.body.encode(), kind=answer.content_type)
        elif answer.status != OK:
            self._refuse(answer)
        else:
            return False
        return True

    def _refuse(self, answer: Answer) -> None:
        message = answer.message.replace("{key}", keys.sent(self._sent))
        whose = keys.protocol(self.path, self._sent)
        document = keys.error(whose, answer.status, answer.code, message)
        headers = {"retry-after": answer.retry_after} if answer.retry_after else {}
        self._json(answer.status, document, headers)

    def _turns_away(self, model: str, body: dict[str, Any]) -> bool:
        """Refuse those with a wrong key, a model that is not offered, or a strange option."""
        kind = self.owner.class_of(keys.sent(self._sent))
        whose = keys.protocol(self.path, self._sent)
        if self.path.endswith(keys.OPEN):
            return False
        if kind in {keys.INVALID, keys.NO_QUOTA}:
            self._json(*keys.refused(kind, self.path, self._sent))
        elif model and (kind == keys.NO_ACCESS or model not in (self.owner.models or [model])):
            said = f"the model {model} does not exist or you have no access to it"
            self._json(404, keys.error(whose, 404, "model_not_found", said))
        elif self.owner.refuses_usage and "stream_options" in body:
            said = "Unrecognized request argument supplied: stream_options"
            self._json(400, keys.error(whose, 400, "invalid_request_error", said))
        else:
            return False
        return True

    def _models(self) -> list[str]:
        if self.owner.class_of(keys.sent(self._sent)) == keys.NO_ACCESS:
            return ["some-other-model"]
        return list(self.owner.models or keys.MODELS)

    def _embed(self, model: str, texts: list[str], answer: Answer | None) -> None:
        told = {**vectors.DIMENSIONS, **self.owner.dimensions}
        found: list[object] = [vectors.embed(text, told.get(model, 64)) for text in texts]
        if answer and answer.embeddings is not None:
            found = list(answer.embeddings)
        self._json(200, vectors.reply(self.path, model, found))

    def _chat(self, asked: wire.Asked, answer: Answer | None) -> None:
        if answer is None:
            document = keys.error(asked.protocol, 400, "no_rule", "the script has no rule for this")
            return self._json(400, document)
        if answer.whole or not asked.streams:
            told = wire.whole(asked, answer.text, usage=answer.usage, stop=answer.stop)
            return self._json(200, told)
        self._head(
            200, {"transfer-encoding": "chunked"}, answer.content_type or "text/event-stream"
        )
        for frame in self._frames(asked, answer):
            self._write(frame, answer.cut)
        self.wfile.write(b"0\r\n\r\n")
        return None

    def _frames(self, asked: wire.Asked, answer: Answer) -> Iterator[str]:
        text = answer.text
        size = max(PIECE, len(text) // 2000)
        told = wire.stream(asked, text, usage=answer.usage, stop=answer.stop)
        yield f": hello{answer.line_end}{answer.line_end}"
        yield from (wire.frame(document, told, answer.line_end) for document in told.before)
        starts = range(0, len(text), size)
        for number, start in enumerate(starts):
            yield from self._fault(number, asked, told, answer)
            if number == answer.half_closed_after:
                return
            yield wire.frame(told.piece(text[start : start + size]), told, answer.line_end)
        yield from self._fault(len(starts), asked, told, answer)
        if answer.half_closed_after is not None:
            return
        yield from (wire.frame(document, told, answer.line_end) for document in told.after)
        if told.marker:
            yield f"data: {told.marker}{answer.line_end}{answer.line_end}"

    def _fault(
        self, number: int, asked: wire.Asked, told: wire.Stream, answer: Answer
    ) -> Iterator[str]:
        """Do what the script wants after so many pieces."""
        if number and answer.pause:
            time.sleep(answer.pause)
        if number == answer.stall_after:
            self._stall()
        if number == answer.reset_after:
            self._reset()
        if number == answer.malformed_after:
            yield f'data: {{"broken": {answer.line_end}{answer.line_end}'
        if number == answer.error_after:
            message = answer.message.replace("{key}", keys.sent(self._sent))
            yield wire.frame(
                keys.error(asked.protocol, 500, answer.code, message), told, answer.line_end
            )

    def _stall(self) -> None:
        """Wait to be released, or for the other side to leave."""
        while not self.owner.released.wait(LOOK):
            if select.select([self.connection], [], [], 0)[0]:  # nobody sends, but to say goodbye
                raise _GoneError

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
        os.close(self.connection.detach())
        raise _GoneError

    def _json(
        self, status: int, document: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        self._send(status, json.dumps(document).encode(), headers)

    def _send(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, kind: str = ""
    ) -> None:
        length = {"content-length": str(len(body))}
        self._head(status, {**length, **(headers or {})}, kind or "application/json")
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str], kind: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": kind, "connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _write(self, frame: str, cut: int) -> None:
        data = frame.encode()
        size = cut or len(data)
        for start in range(0, len(data), size):
            part = data[start : start + size]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))


def _parsed(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
