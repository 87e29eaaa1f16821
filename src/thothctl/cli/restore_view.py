"""How a restore is shown: its plan, its end, and that there was nothing to do."""

from collections.abc import Mapping

from rich.console import Console

from thothctl.cli.envelope import Outcome
from thothctl.cli.session import Session
from thothctl.cli.setup_view import show_plan
from thothctl.model.address import base_url
from thothctl.operations.plan import Plan


def restored(install: str, backup: str) -> Outcome:
    """Nothing was done, for nothing had to be."""
    data = {"backup": backup, "stores": {}, "restored": False}
    line = (
        f"{install} runs on {backup} already and nothing was added or removed since: "
        "nothing to do. Give --again to restore it once more."
    )
    return Outcome(data, lambda console: console.print(line, markup=False))


def planned(plan: Plan) -> Outcome:
    """What would be done."""
    return Outcome({"plan": str(plan).splitlines()}, lambda console: show_plan(console, plan, ()))


def done(session: Session, plan: Plan, more: Mapping[str, object]) -> Outcome:
    """Where the install runs now, and on which data."""
    world, name = session.world, session.install
    release = world.installs.release(name, world.installs.active(name) or 0)
    url = base_url(release.settings)
    data = {"release": release.number, "url": url, "generations": dict(release.generations), **more}

    def show(console: Console) -> None:
        console.print(f"[green]✓[/] {plan.goal}: done, release {release.number} at {url}")
        if plan.had_release and more:
            console.print("  [dim]`thothctl restore --undo` goes back to the data of before[/]")

    return Outcome(data, show)
