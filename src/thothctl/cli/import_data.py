"""`thothctl import-data`: from a checkout, from packed volumes, from a hand-made project."""

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.setup_view import show_plan
from thothctl.errors import InvalidInputError, UsageError
from thothctl.model.address import base_url
from thothctl.operations import adopting, outside, taking_in
from thothctl.operations import restore as restoring
from thothctl.operations.backup import provide_toolbox
from thothctl.operations.outside_database import refuse_other_database
from thothctl.operations.plan import Plan
from thothctl.operations.restore_new import NewInstall, fitted, refuse_taken
from thothctl.operations.take_dump import plan_dump

SECONDS, PAUSE_SECONDS = 180, 120
STACK = "thoth-ai"
LONGEST_NAME = 33
"""Of what is before the word."""
JSON, TAR = (".json", ".json.gz"), (".tar", ".tar.gz", ".tgz")

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Django's dumpdata (.json), volumes as .tar.gz, or the name or folder of a project.",
    ),
]
Files = Annotated[
    Path | None,
    typer.Option("--files", metavar="FOLDER", help="Where the databases of a .json lie."),
]
PlanOnly = Annotated[
    bool, typer.Option("--plan", metavar="", help="Show the plan and stop; like --dry-run.")
]
Longest = Annotated[
    int,
    typer.Option(
        "--longest-pause", metavar="SECONDS", min=1, help="A project is held no longer than this."
    ),
]


@command
def import_data(
    session: Session,
    source: Sources,
    files: Files = None,
    plan: PlanOnly = False,
    longest_pause: Longest = PAUSE_SECONDS,
) -> Outcome:
    """Take in data of a development checkout, of packed volumes, or of a hand-made project."""
    paths = [Path(one).expanduser() for one in source]
    named = [path for path in paths if path.name.endswith((*JSON, *TAR))]
    if missing := [path for path in named if not path.is_file()]:
        raise InvalidInputError(f"there is no file {missing[0]}", hint="look at its path")
    if len(source) == 1 and not paths[0].is_file():
        session.install = session.chosen or _name_for(source[0])
        with session.locked("import-data", plans=plan):
            return _carry(session, _adopt(session, source[0], longest_pause), plan=plan)
    with session.locked("import-data", plans=plan):
        if str(paths[0]).endswith(JSON):
            if len(paths) > 1:
                raise UsageError("one .json at a time", hint="import the others afterwards")
            return _carry(session, _dump(session, paths[0], files), plan=plan)
        return _carry(session, _volumes(session, paths), plan=plan)


def _name_for(source: str) -> str:
    """A new install is called after the project or its folder, with a word of its own."""
    name = Path(source).expanduser().resolve().name.lower().removeprefix("thoth-")
    words = re.sub(r"[^a-z0-9_-]+", "-", name).strip("-_")
    return f"{words or 'project'}"[:LONGEST_NAME].rstrip("-_") + "-adopted"


def _dump(session: Session, path: Path, files: Path | None) -> Plan:
    return plan_dump(session.world, session.install, path.absolute(), files)


def _volumes(session: Session, paths: list[Path]) -> Plan:
    world = session.world
    with session.watched():
        provide_toolbox(world)
    seen = restoring.present(world, session.install)
    stack = world.bundles.stack(seen.install.stack)
    tars = [world.outsiders.volume_tar(path.absolute()) for path in paths]
    found = taking_in.stores_of(stack, seen, tars)
    taking_in.refuse_full(world, tars, str(seen.active.settings.get("data_dir", "")))
    return taking_in.plan_taking(seen, found, session.options.timeout or SECONDS)


def _adopt(session: Session, source: str, pause: int) -> Plan:
    world = session.world
    project = outside.project_of(world, source)
    refuse_taken(world, session.install, "--install")
    with session.watched():
        provide_toolbox(world)
    stack = world.bundles.stack(STACK)
    outside.refuse_empty(world, project)
    refuse_other_database(world, stack, project)
    settings = fitted(world, stack, outside.settings_for(stack, project))
    now = world.clock.now().isoformat(timespec="seconds")
    made = NewInstall(world.entropy.uuid(), stack, settings, world.entropy.uuid(), now)
    limits = (pause, session.options.timeout or SECONDS)
    return adopting.plan_adopting(session.install, project, made, limits)


def _carry(session: Session, made: Plan, *, plan: bool) -> Outcome:
    if plan or session.options.dry_run:
        shown = {"plan": str(made).splitlines()}
        return Outcome(shown, lambda console: show_plan(console, made, ()))
    session.confirm(f"This would {made.goal}. Go on?")
    session.carry_out(made)
    release = session.world.installs.release(
        session.install, session.world.installs.active(session.install) or 0
    )
    url = base_url(release.settings)
    data = {
        "install": session.install,
        "release": release.number,
        "url": url,
        "generations": dict(release.generations),
    }

    def show(console: Console) -> None:
        console.print(f"[green]✓[/] {made.goal}: done; {session.install} answers at {url}")
        console.print("  [dim]People sign in there with the passwords that they had[/]")

    return Outcome(data, show)
