"""`thothctl workspace share`: which values of the data a language model may be told."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from thothctl.cli import workspace_view as view
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import UsageError
from thothctl.model.answer import JsonObject, JsonValue
from thothctl.operations import workspaces


class Shared(StrEnum):
    """Which values go into prompts."""

    SAFE = "safe"
    ALL = "all"
    NONE = "none"


Name = Annotated[str, typer.Argument(metavar="NAME", help="The workspace.")]
Values = Annotated[
    Shared | None,
    typer.Option("--values", help="All, none, or only those that do not identify people."),
]
Personal = Annotated[
    list[str] | None,
    typer.Option("--personal", metavar="TABLE.COLUMN", help="A column that identifies people."),
]
NotPersonal = Annotated[
    list[str] | None,
    typer.Option("--not-personal", metavar="TABLE.COLUMN", help="A column that does not."),
]


@command
def share(
    session: Session,
    name: Name,
    values: Values = None,
    personal: Personal = None,
    not_personal: NotPersonal = None,
) -> Outcome:
    """Choose which values of the data may be told to a language model."""
    access = workspaces.access(session.world, session.install, seconds=session.options.timeout)
    if values is None and not personal and not not_personal:
        raise UsageError("there is nothing to change", hint="give --values, --personal or both")
    known = _columns(session.world.workspaces.show(access, name))
    told = dict.fromkeys(personal or (), True) | dict.fromkeys(not_personal or (), False)
    words = _words(told, known)
    data: JsonObject = {
        "workspace": name,
        "values_shared": str(values) if values else None,
        "personal": dict(told),
    }
    if not session.options.dry_run:
        with session.locked("workspace share"):
            if values is not None:
                session.world.workspaces.change(access, name, {"values_shared": str(values)})
            if told:
                session.world.workspaces.describe(access, name, words)
    line = f"What {name} tells {'would be' if session.options.dry_run else 'is'} changed."
    return Outcome(data, lambda console: console.print(Text(line)))


def _columns(found: JsonObject) -> dict[str, tuple[str, str]]:
    """Every column by the name it is given on the command line."""
    return {
        f"{table['name']}.{column['name']}": (table["name"], column["name"])
        for table in view.tables_of(found)
        for column in table["columns"]
    }


def _words(told: dict[str, bool], known: dict[str, tuple[str, str]]) -> JsonObject:
    unknown = [column for column in told if column not in known]
    if unknown:
        raise UsageError(
            f"there is no column {', '.join(unknown)}",
            hint="name it TABLE.COLUMN, as `thothctl workspace show` spells it",
        )
    columns: dict[str, JsonValue] = {}
    for one, holds in told.items():
        table, column = known[one]
        columns[table] = {**_object(columns.get(table)), column: {"personal": holds}}
    return {"columns": columns}


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
