"""Changes values of a YAML file and leaves the user's comments and order as they are."""

import io
from collections.abc import Mapping

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from thothctl.adapters.yaml_text import read_mapping, written_mapping
from thothctl.config.dotted import flat
from thothctl.errors import InvalidInputError

WIDTH = 4096
"""Long values stay on one line."""


def with_values(text: str, values: Mapping[str, object], source: str) -> str:
    """The text with just these values; lines whose value stays are not touched.

    A text that cannot carry them, such as one that is no YAML any more, is written anew.
    """
    try:
        written = _merged(text, values, source)
        same = flat(read_mapping(written, source), source) == dict(values)
    except (InvalidInputError, YAMLError):
        same = False
    return written if same else written_mapping(values)


def _merged(text: str, values: Mapping[str, object], source: str) -> str:
    before = flat(read_mapping(text, source), source)
    if before == dict(values):
        return text
    yaml = YAML()
    yaml.width = WIDTH
    yaml.preserve_quotes = True
    document = yaml.load(text) or CommentedMap()
    for key in [key for key in before if key not in values]:
        _remove(document, key)
    for key, value in values.items():
        if key not in before or before[key] != value:
            holder, last = _place(document, key)
            holder[last] = _plain(value)
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def _place(document: CommentedMap, key: str) -> tuple[CommentedMap, str]:
    """Where a dotted key is or goes: below the mappings that the user wrote, else on one line."""
    first, dot, rest = key.partition(".")
    below = document.get(first) if dot and key not in document else None
    return _place(below, rest) if isinstance(below, CommentedMap) else (document, key)


def _remove(document: CommentedMap, key: str) -> None:
    """Take a dotted key out, and the mapping that it leaves empty."""
    holder, last = _place(document, key)
    for name in [name for name in holder if str(name) == last]:
        del holder[name]
    if not holder and holder is not document:
        _remove(document, key.removesuffix(f".{last}"))


def _plain(value: object) -> object:
    """Text that older readers take for a number or a yes is quoted."""
    if not isinstance(value, str):
        return value
    try:
        safe = read_mapping(f"key: {value}\n", "")["key"] == value
    except InvalidInputError:
        safe = False
    return value if safe and value == value.strip() else DoubleQuotedScalarString(value)
