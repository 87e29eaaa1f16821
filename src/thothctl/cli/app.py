"""The command tree."""

from typing import Annotated

import typer

from thothctl.cli.ask import ask
from thothctl.cli.backup import backup
from thothctl.cli.certificates import certificates
from thothctl.cli.config import config
from thothctl.cli.doctor import doctor
from thothctl.cli.execute import execute, run_tests, shell
from thothctl.cli.export_data import export_data
from thothctl.cli.figures import figures
from thothctl.cli.images import images
from thothctl.cli.import_bird import import_bird
from thothctl.cli.import_data import import_data
from thothctl.cli.journal import journal
from thothctl.cli.keys import keys
from thothctl.cli.lifecycle import restart, start, stop
from thothctl.cli.logs import logs
from thothctl.cli.look import health, open_page, status, version
from thothctl.cli.recovery import resume, rollback
from thothctl.cli.releases import releases
from thothctl.cli.render import render
from thothctl.cli.restore import restore
from thothctl.cli.secrets import secrets
from thothctl.cli.service import service
from thothctl.cli.setup import setup
from thothctl.cli.uninstall import uninstall
from thothctl.cli.upgrade import upgrade
from thothctl.cli.workspace import workspace

app = typer.Typer(
    name="thothctl",
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


FIRST, DATA, CARE = "Install and run", "Ask and import", "Look after"
BACK, PARTS = "Upgrade, back up, go back", "Settings and parts"
for name, function, panel in (
    ("setup", setup, FIRST),
    ("start", start, FIRST),
    ("stop", stop, FIRST),
    ("restart", restart, FIRST),
    ("uninstall", uninstall, FIRST),
    ("version", version, FIRST),
    ("ask", ask, DATA),
    ("import-bird", import_bird, DATA),
    ("import-data", import_data, DATA),
    ("export-data", export_data, DATA),
    ("open", open_page, DATA),
    ("status", status, CARE),
    ("health", health, CARE),
    ("doctor", doctor, CARE),
    ("logs", logs, CARE),
    ("figures", figures, CARE),
    ("exec", execute, CARE),
    ("shell", shell, CARE),
    ("test", run_tests, CARE),
    ("upgrade", upgrade, BACK),
    ("rollback", rollback, BACK),
    ("releases", releases, BACK),
    ("restore", restore, BACK),
    ("resume", resume, BACK),
    ("journal", journal, BACK),
    ("render", render, PARTS),
):
    app.command(name, rich_help_panel=panel)(function)
for group, panel in (
    (workspace, DATA),
    (backup, BACK),
    (config, PARTS),
    (keys, PARTS),
    (secrets, PARTS),
    (certificates, PARTS),
    (images, PARTS),
    (service, PARTS),
):
    app.add_typer(group, rich_help_panel=panel)
