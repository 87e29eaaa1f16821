"""What was on its way to a place when it was cut off is removed by whoever comes next."""

from thothctl.model.backup import Engine
from thothctl.operations.backup_repository import Repository
from thothctl.operations.steps import install_of
from thothctl.world import World

SENT, SWEPT = "sent", "swept"
ARRIVED = frozenset({"created", "copied", SWEPT})


def about_to_send(world: World, name: str, backup: str, target: str, engine: str) -> None:
    """Write down what is under way, so that it is known for ours if it does not arrive."""
    event = {"event": SENT, "id": backup, "target": target, "engine": engine}
    world.backup_records.note(name, event)


def sweep(world: World, name: str, target: str, *, but: str = "") -> None:
    """Remove what never arrived in a place, `but` what is on its way; nothing else is touched."""
    lost: dict[str, str] = {}
    for event in world.backup_records.events(name):
        if event.get("target") == target and event.get("event") == SENT:
            lost[str(event["id"])] = str(event.get("engine"))
        elif event.get("target") == target and event.get("event") in ARRIVED:
            lost.pop(str(event["id"]), None)
    lost.pop(but, None)
    if not lost:
        return
    world.targets.open(target, name).sweep(tuple(lost))
    for backup, engine in lost.items():
        if engine == Engine.REPOSITORY:
            Repository(world, install_of(world, name), target, backup).drop(backup)
        world.backup_records.note(name, {"event": SWEPT, "id": backup, "target": target})


def places_sent_to(world: World, name: str) -> list[str]:
    """Every place that a backup was on its way to."""
    events = world.backup_records.events(name)
    return [str(event["target"]) for event in events if event.get("event") == SENT]
