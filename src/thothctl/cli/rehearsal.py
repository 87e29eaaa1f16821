"""`thothctl upgrade --rehearse`: the upgrade of a copy, where nobody sees and nothing gets out."""

from dataclasses import replace

from thothctl.cli.backup_drill import drill_plan
from thothctl.cli.envelope import Outcome
from thothctl.cli.restore import find_backup, key_of
from thothctl.cli.session import Session
from thothctl.errors import CheckFailedError, NotHealthyError
from thothctl.operations.backup import BackupRequest, plan_backup, provide_toolbox
from thothctl.operations.drill_ground import held
from thothctl.operations.offers import Target
from thothctl.operations.plan import Plan
from thothctl.operations.recover import refuse_unfinished
from thothctl.operations.upgrade import Outlook, UpgradeRequest, refuse_small_disk


def rehearse(session: Session, request: UpgradeRequest, seen: Outlook, target: Target) -> Outcome:
    """Back up what runs, restore it beside as the new version, check it and remove it."""
    world, version = session.world, str(target.published.version)
    refuse_small_disk(world, target)
    with session.watched():
        provide_toolbox(world)
    backup, order = plan_backup(world, BackupRequest(request.name, note=f"rehearsal of {version}"))
    session.carry_out(backup)
    found = find_backup(session, order.backup, order.target)
    images = {**seen.release.images, **target.references}
    with (
        key_of(session, found, None, None) as key,
        held(world, session.install, "upgrade --rehearse") as ground,
    ):
        world.restores.keep_key(ground, key)
        limit = request.start_seconds
        plan = drill_plan(session, found, images, version, seconds=limit)
        _carried_out(session, replace(plan, goal=f"rehearse {request.name} as {version}"), version)
    data = {"rehearsed": version, "from": seen.release.version, "backup": order.backup}
    line = f"[green]✓[/] {version} migrates a copy of the data, starts and answers"
    return Outcome(data, lambda console: console.print(line))


def _carried_out(session: Session, plan: Plan, version: str) -> None:
    """What did not become healthy is removed like everything else of it."""
    try:
        session.carry_out(plan)
    except (NotHealthyError, CheckFailedError) as error:
        refuse_unfinished(session.world, plan.install)
        raise CheckFailedError(
            f"{version} does not run on a copy of the data: {error.message}",
            hint="nothing of what runs was touched; report the version",
        ) from error
