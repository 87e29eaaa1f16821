"""CSV files: their encoding, their delimiter, and the narrowest type that keeps every value."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from thoth_ai.importing.tabular.tables import Column, UnusableFileError, Value, distinct

SAMPLE = 64 * 1024
LONGEST_FIELD = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})")
_FRACTION = re.compile(r"-?(0|[1-9]\d*)\.\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOST_DIGITS = 15
_TYPES = ("INTEGER", "REAL", "DATE", "TEXT")


class CsvRows:
    """The rows of a CSV file; an empty field is NULL, as there is no other sign for it."""

    def __init__(self, path: Path) -> None:
        csv.field_size_limit(LONGEST_FIELD)
        self._path, self._encoding = path, _encoding(path)
        with self._opened() as file:
            sample = file.read(SAMPLE)
        if not sample.strip():
            raise UnusableFileError(f"{path.name} is empty")
        self._delimiter = _delimiter(path, sample)
        header = next(self._lines(), [])
        self._width = len(header)
        types = self._types()
        self.columns: Sequence[Column] = [
            Column(name, kind) for name, kind in zip(distinct(header), types, strict=True)
        ]

    def __iter__(self) -> Iterator[Sequence[Value]]:
        readers = [_READERS[column.type] for column in self.columns]
        for row in self._rows():
            yield [read(text) if text else None for read, text in zip(readers, row, strict=True)]

    def _types(self) -> list[str]:
        fits = [set(_TYPES) for _ in range(self._width)]
        seen = [False] * self._width
        for row in self._rows():
            for place, text in enumerate(row):
                if text:
                    seen[place] = True
                    fits[place] -= _unfit(text, fits[place])
        return [
            next(kind for kind in _TYPES if kind in kinds) if found else "TEXT"
            for kinds, found in zip(fits, seen, strict=True)
        ]

    def _rows(self) -> Iterator[Sequence[str]]:
        for number, row in enumerate(islice(self._lines(), 1, None), start=2):
            if len(row) > self._width:
                raise UnusableFileError(
                    f"{self._path.name} has {len(row)} fields in its row {number},"
                    f" and {self._width} columns"
                )
            if row:
                yield row + [""] * (self._width - len(row))

    def _lines(self) -> Iterator[list[str]]:
        with self._opened() as file:
            try:
                yield from csv.reader(file, delimiter=self._delimiter)
            except csv.Error as error:
                raise UnusableFileError(f"{self._path.name} is no CSV file: {error}") from error

    def _opened(self) -> TextIO:
        return self._path.open(encoding=self._encoding, errors="replace", newline="")


def _unfit(text: str, kinds: set[str]) -> set[str]:
    """Return the types that would not give this text back."""
    whole = _WHOLE.fullmatch(text) is not None and text != "-0"
    fraction = _FRACTION.fullmatch(text) is not None
    short = len(text.lstrip("-0.").replace(".", "")) <= _MOST_DIGITS
    fitting = {"TEXT": True, "INTEGER": whole, "DATE": _DAY.fullmatch(text) is not None}
    fitting["REAL"] = (whole or fraction) and short
    return {kind for kind in kinds if not fitting[kind]}


_READERS = {"INTEGER": int, "REAL": float, "DATE": str, "TEXT": str}


def _encoding(path: Path) -> str:
    """Return UTF-8 when all of it is that, else what spreadsheets of old write."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        start = file.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _delimiter(path: Path, sample: str) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    first = sample.splitlines()[0]
    return max(",;\t|", key=first.count)
