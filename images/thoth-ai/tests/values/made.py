"""Small value indexes for tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from thoth_ai.values import building
from thoth_ai.values.building import Filled
from thoth_ai.values.index import ValueIndex


def column(table: str, name: str, values: Sequence[str]) -> Filled:
    texts = "".join(f"{value}\0" for value in values).encode()
    return Filled({"table": table, "column": name, "print": "p"}, np.frombuffer(texts, np.uint8))


def index(folder: Path, columns: Mapping[str, Sequence[str]], size: int = 3) -> ValueIndex:
    """Build one of columns called TABLE.COLUMN."""
    path = folder / "made.values"
    named = {tuple(name.split(".", 1)): values for name, values in columns.items()}
    filled = [column(table, name, values) for (table, name), values in named.items()]
    building.build(path, filled, {"database": "d"}, size)
    return ValueIndex(path)
