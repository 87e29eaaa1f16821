"""The settings an operator gives: variables, and files that win over them."""

import os
import re
from pathlib import Path

from thoth_ai.errors import ServerError

TRUE = frozenset({"1", "true", "yes", "on"})
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
FALSE = frozenset({"", "0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """Return `NAME_FILE`'s content, else `NAME`, else the default."""
    path = os.environ.get(f"{name}_FILE", "")
    if path:
        return _content(name, Path(path))
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: str = "") -> bool:
    """Read a yes or no; anything else is refused rather than guessed."""
    value = text(name, default).lower()
    if value in TRUE | FALSE:
        return value in TRUE
    raise ServerError(f"{name} is {value!r}.", hint=f"Set {name} to true or false.")


def number(name: str, default: int, *, lowest: int, highest: int) -> int:
    """Read a whole number within its bounds."""
    value = text(name, str(default))
    if value.isdecimal() and lowest <= int(value) <= highest:
        return int(value)
    raise ServerError(
        f"{name} is {value!r}.", hint=f"Set {name} to a number from {lowest} to {highest}."
    )


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Read one of a closed set of words."""
    value = text(name, default)
    if value in allowed:
        return value
    raise ServerError(f"{name} is {value!r}.", hint=f"Set {name} to one of {', '.join(allowed)}.")


def words(name: str) -> list[str]:
    """Read a comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def origins(name: str) -> frozenset[str]:
    """Read a list of web origins; everybody is none that may be named."""
    found = words(name)
    if wrong := [word for word in found if not ORIGIN.fullmatch(word)]:
        raise ServerError(
            f"{name} names {wrong[0]!r}, which is no origin.",
            hint=f"Set {name} to origins such as https://portal.example.org, without a path.",
        )
    return frozenset(found)


def _content(name: str, path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ServerError(
            f"{name}_FILE names {path}, which cannot be read.",
            hint=f"Mount a text file readable by user {os.getuid()} there, or unset {name}_FILE.",
        ) from error
    if not content:
        raise ServerError(
            f"{name}_FILE names {path}, which is empty.",
            hint=f"Write the value into the file, or unset {name}_FILE.",
        )
    return content
