"""Turns panels, which are data, into the document that Grafana loads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

DATASOURCE = {"type": "prometheus", "uid": "thoth-prometheus"}
COLUMNS = 24
HEIGHT = {"stat": 4, "timeseries": 8}
SCHEMA = 39


@dataclass(frozen=True, slots=True)
class Query:
    """One line of a panel."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture; `kind` and `unit` are Grafana's own words."""

    title: str
    queries: tuple[Query, ...]
    width: int
    kind: str = "timeseries"
    unit: str = "short"


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a heading; they wrap at the width of the page."""

    title: str
    panels: tuple[Panel, ...]


def read_rows(document: Mapping[str, object]) -> tuple[Row, ...]:
    """The rows of `grafana/panels.yaml`; a word it does not know raises TypeError."""
    rows = cast("Sequence[Mapping[str, object]]", document["rows"])
    return tuple(_row(row) for row in rows)


def dashboard(install: str, title: str, rows: Sequence[Row]) -> str:
    """The whole document; `install` keeps several of them apart in one Grafana."""
    document = {
        "uid": f"thoth-{install}"[:40],
        "title": f"{title}: {install}",
        "tags": ["thoth"],
        "timezone": "browser",
        "editable": False,
        "refresh": "30s",
        "schemaVersion": SCHEMA,
        "time": {"from": "now-6h", "to": "now"},
        "panels": list(_placed(rows)),
    }
    return json.dumps(document, indent=1) + "\n"


def _row(row: Mapping[str, object]) -> Row:
    panels = cast("Sequence[dict[str, object]]", row["panels"])
    return Row(str(row["title"]), tuple(_panel(panel) for panel in panels))


def _panel(panel: Mapping[str, object]) -> Panel:
    given = cast("Sequence[dict[str, str]]", panel["queries"])
    queries = tuple(Query(**query) for query in given)
    return Panel(**{**panel, "queries": queries})  # type: ignore[arg-type]  # data of our own


def _placed(rows: Sequence[Row]) -> Iterator[dict[str, object]]:
    number, y = 0, 0
    for row in rows:
        number, x, height = number + 1, 0, 0
        yield _heading(number, row.title, y)
        y += 1
        for panel in row.panels:
            if x + panel.width > COLUMNS:
                x, y, height = 0, y + height, 0
            number, tall = number + 1, HEIGHT[panel.kind]
            yield _shown(number, panel, {"x": x, "y": y, "w": panel.width, "h": tall})
            x, height = x + panel.width, max(height, tall)
        y += height


def _heading(number: int, title: str, y: int) -> dict[str, object]:
    place = {"x": 0, "y": y, "w": COLUMNS, "h": 1}
    return {"id": number, "type": "row", "title": title, "gridPos": place, "panels": []}


def _shown(number: int, panel: Panel, place: Mapping[str, int]) -> dict[str, object]:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "datasource": DATASOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {},
        "targets": [
            {
                "refId": chr(ord("A") + place_of),
                "datasource": DATASOURCE,
                "expr": query.expr,
                "legendFormat": query.legend,
            }
            for place_of, query in enumerate(panel.queries)
        ],
    }
