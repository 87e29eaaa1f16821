"""A reply, streamed or not, as the documents it is made of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from thoth_ai.providers.documents import parse
from thoth_ai.providers.event_stream import EventStream
from thoth_ai.providers.types import Failure, ProviderError

END = "[DONE]"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the answer; `is_whole` when there is but one, `is_end` when nothing follows."""

    document: object = None
    is_whole: bool = False
    is_end: bool = False


def parts(chunks: Iterator[bytes], provider: str) -> Iterator[Part]:
    """Tell by the first character what it is: content types are often wrong."""
    head = _head(chunks)
    start = head.lstrip()[:1]
    if start == b"<":
        message = f"{provider} answered with a web page; its base URL is probably wrong"
        raise ProviderError(Failure.BAD_REPLY, message)
    if start and start in b"{[":
        yield Part(parse(head + b"".join(chunks), provider), is_whole=True)
        return
    for data in _events(head, chunks):
        if data.strip() == END:
            yield Part(is_end=True)
        elif data.strip():
            yield Part(parse(data, provider))


def _head(chunks: Iterable[bytes]) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if head.strip():
            break
    return head


def _events(head: bytes, chunks: Iterable[bytes]) -> Iterator[str]:
    stream = EventStream()
    yield from stream.feed(head)
    for chunk in chunks:
        yield from stream.feed(chunk)
    yield from stream.finish()
