"""Finds `templates/` and `images/`: inside the wheel, or at the top of a checkout."""

from pathlib import Path

import thothctl

PACKAGE = Path(thothctl.__file__).parent


def checkout() -> Path | None:
    """The top of the checkout that this package runs from; None where it was installed."""
    return None if (PACKAGE / "_shipped").is_dir() else PACKAGE.parent.parent


def shipped(folder: str) -> Path:
    """The folder of that name as shipped with this very package."""
    inside = PACKAGE / "_shipped" / folder
    return inside if inside.is_dir() else PACKAGE.parent.parent / folder
