"""What a measurement leaves: its section of the page of figures, and a line at its very end."""

from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/reference/figures.md"
SUMMARY = pytest.StashKey[str]()
"""The last line that a bench prints."""


def put(title: str, lines: list[str]) -> None:
    """Replace one section, or add it at the end."""
    head, *sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    others = [one for one in sections if not one.startswith(f"{title}\n")]
    mine = "\n".join([title, "", *lines, ""])
    PAGE.write_text("\n## ".join([head, *others, mine]), encoding="utf-8")


def sections() -> str:
    """Everything after the head."""
    _, found, rest = PAGE.read_text(encoding="utf-8").partition("\n## ")
    return found + rest
