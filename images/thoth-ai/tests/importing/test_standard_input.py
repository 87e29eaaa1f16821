"""A signal ends the reading of standard input, whenever it comes."""

import signal
import subprocess
import sys

READS = """
import ctypes, operator, signal, sys
from functools import partial
from thoth_ai.importing.standard_input import interruptible

def stop(number, _):
    print(number, flush=True)
    if number == signal.SIGTERM:
        raise KeyboardInterrupt

signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGUSR1, stop)
stream = interruptible(sys.stdin.buffer)
tell = partial(ctypes.CDLL(None)["raise"], int(sys.argv[1]))
# No bytecode runs between the two, so the signal waits until the reading has begun.
_, got = map(operator.call, (tell, partial(stream.read, 3)))
print(got.decode())
"""


def reading(number: int) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    words = [sys.executable, "-c", READS, str(number)]
    return subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)


def test_a_signal_just_before_a_read_ends_it() -> None:
    with reading(signal.SIGTERM) as process:
        try:
            assert process.wait(timeout=20) == -signal.SIGINT
        finally:
            process.kill()


def test_reading_goes_on_after_a_signal_that_asks_for_nothing() -> None:
    with reading(signal.SIGUSR1) as process:
        said, _ = process.communicate(b"abc", timeout=20)

    assert said.split() == [b"10", b"abc"]
