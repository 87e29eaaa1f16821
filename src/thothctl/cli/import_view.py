"""What an import brought, for people."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.model.answer import ImportResult, JsonValue

SHOWN_TABLES = 20


def show_imported(console: Console, result: ImportResult) -> None:
    """Show tables, counts, how description files were matched, and what to ask first."""
    console.print(_tables(result))
    console.print()
    facts = result.details
    console.print(
        Text.assemble(
            ("✓ ", "green"),
            f"{result.rows:,} rows in {len(result.tables)} tables, "
            f"{facts.get('foreign_keys', 0)} foreign keys, {facts.get('examples', 0)} examples "
            "as the workspace ",
            (result.workspace, "bold"),
        )
    )
    if verified := facts.get("verified"):
        console.print(Text.assemble(("✓ ", "green"), f"verified: {verified}"))
    described = facts.get("descriptions")
    if isinstance(described, Mapping):
        _show_described(console, described)
    if isinstance(model := facts.get("model"), Mapping):
        console.print(Text.assemble(("✓ ", "green"), _spent(model)))
    if result.tables:
        first = result.tables[0].get("name")
        line = f'  Ask: thothctl ask -w {result.workspace} "How many rows are in {first}?"'
        console.print(Text(line, "dim"), soft_wrap=True)


def _spent(model: Mapping[str, JsonValue]) -> str:
    """Say what the language model took for its descriptions, as far as its price is known."""
    cost = model.get("cost_usd")
    price = f"${cost:.4f}" if isinstance(cost, int | float) else "price not known"
    tokens = f"{model.get('input_tokens'):,} tokens in, {model.get('output_tokens'):,} out"
    return f"{model.get('name')} described {model.get('columns'):,} columns: {tokens}, {price}"


def _tables(result: ImportResult) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Table")
    table.add_column("Rows", justify="right")
    table.add_column("Columns", justify="right")
    for one in result.tables[:SHOWN_TABLES]:
        table.add_row(Text(str(one.get("name"))), f"{one.get('rows'):,}", str(one.get("columns")))
    if len(result.tables) > SHOWN_TABLES:
        table.add_row(Text(f"… {len(result.tables) - SHOWN_TABLES} more"), "", "")
    return table


def _of(count: JsonValue, what: str) -> str:
    return what.replace("columns", "column", 1) if count == 1 else what


def _show_described(console: Console, described: Mapping[str, JsonValue]) -> None:
    """Nothing is said where nothing was described; a file under another name is named."""
    counts = (
        (described.get("columns"), "columns described"),
        (described.get("values"), "with the meaning of their values"),
        (described.get("personal"), "columns about people"),
    )
    told = ", ".join(f"{count} {_of(count, what)}" for count, what in counts if count)
    if told:
        console.print(Text.assemble(("✓ ", "green"), told))
    files = described.get("files")
    for one in files if isinstance(files, list) else ():
        if isinstance(one, Mapping) and one.get("matched_by") != "name":
            line = f"  {one.get('file')} → {one.get('table')}, by its {one.get('matched_by')}"
            console.print(Text(line, "dim"))
