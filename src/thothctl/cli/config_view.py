"""How settings and differences are shown."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.cli.differences import show_differences
from thothctl.model.setting import SettingValue
from thothctl.operations.configure import Preview, SettingState
from thothctl.operations.running import Active

Pair = tuple[SettingValue | None, SettingValue | None]
"""A value before and after."""
COLUMNS = ("key", "value", "default", "source", "installed")


def written(value: SettingValue | None) -> str:
    """A value as the settings file has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def settings_data(states: Sequence[SettingState]) -> dict[str, object]:
    """The settings for scripts."""
    return {
        "settings": [
            {
                "key": one.key,
                "value": one.value,
                "default": one.default,
                "source": one.source,
                "installed": one.installed,
                "changed": one.changed,
                "group": one.group,
                "advanced": one.advanced,
            }
            for one in states
        ]
    }


def settings_rows(states: Sequence[SettingState]) -> list[list[str]]:
    """The settings for a spreadsheet."""
    return [
        [one.key, written(one.value), written(one.default), one.source, written(one.installed)]
        for one in states
    ]


def show_settings(console: Console, states: Sequence[SettingState], *, every: bool) -> None:
    """A line a setting; what is not the default stands out, what does not run yet is marked.

    Advanced ones follow group by group; where not `every` one is wanted, those that were chosen.
    """
    shown = [one for one in states if every or not one.advanced or one.is_notable]
    console.print(_table(shown))
    if any(one.changed for one in states):
        console.print("[yellow]*[/] is in settings.yaml and does not run yet: `thothctl setup`")
    if hidden := len(states) - len(shown):
        console.print(f"[dim]{hidden} advanced settings are at their defaults: --all[/]")


def _table(states: Sequence[SettingState]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "Setting", "Value", "Default", "Source"):
        table.add_column(name, overflow="fold")
    group = ""
    for one in states:
        if one.advanced and one.group != group:
            group = one.group
            table.add_row()
            table.add_row("", Text(group, "bold"))
        table.add_row(
            Text("*" if one.changed else "", "yellow"),
            Text(one.key),
            Text(written(one.value), "" if one.source == "default" else "cyan"),
            Text(written(one.default), "dim"),
            Text(one.source, "dim"),
        )
    return table


def preview_data(found: Preview) -> dict[str, object]:
    """What would change, for scripts."""
    return {"differences": dict(found.differences), "recreated": list(found.services)}


def show_preview(console: Console, found: Preview) -> None:
    """The differences, then the services that get a new container."""
    if not found.differences:
        console.print("Nothing to do.")
        return
    show_differences(console, found.differences)
    console.print()
    console.print(Text(f"New containers: {', '.join(found.services) or 'none'}"))
    console.print("[dim]Nothing was changed.[/]")


def show_changed(console: Console, now: Active, changed: Mapping[str, Pair], *, done: bool) -> None:
    """What runs now, and the settings that made the difference."""
    if not done:
        console.print(f"Nothing to do: release {now.release.number} has these settings")
        return
    console.print(f"[green]✓[/] release {now.release.number} runs at {now.url}")
    for key, (before, after) in changed.items():
        console.print(Text(f"  {key}: {written(before)} → {written(after)}"))


def compared_data(settings: Mapping[str, Pair], found: Preview) -> dict[str, object]:
    """Two releases side by side, for scripts."""
    both = {key: {"before": a, "after": b} for key, (a, b) in settings.items()}
    return {"settings": both, **preview_data(found)}


def show_compared(
    console: Console,
    settings: Mapping[str, Pair],
    found: Preview,
) -> None:
    """The settings that differ, then the files."""
    if not settings and not found.differences:
        console.print("No difference.")
        return
    for key, (before, after) in settings.items():
        console.print(Text(f"{key}: {written(before)} → {written(after)}"))
    if settings and found.differences:
        console.print()
    show_differences(console, found.differences)
