"""`thothctl import-bird`: a database file into the running stack, ready to be asked."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.model.answer import ImportResult
from thothctl.operations.import_database import ImportOrder, import_database, workspace_name

SHOWN_TABLES = 20

Source = Annotated[Path, typer.Argument(metavar="FILE", help="A SQLite database; may be in use.")]
Name = Annotated[
    str, typer.Option("--name", metavar="NAME", help="Name of the workspace; else the file's.")
]
Questions = Annotated[
    Path | None,
    typer.Option("--questions", metavar="FILE", help="Question-SQL pairs in BIRD's JSON format."),
]
Replace = Annotated[
    bool, typer.Option("--replace", metavar="", help="Replace a workspace of that name.")
]


@command
def import_bird(
    session: Session,
    source: Source,
    name: Name = "",
    questions: Questions = None,
    replace: Replace = False,
) -> Outcome:
    """Import a SQLite database as a workspace; the source is only read."""
    order = ImportOrder(source, name, questions, replace)
    if session.options.dry_run:
        planned = workspace_name(order)
        line = f"Would import {source} as the workspace {planned}. Nothing was changed."
        return Outcome({"workspace": planned}, lambda console: console.print(line, markup=False))
    with session.locked("import-bird"), session.watched():
        result = import_database(session.world, session.install, order)
    return Outcome(
        {**result.details, "tables": result.tables, "rows": result.rows},
        lambda console: _show(console, result),
        warnings=_warnings(result),
    )


def _warnings(result: ImportResult) -> list[str]:
    rejected = result.details.get("rejected_examples")
    count = len(rejected) if isinstance(rejected, list) else 0
    return [f"{count} question-SQL pairs were left out; see --output json"] if count else []


def _show(console: Console, result: ImportResult) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Table")
    table.add_column("Rows", justify="right")
    table.add_column("Columns", justify="right")
    for one in result.tables[:SHOWN_TABLES]:
        table.add_row(str(one.get("name")), f"{one.get('rows'):,}", str(one.get("columns")))
    if len(result.tables) > SHOWN_TABLES:
        table.add_row(f"… {len(result.tables) - SHOWN_TABLES} more", "", "")
    console.print(table)
    facts = result.details
    console.print(
        f"\n[green]✓[/] {result.rows:,} rows in {len(result.tables)} tables, "
        f"{facts.get('foreign_keys', 0)} foreign keys, {facts.get('examples', 0)} examples "
        f"as the workspace [bold]{result.workspace}[/]"
    )
    if result.tables:
        first = result.tables[0].get("name")
        console.print(
            f'[dim]Ask: thothctl ask -w {result.workspace} "How many rows are in {first}?"[/]'
        )
