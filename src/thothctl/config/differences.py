"""Differences between files, as text that people and `patch` read."""

import difflib
import re
from collections.abc import Iterable, Mapping

from thothctl.model.secret import Secret

HIDDEN = "********"
SECRETIVE = re.compile(
    r"(?i)^(?P<head>[ +-]?[\s-]*[\"']?[\w.-]*(?:password|passwd|secret|token|api_?key)"
    r"[\w\"'-]*\s*[:=]\s*)(?P<value>\S.*)$"
)
PATH = re.compile(r"[\"']?(?:/run/secrets|(?:\.\./)+secrets)/")


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """A unified difference for each file that is not the same in both."""
    names = sorted({*before, *after})
    return {
        name: "".join(_unified(name, before.get(name), after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    }


def _unified(name: str, before: str | None, after: str | None) -> Iterable[str]:
    old, new = (before or "").splitlines(), (after or "").splitlines()
    here, there = ("/dev/null" if text is None else name for text in (before, after))
    for line in difflib.unified_diff(old, new, here, there, lineterm=""):
        yield f"{line}\n"


def concealed(text: str, secrets: Iterable[Secret]) -> str:
    """The text without these values, and without what a line calls a password, key or token."""
    for secret in secrets:
        if value := secret.reveal():
            text = text.replace(value, HIDDEN)
    return "".join(_concealed_line(line) for line in text.splitlines(keepends=True))


def _concealed_line(line: str) -> str:
    body, end = line.rstrip("\n"), "\n" if line.endswith("\n") else ""
    found = SECRETIVE.match(body)
    if found is None or PATH.match(found["value"]) or _says_where(found["head"]):
        return line
    return f"{found['head']}{HIDDEN}{end}"


def _says_where(head: str) -> bool:
    """`…_FILE` names a file and `file:` a path, neither a value."""
    return head.rstrip(" :=\"'").upper().endswith("_FILE")
