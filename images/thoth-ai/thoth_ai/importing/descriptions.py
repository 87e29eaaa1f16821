"""Description files and readable names become the words about tables and columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from thoth_ai.importing import description_matching
from thoth_ai.importing.description_files import ColumnNote
from thoth_ai.importing.description_matching import How, Pair, plain
from thoth_ai.importing.inspection import ColumnSchema, TableSchema
from thoth_ai.importing.knowledge import Knowledge, TableText
from thoth_ai.importing.schema_names import ReadableTable

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Described:
    """Knowledge with its description files worked in; `pairs` says how each found its table."""

    knowledge: Knowledge
    pairs: tuple[Pair, ...]


def work_in(knowledge: Knowledge, tables: Sequence[TableSchema]) -> Described:
    """Turn files and readable names into words about the tables that are really there."""
    pairs = description_matching.pair(knowledge.files, tables)
    by_table = {one.table.name: one for one in pairs}
    names = {plain(name): table for name, table in knowledge.readable.items()}
    texts = dict(knowledge.tables)
    warnings = [*knowledge.warnings, *_unused(knowledge, pairs)]
    for table in tables:
        readable = names.get(plain(table.name), ReadableTable())
        notes: Mapping[str, ColumnNote] = {}
        if one := by_table.get(table.name):
            notes, absent = description_matching.columns_of(one.file.notes, table)
            warnings += _misfits(one, notes, absent)
        elif pairs:
            warnings.append(f"no file describes the table {table.name}")
        if notes or readable.name or readable.columns:
            texts[table.name] = _text(table, texts.get(table.name, TableText()), notes, readable)
    return Described(replace(knowledge, tables=texts, warnings=tuple(warnings)), tuple(pairs))


def renamed(
    knowledge: Knowledge, sources: Sequence[TableSchema], targets: Sequence[TableSchema]
) -> Knowledge:
    """Return the words under the names that tables and columns have where they are read."""
    texts = dict(knowledge.tables)
    found = {}
    for old, new in zip(sources, targets, strict=True):
        if text := texts.pop(old.name, None):
            names = {was.name: now.name for was, now in zip(old.columns, new.columns, strict=True)}
            found[new.name] = replace(
                text,
                columns={names.get(name, name): said for name, said in text.columns.items()},
                values={names.get(name, name): said for name, said in text.values.items()},
            )
    return replace(knowledge, tables={**texts, **found})


def _unused(knowledge: Knowledge, pairs: Sequence[Pair]) -> Iterator[str]:
    for file in knowledge.files:
        yield from file.warnings
        found = next((one for one in pairs if one.file is file), None)
        if found is None and file.notes:
            yield f"{file.name}: it fits no table and was not used"
        elif found and found.how is How.COLUMNS:
            yield f"{file.name}: taken for the table {found.table.name}, by its columns"


def _misfits(found: Pair, notes: Mapping[str, ColumnNote], absent: Sequence[str]) -> Iterator[str]:
    table = found.table
    if absent:
        yield f"{found.file.name}: not in the table {table.name}: {_listed(absent)}"
    silent = [column.name for column in table.columns if column.name not in notes]
    if silent:
        yield f"{found.file.name}: says nothing of {table.name}'s {_listed(silent)}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _text(
    table: TableSchema, known: TableText, notes: Mapping[str, ColumnNote], readable: ReadableTable
) -> TableText:
    spoken = {plain(name): text for name, text in readable.columns.items()}
    described = {
        column.name: _description(column, notes.get(column.name), spoken)
        for column in table.columns
    }
    values = {name: note.values for name, note in notes.items() if note.values}
    own = readable.name if _differ(readable.name, table.name) else ""
    return replace(
        known,
        description=known.description or own,
        columns={**{name: text for name, text in described.items() if text}, **known.columns},
        values={**values, **known.values},
    )


def _description(column: ColumnSchema, given: ColumnNote | None, spoken: Mapping[str, str]) -> str:
    """Say the readable name where it differs, the description, and a format of its own."""
    note = given or ColumnNote(column.name)
    name = note.readable or spoken.get(plain(column.name), "")
    parts = [note.description]
    if _differ(name, column.name) and _differ(name, note.description):
        parts.insert(0, name)
    if note.data_format and not column.declared_type.lower().startswith(note.data_format.lower()):
        parts.append(f"Format: {note.data_format}")
    return ". ".join(part.rstrip(".") for part in parts if part)


def _differ(text: str, other: str) -> bool:
    return bool(text) and plain(text.replace("_", " ")) != plain(other.replace("_", " "))
