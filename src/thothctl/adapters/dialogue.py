"""A program that is spoken to line by line."""

import queue
import threading
from typing import Protocol

from thothctl.adapters.lanes import Process
from thothctl.errors import EngineRefusedError
from thothctl.world.backups import Ended


class Words(Protocol):
    """What a program said on standard error."""

    def lines(self) -> tuple[str, ...]: ...


class Dialogue:
    """Answers `world.Conversation`."""

    def __init__(self, process: Process, words: Words) -> None:
        self._process, self._words = process, words
        self._heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - piped
        for raw in self._process.stdout:
            self._heard.put(raw.decode(errors="replace").rstrip("\r\n"))
        self._heard.put(None)

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - piped
        try:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise self._refused("ended too early") from None

    def hear(self, *, seconds: float) -> str:
        try:
            line = self._heard.get(timeout=seconds)
        except queue.Empty:
            raise self._refused(f"said nothing for {seconds:.0f} s") from None
        if line is None:
            self._heard.put(None)
            raise self._refused("ended too early")
        return line

    def ended(self) -> Ended | None:
        status = self._process.poll()
        return None if status is None else Ended(status, self._words.lines())

    def _refused(self, what: str) -> EngineRefusedError:
        said = " / ".join(self._words.lines()) if self._process.poll() is not None else ""
        return EngineRefusedError(
            f"a program that takes part {what}{f': {said}' if said else ''}",
            hint="see `thothctl health`, then run the command again",
        )
