"""Which chart suits a result, from its shape alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FEWEST, MOST_BARS, MOST_POINTS, MOST_SERIES = 2, 40, 500, 4
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}([ T]\d{2}:\d{2}(:\d{2})?)?\Z")
_YEAR = re.compile(r"(^|[\s_])(year|month|date|day|week|quarter)s?\b", re.IGNORECASE)
_CODE = re.compile(r"(?i:(^|[\s_])(id|code|number|no|zip|phone))$|(?<=[a-z])(Id|ID|Code)$")

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Chart:
    """Column numbers of the axes; `none` when a table says it better."""

    kind: Literal["bar", "line", "none"] = "none"
    x: int = 0
    y: tuple[int, ...] = ()


NONE = Chart()


def suited(columns: Sequence[str], rows: Rows) -> Chart:
    """Return a line over time, bars over names, or none."""
    if not FEWEST <= len(rows) <= MOST_POINTS:
        return NONE
    x = next((at for at in range(len(columns)) if _is_axis(columns[at], _column(rows, at))), None)
    if x is None:
        return NONE
    y = tuple(at for at in range(len(columns)) if at != x and _is_measure(columns, rows, at))
    if not y or len(y) > MOST_SERIES:
        return NONE
    labels = _column(rows, x)
    if _is_time(columns[x], labels) and labels == sorted(labels, key=str):
        return Chart("line", x, y)
    return Chart("bar", x, y) if len(rows) <= MOST_BARS else NONE


def _column(rows: Rows, at: int) -> list[object]:
    return [row[at] for row in rows]


def _is_axis(name: str, values: Sequence[object]) -> bool:
    """Labels differ from row to row; whole numbers label only when they are points in time."""
    if None in values or len(set(values)) != len(values):
        return False
    texts = all(isinstance(value, str) for value in values)
    return texts or _is_time(name, values)


def _is_time(name: str, values: Sequence[object]) -> bool:
    if all(isinstance(value, str) and _DATE.match(value) for value in values):
        return True
    return bool(_YEAR.search(name)) and all(isinstance(value, int) for value in values)


def _is_measure(columns: Sequence[str], rows: Rows, at: int) -> bool:
    values = [value for value in _column(rows, at) if value is not None]
    numbers = all(isinstance(value, int | float) for value in values)
    return bool(values) and numbers and not _CODE.search(columns[at])
