"""`thothctl journal`: what was done here, and how it ended."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import UsageError
from thothctl.model.recorded import JournalFile
from thothctl.operations import history
from thothctl.operations.history import Done, Ending

COLOURS = {Ending.COMPLETED: "green", Ending.ROLLED_BACK: "yellow"}

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[show [ID]]", help="The steps of one operation, the newest by default."
    ),
]


@command
def journal(session: Session, words: Words = None) -> Outcome:
    """Show the operations on an install: what for, when, and how each ended."""
    world, name = session.world, session.install
    match words or []:
        case []:
            found = history.operations(world, name)
            data = {"operations": [asdict(one) for one in found]}
            return Outcome(data, lambda console: _show_all(console, found))
        case ["show", *identity] if len(identity) <= 1:
            one = history.entries(world, name, "".join(identity))
            entries = {"operation": one.operation, "entries": [dict(e) for e in one.entries]}
            return Outcome(entries, lambda console: _show_one(console, one))
        case _:
            raise UsageError(
                f"journal does not know {' '.join(words or ())}",
                hint="`thothctl journal` or `journal show [ID]`",
            )


def _show_all(console: Console, found: tuple[Done, ...]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Operation", "Ended", "Steps"):
        table.add_column(column, no_wrap=True)
    table.add_column("What for")
    for one in found:
        style = COLOURS.get(one.ending, "red")
        steps = f"{one.done}/{one.steps}"
        table.add_row(Text(one.operation), Text(one.ending.value, style), steps, Text(one.goal))
    console.print(table if found else "Nothing was done here yet.")


def _show_one(console: Console, journal_file: JournalFile) -> None:
    plan: Any = journal_file.entries[0]["plan"]
    steps = plan["steps"]
    console.print(f"{journal_file.operation}: {plan['goal']}", markup=False, soft_wrap=True)
    for entry in journal_file.entries:
        step = steps[int(str(entry["index"]))]["step"] if "index" in entry else ""
        words: tuple[object, ...] = (
            str(entry.get("at", ""))[11:23],
            entry["event"],
            step or entry.get("hook", ""),
            entry.get("error", "") or str(entry.get("output", "")).strip(),
        )
        console.print(" ".join(str(w) for w in words if w), markup=False, soft_wrap=True)
