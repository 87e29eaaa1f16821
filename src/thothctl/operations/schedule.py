"""Backups by the clock: a timer of systemd or a line of cron, and what each of them runs."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from thothctl.config.unit_file import cron_line
from thothctl.errors import NoSystemdError, ThothctlError, UsageError
from thothctl.model.backup import Engine
from thothctl.model.backup_access import ACCESS
from thothctl.model.event import Note
from thothctl.model.schedule import COMMAND, Schedule
from thothctl.model.unit import UnitPlace
from thothctl.operations import service_unit
from thothctl.operations.steps import install_of
from thothctl.operations.unit_files import UnitRequest, mark
from thothctl.world import World

CHORE = "backup"
WEBHOOK = ACCESS["webhook"]


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What runs the schedule: `systemd` or `cron`, and what of it was changed."""

    by: str
    changed: tuple[str, ...]


def place_of(world: World, place: UnitPlace) -> UnitPlace:
    """The machine's units for root, else those of the account."""
    return (
        place if place.root or place.for_user or world.host.is_root() else UnitPlace(for_user=True)
    )


def install(world: World, name: str, schedule: Schedule, place: UnitPlace) -> Clockwork:
    """Write the schedule down, and have the machine keep it."""
    install_of(world, name)
    if schedule.target:  # a typing error is told now, and a folder is one wherever it is run from
        address = world.targets.open(schedule.target, name).address
        schedule = replace(schedule, target=address)
    before = world.backup_records.schedule(name)
    world.backup_records.save_schedule(name, schedule)
    try:
        return _wound_up(world, name, schedule, place_of(world, place))
    except ThothctlError:
        world.backup_records.save_schedule(name, before)
        raise


def _wound_up(world: World, name: str, schedule: Schedule, place: UnitPlace) -> Clockwork:
    if place.root or world.units.manages():
        _leave_cron(world, name)
        changed = service_unit.install(world, UnitRequest(name, place), only=CHORE)
        return Clockwork("systemd", changed)
    if not world.crontab.is_there():
        raise NoSystemdError(
            "neither systemd nor cron runs this machine",
            hint=f"have something else run this by the clock:\n{line_of(world, name, schedule)}",
        )
    changed = _written(world, name, line_of(world, name, schedule))
    return Clockwork("cron", changed)


def remove(world: World, name: str, place: UnitPlace) -> tuple[str, ...]:
    """Nothing is run by the clock any more; backups stay."""
    install_of(world, name)
    world.backup_records.save_schedule(name, None)
    found = list(_leave_cron(world, name))
    place = place_of(world, place)
    if place.root or world.units.manages():
        found += service_unit.uninstall(world, UnitRequest(name, place), only=CHORE)
    return tuple(found)


def line_of(world: World, name: str, schedule: Schedule) -> str:
    """The same for cron."""
    caller, chore = world.units.caller(), schedule.chore(name)
    words = [*caller.program, *chore.command, "--install", name, "--non-interactive"]
    return cron_line(chore.cron, words, caller.environment)


def _written(world: World, name: str, line: str) -> tuple[str, ...]:
    """The line and a mark above it; others' lines stay as they are."""
    before = world.crontab.lines()
    after = (*_others(world, name), f"# {mark(name, world.home)}", line)
    if sorted(before) == sorted(after):
        return ()
    world.crontab.write(after)
    return (line,)


def _leave_cron(world: World, name: str) -> tuple[str, ...]:
    if not world.crontab.is_there():
        return ()
    before, after = world.crontab.lines(), _others(world, name)
    if len(before) == len(after):
        return ()
    world.crontab.write(after)
    return tuple(line for line in before if line not in after)


def _others(world: World, name: str) -> tuple[str, ...]:
    """A line of ours comes right after its mark, and runs what we run."""
    first, lines = f"# {mark(name, world.home)}", world.crontab.lines()
    command = f" {shlex.join([*COMMAND, '--install', name])} "
    return tuple(
        line
        for before, line in zip(("", *lines), lines, strict=False)
        if line != first and not (before == first and command in line)
    )


def refuse_unscheduled(world: World, name: str) -> Schedule:
    """What is run by the clock; raises where nothing is."""
    if (found := world.backup_records.schedule(name)) is None:
        raise UsageError(
            f"no backups of {name} are scheduled", hint="run `thothctl backup schedule set`"
        )
    return found


def engine_of(schedule: Schedule) -> Engine | None:
    """The one that the schedule names."""
    return Engine(schedule.engine) if schedule.engine else None


def tell(world: World, name: str, schedule: Schedule | None, what: Mapping[str, str]) -> None:
    """Everybody who is to hear of a failure; one who cannot be told does not silence the next."""
    now = world.clock.now().isoformat(timespec="seconds")
    document = {"event": "backup_failed", "install": name, "at": now, **what}
    text = f"The backup of {name} failed at {now}: {what['message']}\n\n{what['hint']}\n"
    words = tuple(shlex.split(schedule.mail_command)) if schedule else ()
    if world.installs.find(name) and world.installs.has_secret(name, WEBHOOK):
        _told(world, lambda: world.notices.webhook(world.installs.secret(name, WEBHOOK), document))
    if words:
        _told(world, lambda: world.notices.mail(words, text))


def _told(world: World, act: Callable[[], None]) -> None:
    try:
        act()
    except ThothctlError as error:
        world.report(Note(f"nobody was told: {error.message}"))
