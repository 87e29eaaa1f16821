"""Answers as they come about, over server-sent events."""

import json
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict

from django.db import connections
from django.http import StreamingHttpResponse

from thoth_ai.api.problems import ProblemError
from thoth_ai.questions.hearing import Hear, Piece, Step

logger = logging.getLogger(__name__)

SILENCE = 5.0
WAITING = 1_000

Work = Callable[[Hear], dict[str, object]]
Event = tuple[str, dict[str, object]]


class ClientGoneError(Exception):
    """Nobody listens any more: what is under way, and costs money, must end."""


def events(work: Work) -> StreamingHttpResponse:
    """Run the work beside and send what it lets hear, then its reply."""
    response = StreamingHttpResponse(_Stream(work).lines(), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


class _Stream:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._events: queue.Queue[Event | None] = queue.Queue(WAITING)
        self._gone = threading.Event()

    def lines(self) -> Iterator[bytes]:
        thread = threading.Thread(target=self._run, name="answering", daemon=True)
        thread.start()
        try:
            yield from self._sent()
        finally:
            self._gone.set()

    def _sent(self) -> Iterator[bytes]:
        while True:
            try:
                event = self._events.get(timeout=SILENCE)
            except queue.Empty:
                yield b": still here\n\n"  # a client that went away is noticed by writing to it
                continue
            if event is None:
                return
            name, data = event
            yield f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()

    def _run(self) -> None:
        try:
            self._put("reply", self._work(self._hear))
        except ClientGoneError:
            logger.info("a question was given up: its client went away")
        except ProblemError as error:
            self._put("problem", error.document())
        except Exception:  # the thread's boundary: the client hears of it, the log has the cause
            logger.exception("answering failed")
            problem = ProblemError(500, "Server error", "Answering failed.", "See the log.")
            self._put("problem", problem.document())
        finally:
            connections.close_all()
            self._put_end()

    def _hear(self, event: Step | Piece) -> None:
        self._put("text" if isinstance(event, Piece) else "step", asdict(event))

    def _put(self, name: str, data: dict[str, object]) -> None:
        while not self._gone.is_set():
            try:
                return self._events.put((name, data), timeout=SILENCE)
            except queue.Full:
                continue
        raise ClientGoneError

    def _put_end(self) -> None:
        if not self._gone.is_set():
            self._events.put(None)
