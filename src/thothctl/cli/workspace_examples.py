"""`thothctl workspace examples`: questions whose SQL is known to be right."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from thothctl.cli import workspace_view as view
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import UsageError
from thothctl.operations import workspaces

MOST = 200

Name = Annotated[str, typer.Argument(metavar="NAME", help="The workspace.")]
Limit = Annotated[
    int, typer.Option("--limit", min=1, max=MOST, metavar="COUNT", help="How many, at most 200.")
]
Before = Annotated[
    int | None, typer.Option("--before", min=1, metavar="NUMBER", help="Those before this one.")
]
Rejected = Annotated[
    bool, typer.Option("--rejected", metavar="", help="Those that were refused, and why.")
]
Question = Annotated[str, typer.Option("--question", metavar="TEXT", help="The question.")]
Sql = Annotated[str, typer.Option("--sql", metavar="SQL", help="One SELECT that answers it.")]
SqlFile = Annotated[
    Path | None, typer.Option("--sql-file", metavar="FILE", help="A file with that SELECT.")
]
Evidence = Annotated[
    str, typer.Option("--evidence", metavar="TEXT", help="What one has to know to see why.")
]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The example's number in the list.")]

examples = typer.Typer(name="examples", help="List, add and delete examples.", no_args_is_help=True)


@command
def list_examples(
    session: Session,
    name: Name,
    limit: Limit = 50,
    before: Before = None,
    rejected: Rejected = False,
) -> Outcome:
    """List the examples of a workspace, the newest first, or those that were refused."""
    access = workspaces.access(session.world, session.install, seconds=session.options.timeout)
    found = session.world.workspaces.examples(
        access, name, limit=limit, before=before, rejected=rejected
    )
    return Outcome(
        {"workspace": name, **found}, lambda console: view.show_examples(console, name, found)
    )


@command
def add(  # noqa: PLR0913, PLR0917 - one for each option
    session: Session,
    name: Name,
    question: Question = "",
    sql: Sql = "",
    sql_file: SqlFile = None,
    evidence: Evidence = "",
) -> Outcome:
    """Store a question with its SQL, which is checked and run once."""
    if not question or bool(sql) == bool(sql_file):
        raise UsageError(
            "an example needs a question and its SQL",
            hint="give --question, and one of --sql and --sql-file",
        )
    access = workspaces.access(session.world, session.install, seconds=session.options.timeout)
    example = {"question": question, "sql": sql or _read(sql_file), "evidence": evidence}
    if session.options.dry_run:
        line = Text(f"Would store “{question}” in {name}.")
        return Outcome({"workspace": name, **example}, lambda c: c.print(line))
    stored = session.world.workspaces.add_example(access, name, example)
    line = Text.assemble(("✓ ", "green"), f"example {stored['id']} is stored in {name}")
    return Outcome({"workspace": name, **stored}, lambda console: console.print(line))


@command
def delete(session: Session, name: Name, number: Number) -> Outcome:
    """Forget an example."""
    access = workspaces.access(session.world, session.install, seconds=session.options.timeout)
    data = {"workspace": name, "id": number}
    if session.options.dry_run:
        line = Text(f"Would forget example {number} of {name}.")
        return Outcome(data, lambda console: console.print(line))
    session.confirm(f"Forget example {number} of {name}?")
    session.world.workspaces.forget_example(access, name, number)
    line = Text.assemble(("✓ ", "green"), f"example {number} of {name} is forgotten")
    return Outcome(data, lambda console: console.print(line))


for word, function in (("list", list_examples), ("add", add), ("delete", delete)):
    examples.command(word)(function)


def _read(file: Path | None) -> str:
    from thothctl.adapters.files import translated  # noqa: PLC0415 - start-up stays light

    if file is None:
        return ""
    with translated(f"read {file}"):
        return file.read_text(encoding="utf-8", errors="replace")
