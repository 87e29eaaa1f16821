"""What a bench says in the end, and the page of figures, of which each writes a section."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.measuring import Bar

PAGE = Path(__file__).parents[4] / "docs/reference/figures.md"


def told(title: str, name: str, table: Sequence[str], bars: Sequence[Bar], size: str) -> int:
    """Print the table, the bars and one line; with --write, into the page too. Return the status."""
    missed = sum(not bar.holds for bar in bars)
    last = f"{name}: {len(bars) - missed} of {len(bars)} bars hold at {size}"
    lines = [*table, "", *(f"- {bar.line()}" for bar in bars), "", last]
    print(*lines, sep="\n")
    if "--write" in sys.argv:
        _write(title, f"make {name}", lines)
    return int(bool(missed))


def _write(title: str, command: str, lines: Sequence[str]) -> None:
    """Put them behind the other figures, in the place of those of the last time."""
    head, *sections = PAGE.read_text(encoding="utf-8").rstrip().split("\n## ")
    others = [section for section in sections if not section.startswith(f"{title}\n")]
    said = (
        f"{title}\n\nMeasured on {datetime.now(tz=UTC).date()} with"
        f" `{command}`, everything in one run on one machine; compare the ratios.\n\n"
    )
    mine = said + "\n".join(lines) + "\n"
    PAGE.write_text("\n## ".join([head, *others, mine]), encoding="utf-8")
