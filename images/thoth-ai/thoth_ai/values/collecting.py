"""The texts of all columns: from an older index, from a killed try, or from the database."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thoth_ai.values import files
from thoth_ai.values.building import Filled
from thoth_ai.values.columns import LONGEST_MEAN, MOST_FEW, Wanted
from thoth_ai.values.files import BrokenFileError
from thoth_ai.values.index import ValueIndex
from thoth_ai.values.reading import Values

logger = logging.getLogger(__name__)

EVERY = 2**31
RULES = 1
"""Counts up when other values of the same column are taken."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The texts by column, the columns that were left out and why, and how many were not read."""

    filled: tuple[Filled, ...]
    left_out: tuple[Mapping[str, str], ...]
    kept: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Where texts come from; `prints` name the content of each table's columns."""

    values: Values
    prints: Callable[[Wanted], str]
    older: ValueIndex | None = None


def collect(
    columns: Sequence[Wanted], sources: Sources, folder: Path, done: Callable[[int], None]
) -> Collected:
    """Collect the texts; what is read lies in `folder`, where the next try finds it."""
    known = _of_older(sources.older)
    filled: list[Filled] = []
    left_out: list[Mapping[str, str]] = []
    kept = 0
    for column in columns:
        about = {"table": column.table, "column": column.column, "print": sources.prints(column)}
        about["print"] += f":{RULES}"
        key = column.table, column.column, about["print"]
        kept += key in known
        part = folder / f"{_key(about)}.part"
        texts = known[key] if key in known else _read(column, sources.values, part, about)
        if isinstance(texts, str):
            left_out.append({"table": column.table, "column": column.column, "why": texts})
        elif len(texts):
            filled.append(Filled(about, texts))
        done(1)
    return Collected(tuple(filled), tuple(left_out), kept)


def _of_older(index: ValueIndex | None) -> dict[tuple[str, str, str], NDArray[np.uint8]]:
    if index is None:
        return {}
    return {
        (one["table"], one["column"], one.get("print", "")): index.texts_of(number)
        for number, one in enumerate(index.about["columns"])
    }


def _read(
    column: Wanted, values: Values, part: Path, about: Mapping[str, Any]
) -> NDArray[np.uint8] | str:
    """Return the texts, or why there are none."""
    if part.exists():
        try:
            opened = files.read(part)
        except BrokenFileError as error:
            logger.warning("a part of a value index is read again: %s", error)
        else:
            if opened.about["of"] == about:
                return opened.about["why"] or opened.arrays["texts"]
    why = _fetched(column, values, part.with_suffix(".raw"))
    raw = part.with_suffix(".raw")
    texts = np.memmap(raw, np.uint8, "r") if raw.stat().st_size and not why else _nothing()
    files.write(part, {"of": dict(about), "why": why}, {"texts": texts}, durable=False)
    del texts
    raw.unlink()
    return why or files.read(part).arrays["texts"]


def _fetched(column: Wanted, values: Values, raw: Path) -> str:
    """Write the texts; returns why there are none."""
    with raw.open("wb") as target:
        if not column.few and values.mean_length(column) > LONGEST_MEAN:
            return "its texts are long"
        count = 0
        for number, texts in values.different(column, MOST_FEW if column.few else EVERY):
            count += number
            target.write(texts)
        return "it has many different numbers" if column.few and count >= MOST_FEW else ""


def _nothing() -> NDArray[np.uint8]:
    return np.empty(0, np.uint8)


def _key(about: Mapping[str, str]) -> str:
    return hashlib.sha256("\0".join(about.values()).encode("utf-8", "replace")).hexdigest()[:24]
