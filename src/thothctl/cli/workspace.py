"""`thothctl workspace`: what can be asked, what is known of it, and moving that to another site."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from thothctl.cli import workspace_view as view
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.workspace_examples import examples
from thothctl.cli.workspace_share import share
from thothctl.errors import InvalidInputError, UsageError
from thothctl.model.answer import Access, JsonObject
from thothctl.operations import workspaces

STANDARD = "-"

Name = Annotated[str, typer.Argument(metavar="NAME", help="The workspace.")]
TableName = Annotated[
    str, typer.Option("--table", metavar="TABLE", help="Show the columns of this table.")
]
Target = Annotated[
    str, typer.Argument(metavar="FILE", help="Else NAME.json here; - is standard output.")
]
Document = Annotated[
    str, typer.Argument(metavar="FILE", help="An exported document; - is standard input.")
]
Force = Annotated[bool, typer.Option("--force", metavar="", help="Replace a file that is there.")]

workspace = typer.Typer(
    name="workspace",
    help="Show, move and remove what can be asked.",
    no_args_is_help=True,
)


@command
def list_workspaces(session: Session) -> Outcome:
    """List the workspaces."""
    found = session.world.workspaces.list(_access(session))
    return Outcome({"workspaces": found}, lambda console: view.show_list(console, found))


@command
def show(session: Session, name: Name, table: TableName = "") -> Outcome:
    """Show a workspace: its tables, what is known of them, its examples and evidence."""
    found = session.world.workspaces.show(_access(session), name)
    if not table:
        return Outcome(found, lambda console: view.show_workspace(console, found))
    tables = {str(one["name"]): one for one in view.tables_of(found)}
    if table not in tables:
        raise UsageError(f"{name} has no table {table}", hint=f"choose from: {', '.join(tables)}")
    chosen = tables[table]
    return Outcome({"table": chosen}, lambda console: view.show_table(console, chosen))


@command
def delete(session: Session, name: Name) -> Outcome:
    """Remove a workspace: its database, descriptions, examples and vectors; asks first."""
    access = _access(session)
    found = session.world.workspaces.show(access, name)
    goes = view.contents(found)
    data = {"workspace": name, "removed": not session.options.dry_run, "contents": goes}
    if session.options.dry_run:
        return Outcome(data, lambda c: c.print(f"Would remove {name}: {goes}.", markup=False))
    if session.interactive:
        session.stderr.print(f"{name}: {goes}", markup=False, soft_wrap=True)
    session.confirm(f"Remove {name} with all of this? Its source file is not touched.")
    with session.locked("workspace delete"):
        session.world.workspaces.delete(access, name)
    line = Text.assemble(("✓ ", "green"), f"{name} is removed")
    return Outcome(data, lambda console: console.print(line))


@command
def export(session: Session, name: Name, file: Target = "", force: Force = False) -> Outcome:
    """Write what is known of a workspace to a file: descriptions, evidence, examples; no rows."""
    access = _access(session)
    target = file or f"{name}.json"
    if target != STANDARD and not force and Path(target).exists():
        raise InvalidInputError(f"{target} is there already", hint="give --force to replace it")
    document = session.world.workspaces.export(access, name)
    if target == STANDARD:
        text = json.dumps(document, ensure_ascii=False, indent=2)
        return Outcome({"document": document}, lambda _: print(text))  # noqa: T201 - the answer
    if not session.options.dry_run:
        _write(target, document)
    counts = _counts(document)
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    line = Text.assemble(("✓ ", "green"), f"{told} of {name} are in {target}")
    data = {"workspace": name, "file": target, **counts}
    return Outcome(data, lambda console: console.print(line, soft_wrap=True))


@command
def take(session: Session, name: Name, file: Document) -> Outcome:
    """Add the knowledge of an exported document to a workspace, all that fits or nothing."""
    access = _access(session, most=120)
    raw = sys.stdin.buffer.read() if file == STANDARD else _read(file)
    if session.options.dry_run:
        return Outcome({"workspace": name}, lambda c: _say(c, f"Would add {file} to {name}."))
    with session.locked("workspace import"):
        taken = session.world.workspaces.take(access, name, raw)
    return Outcome(
        {"workspace": name, **taken}, lambda console: view.show_taken(console, name, taken)
    )


for word, function in (
    ("list", list_workspaces),
    ("show", show),
    ("share", share),
    ("delete", delete),
    ("export", export),
    ("import", take),
):
    workspace.command(word)(function)
workspace.add_typer(examples)


def _access(session: Session, *, most: float | None = None) -> Access:
    seconds = session.options.timeout or most
    return workspaces.access(session.world, session.install, seconds=seconds)


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)


def _counts(document: JsonObject) -> dict[str, int]:
    tables, columns = document.get("tables"), document.get("columns")
    described = len(tables) if isinstance(tables, dict) else 0
    for table in columns.values() if isinstance(columns, dict) else ():
        for one in table.values() if isinstance(table, dict) else ():
            described += isinstance(one, dict) and bool(one.get("description") or one.get("values"))
    lists = {what: document.get(what) for what in ("examples", "evidence")}
    counted = {what: len(one) if isinstance(one, list) else 0 for what, one in lists.items()}
    return {"descriptions": described, **counted}


def _write(target: str, document: JsonObject) -> None:
    from thothctl.adapters.files import write_durably  # noqa: PLC0415 - start-up stays light

    text = json.dumps(document, ensure_ascii=False, indent=2)
    write_durably(Path(target).absolute(), f"{text}\n")


def _read(file: str) -> bytes:
    from thothctl.adapters.files import translated  # noqa: PLC0415 - start-up stays light

    with translated(f"read {file}"):
        return Path(file).read_bytes()
