"""The page of figures, of which each bench writes a section."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[4] / "docs/reference/figures.md"


def write(title: str, command: str, lines: Sequence[str]) -> None:
    """Put them behind the other figures, in the place of those of the last time."""
    head, *sections = PAGE.read_text(encoding="utf-8").rstrip().split("\n## ")
    others = [section for section in sections if not section.startswith(f"{title}\n")]
    told = (
        f"{title}\n\nMeasured on {datetime.now(tz=UTC).date()} with"
        f" `{command}`, everything in one run on one machine; compare the ratios.\n\n"
    )
    mine = told + "\n".join(lines) + "\n"
    PAGE.write_text("\n## ".join([head, *others, mine]), encoding="utf-8")
