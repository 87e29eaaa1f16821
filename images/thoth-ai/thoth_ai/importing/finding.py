"""What follows of the profiles: which columns are personal, how tables join, what they may be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from thoth_ai.importing import personal
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.knowledge import Knowledge, TableText
from thoth_ai.importing.postgres.loading import Loaded
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.profiles import joins, personal_values, telling
from thoth_ai.profiles.column import ColumnProfile
from thoth_ai.profiles.joins import Join, Seen

Profiles = Mapping[str, Mapping[str, ColumnProfile]]
"""By the names of table and column where they are read."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Knowledge with what was derived, and joins that nobody declared."""

    knowledge: Knowledge
    joins: tuple[Join, ...]


def find(path: Path, loaded: Loaded, knowledge: Knowledge, reporter: Progress) -> Findings:
    """Look at the profiles of everything that was loaded."""
    profiles = profiles_of(loaded)
    reporter.progress(Phase.JOINS, 0, 1, "databases")
    likely = tuple(joins.likely(path, list(_seen(loaded))))
    reporter.progress(Phase.JOINS, 1, 1, "databases")
    marked = personal.marked(knowledge, loaded.declared, dict(_looks(profiles)))
    texts = dict(marked.tables)
    for table in loaded.tables:
        text = marked.about(table.name)
        texts[table.name] = _derived(table, text, profiles.get(table.name, {}), likely)
    return Findings(replace(marked, tables=texts), likely)


def profiles_of(loaded: Loaded) -> Profiles:
    """Return what was remembered of every column."""
    return {
        table.name: {
            column.name: seen.profile
            for column, seen in zip(table.columns, report.columns, strict=False)
            if seen.profile
        }
        for table, report in zip(loaded.tables, loaded.report.tables, strict=True)
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


def _derived(
    table: TableSchema,
    text: TableText,
    profiles: Mapping[str, ColumnProfile],
    likely: Sequence[Join],
) -> TableText:
    joined = [key.referenced_table for key in table.foreign_keys]
    joined += [join.referenced_table for join in likely if join.table == table.name]
    columns = {
        name: telling.column(name, profile, values=name not in text.personal)
        for name, profile in profiles.items()
    }
    names = [column.name for column in table.columns]
    told = telling.table(table.name, table.rows, names, joined)
    return replace(text, derived=told, derived_columns=columns)
