"""Workspaces and their examples as calm tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Found = Mapping[str, Any]
MIB = 1024 * 1024
MOST_JOINS, MOST_ASKED = 5, 3
SHARED = {
    "safe": "Their values are not told to a language model.",
    "all": "All values may be told to a language model, theirs too.",
    "none": "No values are told to a language model.",
}


def tables_of(workspace: Found) -> list[Found]:
    """Every table of every database of a workspace."""
    return [table for database in workspace["databases"] for table in database["tables"]]


def show_list(console: Console, found: Sequence[Found]) -> None:
    """One line a workspace."""
    if not found:
        console.print("There is no workspace yet.")
        console.print(Text("  Import a database: thothctl import-bird FILE", "dim"))
        return
    table = _table("Workspace", "Title", "Tables:", "Rows:", "Examples:")
    for one in found:
        counts = [(d["tables"], d["rows"]) for d in one["databases"]]
        table.add_row(
            Text(one["name"], "bold"),
            Text("" if one["title"] == one["name"] else one["title"]),
            f"{sum(tables for tables, _ in counts):,}",
            f"{sum(rows for _, rows in counts):,}",
            f"{one['examples']:,}",
        )
    console.print(table)


def found_lines(workspace: Found) -> list[str]:
    """What the import found out by itself: joins, who is told about, what a model may be told."""
    joins = [join for database in workspace["databases"] for join in database.get("joins", ())]
    shown = ", ".join(
        f"{one['table']}.{one['column']} → {one['referenced_table']}.{one['referenced_column']}"
        f" ({one['score']:.2f})"
        for one in joins[:MOST_JOINS]
    )
    more = f" and {len(joins) - MOST_JOINS} more" if len(joins) > MOST_JOINS else ""
    people = [
        f"{table['name']}.{column['name']}"
        for table in tables_of(workspace)
        for column in table["columns"]
        if column["personal"]
    ]
    refused = workspace.get("rejected_examples", 0)
    questions = workspace.get("suggestions", ())
    return [
        line
        for line, holds in (
            (f"Likely joins: {shown}{more}", joins),
            (f"About people: {', '.join(people)}", people),
            (SHARED.get(workspace.get("values_shared", ""), ""), people),
            (f"{_count(refused, 'example')} refused: workspace examples list --rejected", refused),
            (f"Ask: {'  '.join(questions[:MOST_ASKED])}", questions),
        )
        if holds and line
    ]


def show_found(console: Console, workspace: Found) -> None:
    """One line each, cut where the terminal ends."""
    lines = found_lines(workspace)
    if lines:
        console.print()
    for line in lines:
        text = _line(line)
        text.stylize("dim")
        console.print(text, no_wrap=True, overflow="ellipsis", crop=True)


def show_workspace(console: Console, workspace: Found) -> None:
    """The head of a workspace and one line a table."""
    console.print(Text(workspace["title"], "bold"))
    if workspace["notice"]:
        console.print(Text(workspace["notice"], "dim"))
    console.print(Text(contents(workspace), "dim"))
    for database in workspace["databases"]:
        if verified := database.get("report", {}).get("verified"):
            console.print(Text(f"Import verified: {verified}", "dim"))
    console.print()
    table = _table("Table", "Rows:", "Columns:", "Described:", "Description")
    for one in tables_of(workspace):
        described = sum(bool(c["description"] or c["values"]) for c in one["columns"])
        table.add_row(
            Text(one["name"]),
            f"{one['rows']:,}",
            str(len(one["columns"])),
            str(described),
            _line(one["description"]),
        )
    console.print(table)
    show_found(console, workspace)
    line = f"\n  Columns of a table: thothctl workspace show {workspace['name']} --table TABLE"
    console.print(Text(line, "dim"), soft_wrap=True)


def show_table(console: Console, table: Found) -> None:
    """One line a column."""
    console.print(Text(table["name"], "bold"))
    if table["description"]:
        console.print(Text(table["description"], "dim"))
    console.print()
    rows = _table("Column", "Type", "", "Description")
    keys = {name for key in table["foreign_keys"] for name in key["columns"]}
    for column in table["columns"]:
        marks = ("key" * column["primary_key"], "→" * (column["name"] in keys))
        people = "people" * column["personal"]
        known = column["description"] or column.get("derived", "")
        said = " ".join(filter(None, (known, column["values"])))
        rows.add_row(
            Text(column["name"]),
            Text(column["type"].lower(), "dim"),
            Text(" ".join(filter(None, (*marks, people))), "cyan"),
            _line(said),
        )
    console.print(rows)


def contents(workspace: Found) -> str:
    """What a workspace holds, in one line."""
    tables = tables_of(workspace)
    rows = sum(table["rows"] for table in tables)
    size = sum(database["bytes"] for database in workspace["databases"]) / MIB
    evidence = _count(len(workspace["evidence"]), "piece") + " of evidence"
    counts = (_count(len(tables), "table"), _count(rows, "row"), f"{size:,.1f} MiB")
    return ", ".join((*counts, _count(workspace["examples"], "example"), evidence))


def show_examples(console: Console, name: str, found: Found) -> None:
    """One line an example, the newest first."""
    examples = found["examples"]
    if not examples:
        console.print(Text(f"{name} has no examples here."))
        return
    table = _table("Number:", "Question", "Refused" if "reason" in examples[0] else "From")
    for one in examples:
        last = one.get("reason", one["origin"])
        table.add_row(str(one["id"]), _line(one["question"]), Text(last, "dim"))
    console.print(table)
    if len(examples) < found["total"]:
        line = f"\n  {found['total']:,} in all; go on with --before {examples[-1]['id']}"
        console.print(Text(line, "dim"))


def show_taken(console: Console, name: str, taken: Found) -> None:
    """What a document brought, and what did not fit."""
    added = taken["added"]
    counts = ", ".join(f"{added[what]} {what}" for what in ("descriptions", "examples", "evidence"))
    console.print(Text.assemble(("✓ ", "green"), f"{counts} added to ", (name, "bold")))
    for one in taken["skipped"]:
        line = Text.assemble(("  • ", "yellow"), f"{one['what']}: ", (one["why"], "dim"))
        console.print(line, soft_wrap=True)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _table(*headers: str) -> Table:
    """Headers that end in a colon are of numbers; the last column takes what room there is."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for header in headers:
        number = header.endswith(":")
        table.add_column(header.rstrip(":"), justify="right" if number else "left")
    return table


def _line(text: str) -> Text:
    """A text on one line, cut where the terminal ends."""
    return Text(" ".join(text.split()), no_wrap=True, overflow="ellipsis")
