"""Numbers as PostgreSQL's numeric: the shortest decimal that means the same double."""

import functools
import struct
from decimal import Decimal

_HEAD = struct.Struct(">IHhHH")
NEGATIVE, INFINITY, MINUS_INFINITY = 0x4000, 0xD000, 0xF000
GROUP = 4


@functools.lru_cache(65_536)
def both(value: float) -> tuple[bytes, bytes]:
    """Return the text and what COPY takes; amounts come again and again."""
    text = plain(value)
    return text.encode(), encoded(text)


def plain(value: float) -> str:
    """Return the digits without an exponent and without zeros at the end."""
    if isinstance(value, int):
        return str(value)
    if value in {float("inf"), float("-inf")}:
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def encoded(text: str) -> bytes:
    """Return what COPY takes, its length in front."""
    if text.endswith("y"):
        return _HEAD.pack(8, 0, 0, MINUS_INFINITY if text.startswith("-") else INFINITY, 0)
    whole, _, part = text.lstrip("-").partition(".")
    padded = whole.zfill(-(-len(whole) // GROUP) * GROUP)
    padded += part.ljust(-(-len(part) // GROUP) * GROUP, "0")
    groups = [int(padded[at : at + GROUP]) for at in range(0, len(padded), GROUP)]
    weight = -(-len(whole) // GROUP) - 1
    while groups and not groups[-1]:
        groups.pop()
    while groups and not groups[0]:
        groups.pop(0)
        weight -= 1
    sign = NEGATIVE if text.startswith("-") and groups else 0
    head = _HEAD.pack(8 + 2 * len(groups), len(groups), weight if groups else 0, sign, len(part))
    return head + struct.pack(f">{len(groups)}H", *groups)
