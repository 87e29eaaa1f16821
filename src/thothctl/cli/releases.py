"""`thothctl releases`: what was installed here, when and why."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from thothctl.cli.differences import show_differences
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.config.differences import differences
from thothctl.errors import UsageError
from thothctl.operations import history
from thothctl.operations.history import Recorded
from thothctl.operations.prospect import Prospect
from thothctl.operations.rollback_data import Choice

NOT_SHOWN = ("number", "settings", "settings_version", "since")
HINT = "`thothctl releases`, `releases show N` or `releases diff N M`"

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[show N | diff N M]", help="One release in full, or two compared; else the list."
    ),
]


@command
def releases(session: Session, words: Words = None) -> Outcome:
    """Show what was installed, when and why; the active release is marked."""
    match words or []:
        case []:
            found = history.releases(session.world, session.install)
            data = {"releases": [_data(one) for one in found]}
            return Outcome(data, lambda console: _show_all(console, found))
        case ["show", number]:
            one = _data(history.release(session.world, session.install, _number(number)))
            return Outcome(one, lambda console: _show_one(console, one))
        case ["diff", number, other]:
            return _compared(session, _number(number), _number(other))
        case _:
            raise UsageError(f"releases does not know {' '.join(words or ())}", hint=HINT)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"{text} is no number of a release", hint=HINT)
    return int(text)


def _compared(session: Session, number: int, other: int) -> Outcome:
    world, name = session.world, session.install
    old, new = (_flat(_data(history.release(world, name, n))) for n in (number, other))
    changed = {
        key: [old.get(key), new.get(key)]
        for key in {**old, **new}
        if old.get(key) != new.get(key) and key.partition(".")[0] not in {"outcome", "rollback"}
    }
    files = differences(*(world.installs.rendered(name, n) for n in (number, other)))

    def show(console: Console) -> None:
        for key, (before, after) in changed.items():
            line = f"{key}: {_text(before)} -> {_text(after)}"
            console.print(line, markup=False, soft_wrap=True)
        show_differences(console, files)

    return Outcome({"changed": changed, "files": files}, show)


def _data(one: Recorded) -> dict[str, object]:
    back = {"rollback": asdict(one.back)} if one.back else {}
    return {**asdict(one.release), "outcome": one.outcome.value, **back}


def _flat(values: Mapping[str, object], before: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in values.items():
        inner = isinstance(value, Mapping) and bool(value)
        found |= _flat(value, f"{before}{key}.") if inner else {f"{before}{key}": value}  # type: ignore[arg-type]  # seen to be a mapping
    return found


def _show_all(console: Console, found: tuple[Recorded, ...]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Release", "Made", "Why", "Version", "Database", "Data", "Going back"):
        table.add_column(column)
    table.add_column("")
    for one in found:
        release = one.release
        table.add_row(
            str(release.number),
            release.created[:16].replace("T", " "),
            release.why,
            release.version,
            _short(release.database_revision),
            ", ".join(f"{store} {number}" for store, number in release.generations.items()),
            _back(one.back),
            "" if one.outcome is history.Outcome.EARLIER else one.outcome.value,
        )
    console.print(table if found else "No release is recorded.")


def _back(found: Prospect | None) -> str:
    """What it would lose, in a few words."""
    if found is None:
        return ""
    if found.gone:
        return f"not any more: {', '.join(found.gone)}"
    if found.data is Choice.KEEP:
        return "keeps all"
    minutes = found.lost_minutes
    return f"loses {'an unknown time' if minutes is None else f'{minutes} min'}"


def _short(revision: str) -> str:
    """The numbers of a long revision."""
    return " ".join(part.rpartition(".")[2].partition("_")[0] for part in revision.split(","))


def _show_one(console: Console, data: Mapping[str, object]) -> None:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    for key, value in data.items():
        if key not in NOT_SHOWN:
            facts.add_row(key.replace("_", " "), _text(value))
    console.print(f"Release {data['number']}", style="bold")
    console.print(facts)


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {one}" for key, one in value.items()) or "-"
    return "-" if value in {None, ""} else str(value)
