"""What follows of the profiles: which columns are personal, how tables join, what they may be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from thoth_ai.importing import personal
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.knowledge import Knowledge, TableText
from thoth_ai.importing.postgres.loading import Loaded
from thoth_ai.importing.postgres.report import Report
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.importing.taught import Before
from thoth_ai.profiles import joins, personal_values, telling
from thoth_ai.profiles.column import ColumnProfile
from thoth_ai.profiles.joins import Join, Seen, Watch
from thoth_ai.workspaces import sharing

Profiles = Mapping[str, Mapping[str, ColumnProfile]]
"""By the names of table and column where they are read."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Knowledge with what was derived, and joins that nobody declared."""

    knowledge: Knowledge
    joins: tuple[Join, ...]


def find(loaded: Loaded, before: Before, path: Path, reporter: Progress) -> Findings:
    """Look at the profiles of everything that was loaded from a file."""
    profiles = profiles_of(loaded.tables, loaded.report)
    watch = Watch(lambda: reporter.progress(Phase.JOINS, 0, 1, "databases"))
    likely = tuple(joins.likely(path, list(_seen(loaded)), watch))
    reporter.progress(Phase.JOINS, 1, 1, "databases")
    marked = personal.marked(before.knowledge, loaded.declared, dict(_looks(profiles)))
    texts = dict(marked.tables)
    for table in loaded.tables:
        text = marked.about(table.name)
        derived = replace(text, derived=told_table(table, likely))
        texts[table.name] = told_columns(derived, profiles.get(table.name, {}), before.shared)
    return Findings(replace(marked, tables=texts), likely)


def told_table(table: TableSchema, likely: Sequence[Join]) -> str:
    """Describe the table by its columns and joins; no value is among it."""
    joined = [key.referenced_table for key in table.foreign_keys]
    joined += [join.referenced_table for join in likely if join.table == table.name]
    names = [column.name for column in table.columns]
    return telling.table(table.name, table.rows, names, joined)


def told_columns(text: TableText, profiles: Mapping[str, ColumnProfile], shared: str) -> TableText:
    """Describe the columns by what was seen of them, with the values that may be told."""
    columns = {
        name: telling.column(
            name, profile, values=sharing.may_be_told(shared, personal=name in text.personal)
        )
        for name, profile in profiles.items()
    }
    return replace(text, derived_columns=columns)


def profiles_of(tables: Sequence[TableSchema], report: Report) -> Profiles:
    """Return what was remembered of every column."""
    return {
        table.name: {
            column.name: seen.profile
            for column, seen in zip(table.columns, told.columns, strict=False)
            if seen.profile
        }
        for table, told in zip(tables, report.tables, strict=True)
    }


def _seen(loaded: Loaded) -> Iterator[Seen]:
    reports = loaded.report.tables
    for source, target, report in zip(loaded.sources, loaded.tables, reports, strict=True):
        profiles = [column.profile for column in report.columns] or [None] * len(source.columns)
        yield Seen(source, target, profiles)


def _looks(profiles: Profiles) -> Iterator[tuple[tuple[str, str], personal_values.Look]]:
    for table, columns in profiles.items():
        for column, profile in columns.items():
            if look := personal_values.look_of(profile):
                yield (table, column), look
