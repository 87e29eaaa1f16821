"""Reading JSON of others: whatever is not where it should be is simply absent."""

import json

from thoth_ai.providers.types import Failure, ProviderError

Document = dict[str, object]


def parse(text: str | bytes, provider: str) -> object:
    """Return the value of a JSON text; BAD_REPLY if it is none."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        value = _BROKEN
    if value is _BROKEN:  # raised out here, so that no traceback carries the text
        raise ProviderError(
            Failure.BAD_REPLY, f"{provider} sent an answer that cannot be read (broken JSON)"
        )
    return value


_BROKEN = object()


def dig(value: object, *path: str | int) -> object:
    """Return what lies at the path, None if nothing does."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and len(value) > step:
            value = value[step]
        else:
            return None
    return value


def text_at(value: object, *path: str | int) -> str:
    """Return the text at the path, empty if there is none."""
    found = dig(value, *path)
    return found if isinstance(found, str) else ""


def count_at(value: object, *path: str | int) -> int | None:
    """Return the whole number at the path, None if there is none."""
    found = dig(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def list_at(value: object, *path: str | int) -> list[object]:
    """Return the list at the path, empty if there is none."""
    found = dig(value, *path)
    return found if isinstance(found, list) else []
