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


ATTENDS = """
import signal, sys
from thoth_ai.importing.standard_input import attended, interruptible

def stop(number, _):
    raise KeyboardInterrupt

signal.signal(signal.SIGTERM, stop)
stream = interruptible(sys.stdin.buffer)
stream.read(3)
try:
    with attended(stream):
        print("waiting", flush=True)
        {work}
except KeyboardInterrupt:
    print("stopped")
"""


def attending(work: str) -> "subprocess.Popen[bytes]":
    pipe, words = subprocess.PIPE, [sys.executable, "-c", ATTENDS.format(work=work)]
    process = subprocess.Popen(words, stdin=pipe, stdout=pipe)
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"abc" + bytes(10_000))
    process.stdin.flush()
    assert process.stdout.readline() == b"waiting\n"
    return process


def test_a_sender_who_hangs_up_ends_what_is_done_for_him() -> None:
    with attending("signal.pause()") as process:
        assert process.communicate(timeout=20)[0] == b"stopped\n"


def test_what_ends_before_the_sender_does_not_wait_for_him() -> None:
    with attending("pass") as process:
        assert process.wait(timeout=20) == 0
