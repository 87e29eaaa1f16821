"""Ends a connection whose time is over, whatever it is blocked in."""

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self


class Watchdog:
    """Shuts a socket down at a moment that can be put off; the blocked read then returns."""

    def __init__(self, seconds: float) -> None:
        self._socket: object = None
        self._end = self._until = time.monotonic() + seconds
        self._wake = threading.Condition()
        self._stopped = False
        self.has_bitten = False
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._thread.join()

    def guard(self, sock: object) -> None:
        """Name the socket, as soon as there is one."""
        with self._wake:
            self._socket = sock
            if self.has_bitten:
                self._shut()

    def expect_more_within(self, seconds: float) -> None:
        """Put the moment to so many seconds from now, never past the end of it all."""
        with self._wake:
            self._until = min(self._end, time.monotonic() + seconds)
            self._wake.notify()

    def _watch(self) -> None:
        with self._wake:
            while not self._stopped:
                left = self._until - time.monotonic()
                if left <= 0:
                    self.has_bitten = True
                    self._shut()
                    return
                self._wake.wait(left)

    def _shut(self) -> None:
        if isinstance(self._socket, socket.socket):
            with suppress(OSError):  # it is closed already
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # beneath any TLS
