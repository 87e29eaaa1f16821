"""Quoting for YAML files that other programs read."""

import json
import re

_PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


def yaml_quoted(value: object) -> str:
    """A value that YAML reads back unchanged, whatever its texts hold.

    JSON is YAML but for characters beyond U+FFFF, which it writes in two halves.
    """
    return _PAIR.sub(_whole, json.dumps(value))


def compose_quoted(value: object) -> str:
    """The same for files of Compose, which would fill in what follows a dollar sign."""
    return yaml_quoted(value).replace("$", "$$")


def _whole(pair: re.Match[str]) -> str:
    high, low = (int(half, 16) for half in pair.groups())
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
