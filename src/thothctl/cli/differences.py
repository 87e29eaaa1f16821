"""How differences between files are shown: green what comes, red what goes."""

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}


def show_differences(console: Console, differences: Mapping[str, str]) -> None:
    """Each file's unified difference; plain text where there are no colours."""
    for text in differences.values():
        for line in text.splitlines():
            console.print(Text(line, _style(line)), soft_wrap=True)


def _style(line: str) -> str:
    return next((style for start, style in STYLES.items() if line.startswith(start)), "dim")
