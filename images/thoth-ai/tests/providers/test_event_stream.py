from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thoth_ai.providers.event_stream import EventStream

STREAM = (
    "\ufeff: hello\r\n\r\nevent: ping\ndata: 学校\r\n\r\ndata: one\rdata: two\r\r"
    "id: 7\nretry: 3\ndata:no space\n\n\n\ndata\n\ndata: last 🏫\n"
).encode()
EVENTS = ["学校", "one\ntwo", "no space", "", "last 🏫"]


def read(*chunks: bytes) -> list[str]:
    stream = EventStream()
    found = [event for chunk in chunks for event in stream.feed(chunk)]
    return [*found, *stream.finish()]


@pytest.mark.parametrize("place", range(len(STREAM) + 1))
def test_a_cut_at_any_byte_changes_nothing(place: int) -> None:
    assert read(STREAM[:place], STREAM[place:]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM))))
def test_many_cuts_change_nothing(places: list[int]) -> None:
    ends = sorted({0, *places, len(STREAM)})

    assert read(*(STREAM[a:b] for a, b in pairwise(ends)), b"") == EVENTS


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_are_read_the_same_however_they_come(data: bytes, place: int) -> None:
    assert read(data[:place], data[place:]) == read(data)


def test_a_line_end_that_was_cut_in_two_is_one_line_end() -> None:
    assert read(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == ["a\nb"]
