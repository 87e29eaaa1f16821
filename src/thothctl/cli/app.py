"""The command tree; what a command needs is loaded when it is called."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from thothctl.cli.summaries import SUMMARIES

FIRST, DATA, CARE = "Install and run", "Ask and import", "Look after"
BACK, PARTS = "Upgrade, back up, go back", "Settings and parts"
PLACES = {
    "setup": ("setup:setup", FIRST),
    "start": ("lifecycle:start", FIRST),
    "stop": ("lifecycle:stop", FIRST),
    "restart": ("lifecycle:restart", FIRST),
    "uninstall": ("uninstall:uninstall", FIRST),
    "version": ("look:version", FIRST),
    "ask": ("ask:ask", DATA),
    "import-bird": ("import_bird:import_bird", DATA),
    "import-data": ("import_data:import_data", DATA),
    "export-data": ("export_data:export_data", DATA),
    "open": ("look:open_page", DATA),
    "status": ("look:status", CARE),
    "health": ("look:health", CARE),
    "doctor": ("doctor:doctor", CARE),
    "logs": ("logs:logs", CARE),
    "figures": ("figures:figures", CARE),
    "exec": ("execute:execute", CARE),
    "shell": ("execute:shell", CARE),
    "test": ("execute:run_tests", CARE),
    "upgrade": ("upgrade:upgrade", BACK),
    "rollback": ("recovery:rollback", BACK),
    "releases": ("releases:releases", BACK),
    "restore": ("restore:restore", BACK),
    "resume": ("recovery:resume", BACK),
    "journal": ("journal:journal", BACK),
    "render": ("render:render", PARTS),
    "workspace": ("workspace:workspace", DATA),
    "backup": ("backup:backup", BACK),
    "config": ("config:config", PARTS),
    "keys": ("keys:keys", PARTS),
    "secrets": ("secrets:secrets", PARTS),
    "certificates": ("certificates:certificates", PARTS),
    "images": ("images:images", PARTS),
    "service": ("service:service", PARTS),
}
"""The module and the name there of each command or group of them, and its panel in the help."""


class Tree(TyperGroup):
    """Shows outlines of its commands, and loads the one that is called."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - Typer's own
        super().__init__(**given)
        self.commands.update({name: outline(name) for name in PLACES})

    def resolve_command(
        self,
        ctx: Any,  # noqa: ANN401 - Typer's own
        args: list[str],
    ) -> tuple[Any, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name else command, rest


def outline(name: str) -> TyperCommand:
    """As much of a command as the help of the whole shows."""
    return TyperCommand(name, help=SUMMARIES[name], rich_help_panel=PLACES[name][1])


def load(name: str) -> Any:  # noqa: ANN401 - Typer keeps its classes private
    """The command itself."""
    module, _, there = PLACES[name][0].partition(":")
    found = getattr(import_module(f"thothctl.cli.{module}"), there)
    if isinstance(found, typer.Typer):
        return get_group(found)
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return get_command(alone)


def whole() -> dict[str, Any]:
    """Every command, loaded."""
    return {name: load(name) for name in PLACES}


app = typer.Typer(
    name="thothctl",
    cls=Tree,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

Version = Annotated[bool, typer.Option("--version", metavar="", help="Show the version and exit.")]


@app.callback()
def root(version: Version = False) -> None:
    """Installs and operates self-hosted AI data stacks."""
    if version:  # `main` answers it when nothing else is on the command line
        raise typer.BadParameter("--version goes alone")
