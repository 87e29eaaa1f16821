"""`thothctl ask`: a question in plain language, answered with SQL and rows."""

from typing import Annotated

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from thothctl.cli.envelope import Outcome, Rows
from thothctl.cli.options import rows_command
from thothctl.cli.session import Session
from thothctl.errors import NoAnswerError
from thothctl.model.answer import Answer, Inquiry, JsonValue, NoAnswer
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
Sql = Annotated[bool, typer.Option("--sql", metavar="", help="Show the SQL alone.")]
Previous = Annotated[
    int | None,
    typer.Option(
        "--previous", min=1, metavar="ID", help="Follow up on the answer with this `data.id`."
    ),
]


@rows_command
def ask(
    session: Session,
    question: Question,
    workspace: Workspace = "",
    sql: Sql = False,
    previous: Previous = None,
) -> Outcome:
    """Ask the running stack a question; shows the SQL, the rows and where they come from."""
    with session.watched():
        found = running.ask(session.world, session.install, Inquiry(question, workspace, previous))
    if isinstance(found, NoAnswer):
        error = NoAnswerError(found.message, hint=found.hint)
        return Outcome(_nothing(found), lambda console: _show_nearest(console, found), error=error)
    show = _show_sql if sql else _show
    rows = Rows(found.columns, found.rows)
    return Outcome(_data(found), lambda console: show(console, found), rows=rows)


def _data(answer: Answer) -> dict[str, object]:
    return {
        "id": answer.id,
        "workspace": answer.workspace,
        "question": answer.question,
        "sql": answer.sql,
        "columns": answer.columns,
        "rows": answer.rows,
        "truncated": answer.truncated,
        "notice": answer.notice,
        "source": answer.source,
        "evidence": answer.evidence,
        "assumptions": answer.assumptions,
        "explanation": answer.explanation,
        "usage": answer.usage,
        "elapsed_ms": answer.elapsed_ms,
    }


def _nothing(found: NoAnswer) -> dict[str, object]:
    return {
        "id": found.id,
        "question": found.question,
        "reason": found.reason,
        "nearest": found.nearest,
        "sql": found.sql,
    }


def _show_sql(console: Console, answer: Answer) -> None:
    console.print(answer.sql, markup=False, soft_wrap=True)


def _show(console: Console, answer: Answer) -> None:
    sql = Syntax(answer.sql, "sql", theme="ansi_dark", word_wrap=True, background_color="default")
    console.print(sql)
    console.print()
    console.print(_table(answer))
    console.print()
    for assumption in answer.assumptions:
        console.print(Text.assemble(("assumed: ", "yellow"), assumption))
    for sentence in (answer.explanation, _origin(answer), answer.notice):
        if sentence:
            console.print(Text(sentence, "dim"))


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
    return f"{rows}{hidden}{more} from {answer.workspace}; {_source(answer)}"


def _source(answer: Answer) -> str:
    source = answer.source
    if source.get("kind") == "model":
        return f"SQL written by {source.get('provider')} {source.get('model')}{_cost(answer)}"
    alike = source.get("similarity")
    share = f", {alike:.0%} alike" if isinstance(alike, float) else ""
    return f"stored example “{source.get('question', '')}”{share}"


def _cost(answer: Answer) -> str:
    usage = answer.usage or {}
    counts = [usage.get("input_tokens"), usage.get("output_tokens")]
    tokens = sum(count for count in counts if isinstance(count, int))
    cost = usage.get("cost_usd")
    price = f", ${cost:.4f}" if isinstance(cost, float) and cost else ""
    return f" ({tokens:,} tokens{price})" if tokens else ""


def _show_nearest(console: Console, found: NoAnswer) -> None:
    if found.sql:
        console.print(Text(found.sql, "dim"))
    if not found.nearest:
        return
    console.print("The nearest stored questions:")
    for one in found.nearest[:NEAREST]:
        line = Text.assemble(
            ("  • ", "cyan"), str(one.get("question")), (f" ({one.get('workspace')})", "dim")
        )
        console.print(line)
