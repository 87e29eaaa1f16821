"""Dotted keys: `services.app.memory` on one line, or as mappings one below the other."""

from collections.abc import Iterator, Mapping

from thothctl.errors import InvalidInputError


def flat(values: Mapping[str, object], source: str) -> dict[str, object]:
    """The values by dotted key; raises InvalidInputError for one that is given both ways."""
    found: dict[str, object] = {}
    for key, value in _walk(values, ""):
        if key in found:
            raise InvalidInputError(f"{source}: {key} is there twice", hint="keep one of them")
        found[key] = value
    return found


def _walk(values: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _walk(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
