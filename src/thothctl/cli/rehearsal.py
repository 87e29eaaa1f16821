"""`thothctl upgrade --rehearse`: the upgrade of a copy, where nobody sees and nothing gets out."""

from collections.abc import Sequence
from dataclasses import replace

from thothctl.cli.backup_drill import drill_plan
from thothctl.cli.backup_key import warnings_of_key
from thothctl.cli.envelope import Outcome
from thothctl.cli.hop import target_of
from thothctl.cli.restore import find_backup, key_of
from thothctl.cli.session import Session
from thothctl.errors import CheckFailedError, NotHealthyError
from thothctl.operations.backup import BackupRequest, plan_backup, provide_toolbox
from thothctl.operations.clusters import refuse_second_postgres
from thothctl.operations.drill import Hop, RenderDrill
from thothctl.operations.drill_ground import held
from thothctl.operations.offers import Target
from thothctl.operations.plan import Plan
from thothctl.operations.recover import refuse_unfinished
from thothctl.operations.room import refuse_small_disk
from thothctl.operations.upgrade import Outlook, UpgradeRequest


def rehearse(session: Session, request: UpgradeRequest, seen: Outlook) -> Outcome:
    """Back up what runs, restore it beside as each new version in turn, check it and remove it."""
    world, targets = session.world, chosen_targets(session, seen)
    versions = [str(one.published.version) for one in targets]
    with session.watched():
        provide_toolbox(world)
    note = f"rehearsal of {versions[-1]}"
    backup, order = plan_backup(world, BackupRequest(request.name, note=note))
    session.carry_out(backup)
    found = find_backup(session, order.backup, order.target)
    first, *later = _hops(seen, targets)
    with (
        key_of(session, found, None, None) as key,
        held(world, session.install, "upgrade --rehearse") as ground,
    ):
        world.restores.keep_key(ground, key)
        limit = request.start_seconds
        plan = drill_plan(session, found, first, later, seconds=limit)
        goal = f"rehearse {request.name} as {', then '.join(versions)}"
        _carried_out(session, replace(plan, goal=goal))
    data = {
        "rehearsed": versions[-1],
        "hops": versions,
        "from": seen.release.version,
        "backup": order.backup,
    }
    line = f"[green]✓[/] {' and '.join(versions)} migrates a copy of the data, starts and answers"
    warnings = warnings_of_key(session)
    return Outcome(data, lambda console: console.print(line), warnings=warnings)


def chosen_targets(session: Session, seen: Outlook) -> tuple[Target, ...]:
    """Every version on the way; what is known against them is said before one is built."""
    _refuse_unfit(session, [target_of(session, seen, hop) for hop in seen.hops])
    targets = tuple(target_of(session, seen, hop, build=True) for hop in seen.hops)
    _refuse_unfit(session, targets)
    return targets


def _refuse_unfit(session: Session, targets: Sequence[Target]) -> None:
    refuse_second_postgres([(str(one.published.version), one.images) for one in targets])
    refuse_small_disk(session.world, targets)


def _hops(seen: Outlook, targets: Sequence[Target]) -> list[Hop]:
    """Each version with all that it runs, by what the one before it ran."""
    hops, images = [], dict(seen.release.images)
    for target in targets:
        images |= target.references
        hops.append(Hop(str(target.published.version), dict(images)))
    return hops


def _carried_out(session: Session, plan: Plan) -> None:
    """What did not become healthy is removed like everything else of it."""
    try:
        session.carry_out(plan)
    except (NotHealthyError, CheckFailedError) as error:
        refuse_unfinished(session.world, plan.install)
        raise CheckFailedError(
            f"{_tried(session, plan)} does not run on a copy of the data: {error.message}",
            hint="nothing of what runs was touched; report the version",
        ) from error


def _tried(session: Session, plan: Plan) -> str:
    """The version at which it ended."""
    every = session.world.journal.operations(plan.install)
    entries = next((one.entries for one in every if one.operation == session.operation), ())
    begun = [int(str(one["index"])) for one in entries if one["event"] == "started"]
    tried = plan.steps[: max(begun, default=0) + 1]
    rendered = [one for one in tried if isinstance(one, RenderDrill)]
    return rendered[-1].version if rendered else plan.goal
