"""Description files in the format of the BIRD benchmark, read so that no byte is lost.

The files begin with the mark of UTF-8 and yet hold bytes of Windows' code page; headers and names
have stray spaces, cells span lines, rows have too many cells or too few. What cannot be used is
said, never left out in silence.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

NAME = "original_column_name"
HEADERS = (NAME, "column_name", "column_description", "data_format", "value_description")
LONGEST_TEXT = 4_000
LARGEST_FILE = 16 * 1024 * 1024
DELIMITERS = (",", ";", "\t")
MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
END = "\x1f the end of the file"
_WINDOWS = {
    place + byte: bytes([byte]).decode("cp1252", "replace")
    for place, bytes_ in ((0xDC00, range(0x80, 0x100)), (0, range(0x80, 0xA0)))
    for byte in bytes_
}
"""For bytes that are no UTF-8, and for control characters that once were such bytes."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff]+")


@dataclass(frozen=True, slots=True)
class ColumnNote:
    """One row: what a file says of a column."""

    name: str
    readable: str = ""
    description: str = ""
    data_format: str = ""
    values: str = ""


@dataclass(slots=True)
class DescriptionFile:
    """What one file says, and what of it could not be used."""

    name: str
    notes: list[ColumnNote] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def stem(self) -> str:
        """Return the name of the table the file seems to be about."""
        return re.sub(r"\.csv\Z", "", self.name, flags=re.IGNORECASE)

    def warn(self, text: str) -> None:
        """Keep a sentence about this file for the report."""
        self.warnings.append(f"{self.name}: {text}")


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the known headers stand in a row, and how many cells a row has."""

    places: dict[str, int]
    width: int

    def texts(self, cells: list[str]) -> dict[str, str]:
        """Return the texts under their headers; cells beyond the header belong to the last one."""
        given = {name: "".join(cells[at : at + 1]) for name, at in self.places.items()}
        if beyond := [cell for cell in cells[self.width :] if cell]:
            last = max(self.places, key=lambda name: self.places[name])
            given[last] = ", ".join(filter(None, (given[last], *beyond)))
        return given


def parse(name: str, raw: bytes) -> DescriptionFile:
    """Read a file; whatever is wrong with it, this returns what can be used and what cannot."""
    file = DescriptionFile(name)
    if len(raw) > LARGEST_FILE:
        file.warn(f"it is larger than {LARGEST_FILE:,} bytes and was not read")
        return file
    rows = _rows(_decoded(raw, file), file)
    header = next(rows, None)
    if header is None:
        file.warn("it is empty")
        return file
    places = _places(header[1])
    if NAME not in places:
        shown = ", ".join(header[1])[:100]
        file.warn(f"it has no column {NAME} and was not used; its header is: {shown}")
        return file
    unknown = [text for place, text in enumerate(header[1]) if place not in places.values()]
    if any(unknown):
        file.warn(f"its columns {', '.join(filter(None, unknown))[:200]} are not used")
    _keep_first(file, _notes(rows, _Layout(places, len(header[1])), file))
    if not file.notes:
        file.warn("it describes no column")
    return file


def _decoded(raw: bytes, file: DescriptionFile) -> str:
    """Decode as UTF-8; each byte that is none is one of Windows' code page."""
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    if b"\0" in raw:
        file.warn(f"{raw.count(0)} NUL bytes were removed")
        raw = raw.replace(b"\0", b"")
    text = raw.decode("utf-8", "surrogateescape").translate(_WINDOWS)
    return text.lstrip("\ufeff")


def _rows(text: str, file: DescriptionFile) -> Iterator[tuple[int, list[str]]]:
    """Give each row that is not blank with the line it begins on."""
    csv.field_size_limit(LARGEST_FILE)  # the default loses a row; the file's size is the bound
    reader = csv.reader(io.StringIO(f"{text}\n{END}\n", newline=""), delimiter=_delimiter(text))
    begins = 1
    for row in reader:
        if row == [END]:
            return
        if row and row[-1].endswith(f"{END}\n"):
            file.warn(f"a quote that opens in line {begins} or later is never closed")
            row[-1] = row[-1].removesuffix(f"{END}\n")
        cells = [_clean(cell) for cell in row]
        if any(cells):
            yield begins, cells
        begins = reader.line_num + 1


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _clean(cell: str) -> str:
    lines = cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_CONTROL.sub(" ", line).rstrip() for line in lines).strip()


def _places(header: Sequence[str]) -> dict[str, int]:
    """Return which of the known headers stands where, however it is spelled."""
    found: dict[str, int] = {}
    for place, text in enumerate(header):
        found.setdefault(re.sub(r"[\s_-]+", "_", text.casefold()), place)
    return {name: found[name] for name in HEADERS if name in found}


def _notes(
    rows: Iterator[tuple[int, list[str]]], layout: _Layout, file: DescriptionFile
) -> Iterator[tuple[int, ColumnNote]]:
    for line, cells in rows:
        if any(cells[layout.width :]):
            file.warn(f"line {line} has more cells than the header; they were joined to the last")
        texts = layout.texts(cells)
        if not texts[NAME]:
            file.warn(f"line {line} names no column: {' '.join(' '.join(cells).split())[:100]}")
            continue
        clipped = {header: _clipped(text, line, file) for header, text in texts.items()}
        yield line, ColumnNote(*(clipped.get(header, "") for header in HEADERS))


def _clipped(text: str, line: int, file: DescriptionFile) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    file.warn(f"line {line} has a text of {len(text):,} characters, cut at {LONGEST_TEXT:,}")
    return text[: LONGEST_TEXT - 1] + "…"


def _keep_first(file: DescriptionFile, notes: Iterator[tuple[int, ColumnNote]]) -> None:
    seen: dict[str, ColumnNote] = {}
    for line, note in notes:
        first = seen.setdefault(note.name.casefold(), note)
        if first is note:
            file.notes.append(note)
        elif first != note:
            file.warn(f"line {line} describes {note.name} again; the first one counts")
