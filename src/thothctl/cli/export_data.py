"""`thothctl export-data`: everything as plain files."""

from pathlib import Path
from typing import Annotated

import typer

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.operations.backup import provide_toolbox
from thothctl.operations.backup_order import PAUSE_SECONDS
from thothctl.operations.export import PublishExport, plan_export

To = Annotated[str, typer.Option("--to", metavar="FOLDER", help="A folder that is not there yet.")]
PlanOnly = Annotated[
    bool, typer.Option("--plan", metavar="", help="Show the plan and stop; like --dry-run.")
]
Longest = Annotated[
    int,
    typer.Option(
        "--longest-pause", metavar="SECONDS", min=1, help="Writers never wait longer than this."
    ),
]


@command
def export_data(
    session: Session, to: To = "", plan: PlanOnly = False, longest_pause: Longest = PAUSE_SECONDS
) -> Outcome:
    """Write the data of all stores, of one moment, as plain files: dumps, databases, JSON."""
    with session.locked("export-data", plans=plan):
        with session.watched():
            provide_toolbox(session.world)
        made = plan_export(session.world, session.install, to, longest_pause)
        if plan or session.options.dry_run:
            lines = str(made).splitlines()
            return Outcome({"plan": lines}, lambda c: c.print(str(made), markup=False))
        session.carry_out(made)
    folder = next(s.target for s in made.steps if isinstance(s, PublishExport))
    files = sum(path.is_file() for path in Path(folder).rglob("*"))
    line = f"[green]✓[/] {files} files are in {folder}; README.md there says how to read them"
    data = {"folder": folder, "files": files}
    return Outcome(data, lambda console: console.print(line, soft_wrap=True))
