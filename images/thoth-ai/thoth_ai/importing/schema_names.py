"""Readable names of tables and columns from BIRD's `dev_tables.json`.

Its schema is not believed: the database says itself which tables and columns there are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thoth_ai.errors import ServerError
from thoth_ai.importing.question_file import same_database


@dataclass(frozen=True, slots=True)
class ReadableTable:
    """A table's readable name and those of its columns, by their own names."""

    name: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


def read(path: Path, names: frozenset[str]) -> dict[str, ReadableTable]:
    """Return the readable names of the database with one of these names, if it is listed."""
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _invalid("It is not JSON.") from error
    if not isinstance(document, list):
        raise _invalid("It is not a list.")
    entries = {str(one.get("db_id")): one for one in document if isinstance(one, dict)}
    found = same_database(entries, names)
    return _tables(entries[min(found)]) if found else {}


def _tables(entry: dict[str, Any]) -> dict[str, ReadableTable]:
    try:
        own, readable = entry["table_names_original"], entry["table_names"]
        columns: list[dict[str, str]] = [{} for _ in own]
        pairs = zip(entry["column_names_original"], entry["column_names"], strict=True)
        for (table, name), (_, spoken) in pairs:
            if table >= 0:
                columns[table][str(name)] = str(spoken)
        return {
            str(name): ReadableTable(str(spoken), texts)
            for name, spoken, texts in zip(own, readable, columns, strict=True)
        }
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _invalid(f"The entry of {entry.get('db_id')} is not in that format.") from error


def _invalid(reason: str) -> ServerError:
    return ServerError(
        f"The file of readable names cannot be used. {reason}",
        hint="Give the dev_tables.json or train_tables.json of the BIRD benchmark, or none.",
        code="invalid_tables",
    )
