"""Names PostgreSQL can take: verbatim where that is possible, or in lower case with underscores."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from thoth_ai.importing.inspection import ColumnSchema, ForeignKeySchema, TableSchema
from thoth_ai.importing.options import SNAKE, VERBATIM
from thoth_ai.importing.postgres import translation
from thoth_ai.importing.postgres.translation import Names

LONGEST = 63
SYSTEM = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
OURS = "~"


@dataclass(frozen=True, slots=True)
class Renaming:
    """The tables as they are in the file and as they are to be called."""

    before: tuple[TableSchema, ...]
    after: tuple[TableSchema, ...]

    def told(self, style: str) -> Iterator[str]:
        """Return a sentence for every name that did not stay; a style is no news by itself."""
        for old, new in zip(self.before, self.after, strict=True):
            if _styled(old.name, style) != new.name:
                yield f"the table {old.name!r} is called {new.name!r} here"
            for was, now in zip(old.columns, new.columns, strict=True):
                if _styled(was.name, style) != now.name:
                    yield f"{new.name}: the column {was.name!r} is called {now.name!r} here"

    def old_names(self) -> dict[str, dict[str, str]]:
        """Return what is called otherwise here, by table and column; the table is unnamed."""
        found = {}
        for old, new in zip(self.before, self.after, strict=True):
            pairs = zip(new.columns, old.columns, strict=True)
            names = {now.name: was.name for now, was in pairs if was.name != now.name}
            found[new.name] = {"": old.name, **names} if old.name != new.name else names
        return {table: names for table, names in found.items() if names}


def renamed(tables: Sequence[TableSchema], style: str = VERBATIM) -> Renaming:
    """Call everything, and whatever refers to it, by a name PostgreSQL takes."""
    names = _distinct((table.name for table in tables), style, "table", frozenset())
    after = [
        replace(table, name=name, columns=tuple(_columns(table, style)))
        for table, name in zip(tables, names, strict=True)
    ]
    found = Renaming(tuple(tables), tuple(after))
    spellings = translation.spellings(found.before, found.after)
    linked = [
        replace(table, foreign_keys=tuple(_linked(old, table, spellings)))
        for old, table in zip(tables, after, strict=True)
    ]
    return Renaming(found.before, tuple(linked))


def _columns(table: TableSchema, style: str) -> Iterator[ColumnSchema]:
    names = _distinct((column.name for column in table.columns), style, "column", SYSTEM)
    for column, name in zip(table.columns, names, strict=True):
        yield replace(column, name=name)


def _linked(old: TableSchema, new: TableSchema, spellings: Names) -> Iterator[ForeignKeySchema]:
    own = spellings[old.name.lower()][1]
    for key in new.foreign_keys:
        goal, columns = spellings.get(key.referenced_table.lower(), (key.referenced_table, {}))
        yield replace(
            key,
            column=own.get(key.column.lower(), key.column),
            referenced_table=goal,
            referenced_column=columns.get(key.referenced_column.lower(), key.referenced_column),
        )


def _distinct(
    names: Iterable[str], style: str, what: str, refused: frozenset[str]
) -> Iterator[str]:
    """Return names that differ in what PostgreSQL keeps of them."""
    listed = [_styled(name, style) for name in names]
    taken: set[str] = set(refused)
    fine = {name for name in listed if _short(name) == name and name}
    for number, name in enumerate(listed, start=1):
        wanted = _short(name) or f"{what} {number}"
        if wanted in taken or (wanted in fine and wanted != name):
            wanted = _free(wanted, taken | fine)
        taken.add(wanted)
        yield wanted


def _free(name: str, taken: set[str]) -> str:
    number = 1
    while True:
        ending = "_" * number if number < 3 else f"_{number}"  # noqa: PLR2004 - then it is counted
        found = _short(name, LONGEST - len(ending)) + ending
        if found not in taken:
            return found
        number += 1


def _short(name: str, most: int = LONGEST) -> str:
    return name.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")


def _styled(name: str, style: str) -> str:
    """Return it in the style; what begins like a table of ours gets out of its way."""
    if style == SNAKE:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
        words = re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")
        return f"_{words}" if words[:1].isdigit() else words
    return f"_{name}" if name.startswith(OURS) else name
