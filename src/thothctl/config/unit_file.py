"""Quoting for unit files of systemd and for lines of cron."""

import shlex
from collections.abc import Mapping, Sequence

from thothctl.errors import InvalidInputError


def unit_word(text: str) -> str:
    """A word or a path, whatever is in it; specifiers (`%`) are taken as they are."""
    if not text.isprintable():
        raise InvalidInputError(
            f"{text!r} cannot be written into a unit file",
            hint="use a path without line breaks and control characters",
        )
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if not text or any(c in text for c in " '\"\\;") else escaped


def unit_command(words: Sequence[str]) -> str:
    """A command line, in which systemd would replace variables."""
    return " ".join(unit_word(word).replace("$", "$$") for word in words)


def unit_environment(values: Mapping[str, str]) -> tuple[str, ...]:
    """`NAME=value` for each, quoted as a whole."""
    return tuple(unit_word(f"{name}={value}") for name, value in values.items())


def shell_line(words: Sequence[str]) -> str:
    """A command line to copy into a shell."""
    return shlex.join(words)


def cron_line(when: str, words: Sequence[str], environment: Mapping[str, str]) -> str:
    """A line of a crontab; there, a bare percent sign would end the command."""
    set_first = [f"{name}={shlex.quote(value)}" for name, value in environment.items()]
    command = " ".join([*set_first, *(shlex.quote(word) for word in words)])
    return f"{when} {command}".replace("%", r"\%")
