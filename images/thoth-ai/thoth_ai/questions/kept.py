"""Answers of a language model that are given again for a while, as long as nothing has changed.

They live in this process: another replica asks for itself, and a restart forgets them.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from thoth_ai.questions.answers import Answer
from thoth_ai.questions.asked import Asked

MOST = 500
MOST_VALUES = 20_000
"""An answer with more values than this is asked for anew: it would take the memory of many."""
Key = tuple[object, ...]


@dataclass(slots=True)
class KeptAnswers:
    """The newest answers by what they depend on."""

    now: Callable[[], float] = time.monotonic
    _kept: OrderedDict[Key, tuple[float, Answer]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, key: Key, asked: Asked, seconds: int) -> Answer | None:
        """Return an answer that is young enough, as one to this asking: it consumed nothing."""
        with self._lock:
            at, answer = self._kept.get(key, (0.0, None))
        if answer is None or self.now() - at >= seconds:
            return None
        return replace(answer, usage=None, elapsed_ms=asked.elapsed_ms, previous=asked.previous)

    def keep(self, key: Key, answer: Answer, seconds: int) -> None:
        """Remember an answer; the oldest one makes room."""
        if not seconds or len(answer.rows) * len(answer.columns) > MOST_VALUES:
            return
        with self._lock:
            self._kept[key] = (self.now(), answer)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)


KEPT = KeptAnswers()
