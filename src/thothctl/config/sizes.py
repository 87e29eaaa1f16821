"""Sizes as Docker writes them, for programs that write them otherwise."""

UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def in_bytes(size: object) -> int:
    """The number of bytes of a size such as 512m, as a setting of that kind holds it."""
    text = str(size).removesuffix("b")
    digits = text.rstrip("kmg")
    return int(digits) * UNITS[text.removeprefix(digits)]
