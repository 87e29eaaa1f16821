"""A terminal that a program believes in: type keys, wait for words."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

UP, DOWN, ENTER, BACK, CTRL_C = "\x1b[A", "\x1b[B", "\r", "\x02", "\x03"
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>()][A-Z0-9]?|\r")
PLAYED = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from local_world import Play
from thothctl.cli.main import main
sys.exit(main(sys.argv[1:], Play().connect))
"""


IN_PLAY = (sys.executable, "-c", PLAYED, str(Path(__file__).parent))


class Terminal:
    """Runs thothctl, on a played engine if nothing else is said."""

    def __init__(
        self,
        *words: str,
        environment: Mapping[str, str],
        size: str = "80x24",
        program: Sequence[str] = IN_PLAY,
    ) -> None:
        self._ours, theirs = pty.openpty()
        columns, _, rows = size.partition("x")
        sized = {"COLUMNS": columns, "LINES": rows, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self._process = subprocess.Popen(
            [*program, *words],
            env={**os.environ, **environment, **sized},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown, self._seen = "", 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def sees(self, words: str, *, seconds: float = 30) -> None:
        """Wait until these words come up after what was waited for before."""
        deadline = time.monotonic() + seconds
        while (at := self.shown.find(words, self._seen)) < 0:
            assert time.monotonic() < deadline, f"{words!r} never came:\n{self.shown[self._seen :]}"
            assert self._read(), f"it ended before {words!r}:\n{self.shown[self._seen :]}"
        self._seen = at + len(words)

    def types(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def answers(self, words: str, keys: str) -> None:
        """Wait for a question, then type."""
        self.sees(words)
        self.types(keys)

    @property
    def code(self) -> int:
        """How it ended; waits for it."""
        while self._read():
            pass
        return self._process.wait(timeout=30)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], 5)[0]:
            return self._process.poll() is None
        try:
            content = os.read(self._ours, 65536)
        except OSError:  # the other side is closed
            return False
        self.shown += CONTROLS.sub("", content.decode(errors="replace"))
        return bool(content)
