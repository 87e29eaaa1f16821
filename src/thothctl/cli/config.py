"""`thothctl config`: read, check and change the settings of what is installed."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from thothctl.cli.config_change import FILE, apply, change_of, present, with_assignments
from thothctl.cli.config_change import with_defaults as at_defaults
from thothctl.cli.config_compare import compare, rendering
from thothctl.cli.config_edit import edit
from thothctl.cli.config_view import COLUMNS, settings_data, settings_rows, show_settings, written
from thothctl.cli.envelope import Outcome, Rows
from thothctl.cli.options import command, rows_command
from thothctl.cli.session import Session
from thothctl.config.dotted import flat
from thothctl.config.settings import from_environment, parse, refuse_unknown
from thothctl.config.settings_file import problems
from thothctl.config.settings_schema import settings_schema
from thothctl.errors import InvalidInputError, UsageError
from thothctl.operations.configure import SettingState, states
from thothctl.operations.steps import install_of

config = typer.Typer(name="config", help="Read, check and change settings.", no_args_is_help=True)

Keys = Annotated[list[str], typer.Argument(metavar="KEY…", help="Names of settings.")]
SomeKeys = Annotated[
    list[str] | None, typer.Argument(metavar="KEY…", help="Only these; all otherwise.")
]
Every = Annotated[bool, typer.Option("--all", metavar="", help="Advanced ones at default, too.")]
Assignments = Annotated[
    list[str] | None, typer.Argument(metavar="KEY=VALUE…", help="Several make one release.")
]
Discard = Annotated[
    bool,
    typer.Option("--discard-edits", metavar="", help="Give up edits made in rendered files."),
]
SettingsFile = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="A settings file; the installed otherwise.")
]
To = Annotated[
    Path | None, typer.Option("--to", metavar="FOLDER", help="Write the files there instead.")
]
One = Annotated[int | None, typer.Argument(metavar="A", help="A release; the active otherwise.")]
Other = Annotated[
    int | None,
    typer.Argument(metavar="B", help="A release; the active or settings.yaml otherwise."),
]


@rows_command
def show(session: Session, names: SomeKeys = None, every: Every = False) -> Outcome:
    """Show settings: their value, their default and who chose it; advanced ones where chosen."""
    found = _states(session, names)
    rows = Rows(COLUMNS, settings_rows(found))
    every = every or bool(names)
    return Outcome(settings_data(found), lambda c: show_settings(c, found, every=every), rows=rows)


@command
def get(session: Session, names: Keys) -> Outcome:
    """Print the value of settings, one a line."""
    found = _states(session, names)
    values = {one.key: one.value for one in found}

    def show_values(console: Console) -> None:
        for value in values.values():
            console.print(Text(written(value)), soft_wrap=True)

    return Outcome({"settings": values}, show_values)


def _states(session: Session, names: list[str] | None) -> tuple[SettingState, ...]:
    here = present(session)
    refuse_unknown("the command line", names or (), [s.key for s in here.stack.settings])
    told = from_environment(here.stack, session.environment)
    environment = {
        setting.key: parse(setting, told.values[setting.key], told.source)
        for setting in here.stack.settings
        if setting.key in told.values
    }
    found = states(here.stack, here.saved, here.current.release.settings, environment)
    by_key = {one.key: one for one in found}
    return tuple(by_key[key] for key in names) if names else found


@command
def set_settings(
    session: Session, assignments: Assignments = None, discard_edits: Discard = False
) -> Outcome:
    """Change settings and bring up a release with them; --dry-run shows every difference."""
    if not assignments and not discard_edits:
        raise UsageError("no setting is given", hint="for example: config set port=8090")
    here = present(session)
    settings = with_assignments(here, assignments or ())
    return apply(session, here, change_of(session, here, settings, discard=discard_edits))


@command
def unset(session: Session, names: Keys, discard_edits: Discard = False) -> Outcome:
    """Bring settings back to their defaults."""
    here = present(session)
    refuse_unknown("the command line", names, [s.key for s in here.stack.settings])
    settings = at_defaults(here, names)
    return apply(session, here, change_of(session, here, settings, discard=discard_edits))


@command
def diff(session: Session, one: One = None, other: Other = None) -> Outcome:
    """Compare two releases, or what runs with what settings.yaml says."""
    return compare(session, one, other)


@command
def render(session: Session, to: To = None) -> Outcome:
    """Render the recorded settings without applying them."""
    files = rendering(session)
    if to is None:
        return Outcome({"files": files}, lambda c: _show_files(c, files))
    if not session.options.dry_run:
        session.world.bundles.write(to, files)
    data = {"folder": str(to), "files": sorted(files)}
    line = Text.assemble(("✓ ", "green"), f"{', '.join(sorted(files))} in {to}")
    return Outcome(data, lambda console: console.print(line))


def _show_files(console: Console, files: dict[str, str]) -> None:
    for name, text in files.items():
        console.print(Text(f"# --- {name}", "bold"))
        console.print(Text(text), soft_wrap=True)


@command
def validate(session: Session, file: SettingsFile = None) -> Outcome:
    """Check a settings file: every unknown key and every value that will not do."""
    from thothctl.adapters.files import translated  # noqa: PLC0415 - start-up stays light
    from thothctl.adapters.yaml_text import read_mapping  # noqa: PLC0415 - loads YAML

    stack = session.world.bundles.stack(install_of(session.world, session.install).stack)
    source = str(file or FILE)
    if file is None:
        text = session.world.installs.settings_text(session.install)
    else:
        with translated(f"read {file}"):
            text = file.read_text(encoding="utf-8", errors="replace")
    found = problems(stack, flat(read_mapping(text, source), source), source)
    if found:
        message = "; ".join(error.message for error in found)
        raise InvalidInputError(message, hint=found[0].hint)
    line = Text.assemble(("✓ ", "green"), f"{source} holds")
    return Outcome({"file": source, "valid": True}, lambda console: console.print(line))


@command
def schema(session: Session) -> Outcome:
    """Print the JSON Schema of the settings, for editors."""
    install = session.world.installs.find(session.install)
    stack = session.world.bundles.stack(install.stack if install else "thoth-ai")
    described = settings_schema(stack)
    text = json.dumps(described, indent=2, ensure_ascii=False)
    return Outcome({"schema": described}, lambda c: c.print(Text(text), soft_wrap=True))


for word, function in (
    ("get", get),
    ("set", set_settings),
    ("unset", unset),
    ("edit", command(edit)),
    ("show", show),
    ("diff", diff),
    ("validate", validate),
    ("render", render),
    ("schema", schema),
):
    config.command(word)(function)
