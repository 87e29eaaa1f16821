"""Server-sent events out of bytes, however the network has cut them."""

import re
from collections.abc import Iterator

_LINE_END = re.compile(rb"\r\n|\r|\n")
_MARK = b"\xef\xbb\xbf"


class EventStream:
    """Collects bytes and gives the data of each event that is complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._after_return = False
        self._data: list[str] = []
        self._first = True

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Take some bytes; give the data of the events they complete."""
        if self._after_return:  # the second half of a line end that was cut in two
            chunk = chunk.removeprefix(b"\n") if chunk else chunk
            self._after_return = not chunk and self._after_return
        if not chunk:
            return
        self._after_return = chunk.endswith(b"\r")
        *lines, self._rest = _LINE_END.split(self._rest + chunk)
        for line in lines:
            yield from self._take(line)

    def finish(self) -> Iterator[str]:
        """Give the last event even if no empty line follows it."""
        rest, self._rest = self._rest, b""
        yield from self._take(rest)
        yield from self._take(b"")

    def _take(self, line: bytes) -> Iterator[str]:
        if self._first:
            line, self._first = line.removeprefix(_MARK), False
        if not line:
            if self._data:
                yield "\n".join(self._data)
            self._data = []
            return
        name, _, value = line.decode("utf-8", errors="replace").partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
