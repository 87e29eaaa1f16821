"""Pipes to containers carry every byte, whatever happens to the process meanwhile."""

import hashlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from thothctl.adapters.lanes import Lane

MIB = 1 << 20
READER = """
import hashlib, sys
digest = hashlib.sha256()
with open(sys.argv[1], "rb", buffering=0) as stream:
    while piece := stream.read(4096):
        digest.update(piece)
print(digest.hexdigest())
"""


@pytest.fixture
def interrupted() -> Iterator[list[int]]:
    """A signal every millisecond; the kernel then ends a write that has begun early."""
    heard: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: heard.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    yield heard
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_write_that_a_signal_cuts_short_is_gone_on_with(
    tmp_path: Path, interrupted: list[int]
) -> None:
    lane, sent = Lane(tmp_path / "lane"), bytes(range(256)) * (16 * MIB // 256)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(lane.path)], stdout=subprocess.PIPE
    )

    with lane.opened("wb", reader) as stream:
        for start in range(0, len(sent), MIB):
            stream.write(sent[start : start + MIB])

    said, _ = reader.communicate(timeout=60)
    assert said.decode().strip() == hashlib.sha256(sent).hexdigest()
    assert interrupted
