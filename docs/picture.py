"""Draws a captured terminal screen: `tmux capture-pane -p -e | python docs/picture.py FILE.svg`."""

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text


def picture(screen: str, title: str) -> str:
    """The screen, colours included, as an SVG."""
    console = Console(record=True, width=90, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(screen.rstrip()))
    drawn = console.export_svg(title=title)
    return re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)  # nothing from elsewhere


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture(sys.stdin.read(), "thothctl"), encoding="utf-8")
