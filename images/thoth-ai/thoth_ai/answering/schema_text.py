"""A schema as text for a language model, within a budget of tokens.

What fits is told whole: leaving columns out costs more right answers than it saves. When it does
not fit, descriptions of columns go first; then whole tables, the least related ones first.
Names and descriptions come from the data and are untrusted: they stay on one line and cannot
close the block they stand in.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from thoth_ai.answering.schema import Column, ForeignKey, Schema, Table

LONGEST_NOTE = 200
LONGEST_LIST = 4_000
BYTES_PER_TOKEN = 4
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class SchemaText:
    """The text, and the names of the tables that did not fit into it."""

    text: str
    left_out: tuple[str, ...] = ()


def tokens(text: str) -> int:
    """Estimate how many tokens a model counts; errs on the high side for English."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)


def one_line(text: str, most: int = LONGEST_NOTE) -> str:
    """Return untrusted text as one short line that cannot end a block."""
    flat = _BLANK.sub(" ", text).strip().replace("</", "< /")
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def render(schema: Schema, relevance: Mapping[str, float], budget: int) -> SchemaText:
    """Tell as much as `budget` tokens hold; `relevance` ranks tables by name."""
    for described in (True, False):
        text = _joined(_table(table, described=described) for table in schema.tables)
        if tokens(text) <= budget:
            return SchemaText(text)
    return _selection(schema, relevance, budget)


def _selection(schema: Schema, relevance: Mapping[str, float], budget: int) -> SchemaText:
    kept: dict[str, str] = {}
    spent = tokens("x" * LONGEST_LIST)
    for table in _ranked(schema, relevance):
        text = _table(table, described=spent < budget // 2)
        cost = tokens(text) + 1
        if spent + cost <= budget:
            kept[table.name] = text
            spent += cost
    left_out = tuple(table.name for table in schema.tables if table.name not in kept)
    shown = [kept[table.name] for table in schema.tables if table.name in kept]
    names = one_line(", ".join(left_out), LONGEST_LIST)
    return SchemaText(_joined([*shown, f"Tables not shown here: {names}"]), left_out)


def _ranked(schema: Schema, relevance: Mapping[str, float]) -> list[Table]:
    """Best first; a table next to a good one is nearly as good, for it may be needed to join."""
    scores = {table.name.lower(): relevance.get(table.name, 0.0) for table in schema.tables}
    near = {
        table.name: max((scores.get(n, 0.0) for n in schema.neighbours(table.name)), default=0.0)
        for table in sorted(schema.tables, key=lambda t: -scores[t.name.lower()])[:200]
    }
    return sorted(
        schema.tables,
        key=lambda table: -max(scores[table.name.lower()], 0.8 * near.get(table.name, 0.0)),
    )


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(parts)


def _table(table: Table, *, described: bool) -> str:
    note = f" -- {one_line(table.description)}" if table.description else ""
    head = f"table {quoted(table.name)} ({table.rows} rows){note}"
    lines = [_column(column, described=described) for column in table.columns]
    return _joined([head, *lines, *(_foreign_key(key) for key in table.foreign_keys)])


def _column(column: Column, *, described: bool) -> str:
    key = " primary key" if column.primary_key else ""
    line = f"  {quoted(column.name)} {one_line(column.type) or 'any'}{key}"
    if not described:
        return line
    values = "" if column.personal else column.values
    notes = [one_line(note) for note in (column.description, values, column.facts) if note.strip()]
    return f"{line} -- {'; '.join(notes)}" if notes else line


def _foreign_key(key: ForeignKey) -> str:
    target = f" ({_names(key.references)})" if any(key.references) else ""
    what = "likely join" if key.likely else "foreign key"
    return f"  {what} ({_names(key.columns)}) -> {quoted(key.table)}{target}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def quoted(name: str) -> str:
    """Return an identifier as SQL quotes it, on one line."""
    return '"' + _BLANK.sub(" ", name).replace('"', '""').replace("</", "< /") + '"'
