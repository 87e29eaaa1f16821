#!/usr/bin/env python3
"""Chromium that hears no news of the machine's networks.

It breaks off what it is connecting whenever an interface gets an address
(`net::ERR_NETWORK_CHANGED`), and the tests beside it make and remove bridges
all the time. The kernel refuses it the netlink socket such news come by;
Chromium then takes the machine for online and goes on.
"""

import ctypes
import errno
import os
import platform
import shutil
import sys

SOCKET = {"x86_64": 41, "aarch64": 198}
NETLINK = 16

# The words of classic BPF as seccomp reads them, and the numbers of prctl(2).
LOAD, EQUALS, RETURN = 0x20, 0x15, 0x06
NUMBER, FIRST_ARGUMENT = 0, 16
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2


class Program(ctypes.Structure):
    """`struct sock_fprog`: how many instructions, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def main() -> None:
    """Become the browser, with one kind of socket fewer."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        sys.exit("There is no Chromium.\nhint: make browser")
    if number := SOCKET.get(platform.machine()):
        refuse(number)
    os.execv(found, [found, *sys.argv[1:]])  # noqa: S606 -- no shell is wanted


def refuse(number: int) -> None:
    """Let no `socket` (its `number` here) for netlink be made any more."""
    rules = b"".join(
        (
            instruction(LOAD, NUMBER),
            instruction(EQUALS, number, otherwise=3),
            instruction(LOAD, FIRST_ARGUMENT),
            instruction(EQUALS, NETLINK, otherwise=1),
            instruction(RETURN, REFUSE | errno.EAFNOSUPPORT),
            instruction(RETURN, ALLOW),
        )
    )
    call(NO_NEW_PRIVILEGES, 1)
    call(SECCOMP, FILTER, ctypes.byref(Program(len(rules) // 8, rules)))


def instruction(code: int, value: int, *, otherwise: int = 0) -> bytes:
    """`struct sock_filter`; `otherwise` is how many to leap over when not equal."""
    return code.to_bytes(2, "little") + bytes((0, otherwise)) + value.to_bytes(4, "little")


def call(*words: object) -> None:
    """`prctl(2)`."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(*words, *(0,) * (5 - len(words))):
        raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    main()
