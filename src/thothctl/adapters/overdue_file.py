"""The note of dates that are over; it goes into no backup, for it holds on this machine alone."""

import json
from dataclasses import asdict
from pathlib import Path

from thothctl.adapters.files import translated, write_durably
from thothctl.model.install import Overdue

OVERDUE = "overdue.json"


def read_overdue(folder: Path) -> Overdue | None:
    """Nothing where it is not there or cannot be read: then the time only counts anew."""
    try:
        found = json.loads((folder / OVERDUE).read_text(encoding="utf-8"))
        seconds = {int(number): float(ran) for number, ran in found["seconds"].items()}
        return Overdue(float(found["monotonic"]), seconds)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_overdue(folder: Path, seen: Overdue | None) -> None:
    """Replace it whole, or remove it."""
    path = folder / OVERDUE
    if seen is None:
        with translated(f"remove {path}"):
            path.unlink(missing_ok=True)
    else:
        write_durably(path, json.dumps(asdict(seen)) + "\n")
