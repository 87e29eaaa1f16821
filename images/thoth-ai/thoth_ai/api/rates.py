"""How often something may happen; one process serves, so its memory is the truth."""

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_KEYS = 10_000


@dataclass(slots=True)
class Rate:
    """At most `times` in any `seconds`, for each key."""

    times: int
    seconds: float
    now: Callable[[], float] = time.monotonic
    _seen: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, key: str) -> int:
        """Count one and return 0, or return after how many whole seconds the next may be."""
        with self._lock:
            moments = self._moments(key)
            if len(moments) < self.times:
                moments.append(self.now())
                return 0
            return max(1, math.ceil(moments[0] + self.seconds - self.now()))

    def is_over(self, key: str) -> int:
        """Return the wait like `wait` does, without counting one."""
        with self._lock:
            moments = self._moments(key)
            if len(moments) < self.times:
                return 0
            return max(1, math.ceil(moments[0] + self.seconds - self.now()))

    def forget(self, key: str) -> None:
        """Start again for a key."""
        with self._lock:
            self._seen.pop(key, None)

    def _moments(self, key: str) -> deque[float]:
        """Return what counts still; the longest unused key makes room for a new one."""
        moments = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while len(self._seen) > MOST_KEYS:
            self._seen.popitem(last=False)
        while moments and moments[0] <= self.now() - self.seconds:
            moments.popleft()
        return moments
