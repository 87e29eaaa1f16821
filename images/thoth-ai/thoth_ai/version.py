"""Which build this is; the image's build writes the variables."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Build:
    """What the builder said about this image."""

    version: str
    source: str
    revision: str


def current() -> Build:
    """Read what the builder baked into the image."""
    return Build(
        version=os.environ.get("THOTH_VERSION", "0.1.0"),
        source=os.environ.get("THOTH_SOURCE_HASH", "unknown"),
        revision=os.environ.get("THOTH_REVISION", "unknown"),
    )
