"""Parquet files: each value as SQLite keeps it exactly."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from arro3.core import DataType
from arro3.io import read_parquet

from thoth_ai.importing.tabular.tables import Column, UnusableFileError, Value, distinct


class ParquetRows:
    """The rows of a Parquet file, a batch at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        fields = list(self._reader().schema)
        self._kinds = [_kind(field.type) for field in fields]
        names = distinct(field.name for field in fields)
        self.columns: Sequence[Column] = [
            Column(name, kind) for name, (kind, _) in zip(names, self._kinds, strict=True)
        ]

    def __iter__(self) -> Iterator[Sequence[Value]]:
        for batch in self._reader():
            columns = [
                [None if value is None else told(value) for value in column.to_pylist()]
                for column, (_, told) in zip(batch.columns, self._kinds, strict=True)
            ]
            yield from zip(*columns, strict=True)

    def _reader(self) -> Any:  # noqa: ANN401 - the library has no types for it
        try:
            return read_parquet(str(self._path))
        except BaseException as error:  # the library's own panic is no Exception
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            raise UnusableFileError(f"{self._path.name} is no Parquet file: {error}") from error


def _kind(kind: Any) -> tuple[str, Callable[[Any], Value]]:  # noqa: ANN401 - likewise
    tests: Sequence[tuple[Callable[[Any], bool], str, Callable[[Any], Value]]] = (
        (DataType.is_boolean, "BOOLEAN", int),
        (DataType.is_uint64, "NUMERIC", lambda value: value if value < 2**63 else str(value)),
        (DataType.is_integer, "INTEGER", int),
        (DataType.is_floating, "REAL", float),
        (DataType.is_date, "DATE", _day),
        (DataType.is_timestamp, "DATETIME", _moment),
        (_is_text, "TEXT", str),
        (_is_bytes, "BLOB", bytes),
    )
    return next(((name, told) for test, name, told in tests if test(kind)), ("TEXT", _told))


def _is_text(kind: Any) -> bool:  # noqa: ANN401 - likewise
    return any(
        test(kind)
        for test in (DataType.is_string, DataType.is_large_string, DataType.is_string_view)
    )


def _is_bytes(kind: Any) -> bool:  # noqa: ANN401 - likewise
    tests = (DataType.is_binary, DataType.is_large_binary, DataType.is_fixed_size_binary)
    return any(test(kind) for test in (*tests, DataType.is_binary_view))


def _day(value: date) -> str:
    return value.isoformat()[:10]


def _moment(value: datetime) -> str:
    return value.isoformat(sep=" ")


def _told(value: Any) -> str:  # noqa: ANN401 - likewise
    """A decimal keeps all its digits as a text; lists and structures become JSON."""
    nested = isinstance(value, list | dict)
    return json.dumps(value, default=str, ensure_ascii=False) if nested else str(value)
