"""`thothctl ask`: a question in plain language, answered with SQL and rows."""

from typing import Annotated

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import NoAnswerError
from thothctl.model.answer import Answer, JsonValue, NoAnswer
from thothctl.operations import running

SHOWN_ROWS = 50
NEAREST = 3

Question = Annotated[str, typer.Argument(help="The question, in plain language.")]
Workspace = Annotated[
    str,
    typer.Option(
        "--workspace", "-w", metavar="NAME", help="Ask this workspace; all of them otherwise."
    ),
]


@command
def ask(session: Session, question: Question, workspace: Workspace = "") -> Outcome:
    """Ask the running stack a question; shows the SQL, the rows and where they come from."""
    found = running.ask(session.world, session.install, question, workspace)
    if isinstance(found, NoAnswer):
        error = NoAnswerError(found.message, hint=found.hint)
        return Outcome(_nothing(found), lambda console: _show_nearest(console, found), error=error)
    return Outcome(_data(found), lambda console: _show(console, found))


def _data(answer: Answer) -> dict[str, object]:
    return {
        "workspace": answer.workspace,
        "question": answer.question,
        "sql": answer.sql,
        "columns": answer.columns,
        "rows": answer.rows,
        "truncated": answer.truncated,
        "notice": answer.notice,
        "source": answer.source,
        "evidence": answer.evidence,
        "elapsed_ms": answer.elapsed_ms,
    }


def _nothing(found: NoAnswer) -> dict[str, object]:
    return {"question": found.question, "reason": found.reason, "nearest": found.nearest}


def _show(console: Console, answer: Answer) -> None:
    sql = Syntax(answer.sql, "sql", theme="ansi_dark", word_wrap=True, background_color="default")
    console.print(sql)
    console.print()
    console.print(_table(answer))
    console.print(Text(_origin(answer), "dim"))
    if answer.notice:
        console.print(Text(answer.notice, "dim"))


def _table(answer: Answer) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for index, name in enumerate(answer.columns):
        numeric = all(isinstance(row[index], int | float | None) for row in answer.rows)
        table.add_column(Text(name, "bold"), justify="right" if numeric and answer.rows else "left")
    for row in answer.rows[:SHOWN_ROWS]:
        table.add_row(*(_cell(value) for value in row))
    return table


def _cell(value: JsonValue) -> Text:
    if value is None:
        return Text("-", "dim")
    return Text(str(value).removesuffix(".0") if isinstance(value, float) else str(value))


def _origin(answer: Answer) -> str:
    rows = f"{len(answer.rows)} row{'s' * (len(answer.rows) != 1)}"
    more = ", more were cut off" if answer.truncated else ""
    hidden = f", the first {SHOWN_ROWS} shown" if len(answer.rows) > SHOWN_ROWS else ""
    alike = answer.source.get("similarity")
    share = f", {alike:.0%} alike" if isinstance(alike, float) else ""
    asked = answer.source.get("question", "")
    return f"\n{rows}{hidden}{more} from {answer.workspace}; stored example “{asked}”{share}"


def _show_nearest(console: Console, found: NoAnswer) -> None:
    if not found.nearest:
        return
    console.print("No stored example is close enough. The nearest questions:")
    for one in found.nearest[:NEAREST]:
        line = Text.assemble(
            ("  • ", "cyan"), str(one.get("question")), (f" ({one.get('workspace')})", "dim")
        )
        console.print(line)
