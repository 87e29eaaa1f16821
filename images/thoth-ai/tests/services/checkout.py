"""What only a checkout has: a development container sees the source and its tests."""

from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
needed = pytest.mark.skipif(
    not (PROJECT / "Dockerfile").is_file(), reason="needs the files of the checkout"
)
