"""The units of an install as text: one that starts it, and two for each chore by the clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from thothctl.config.unit_file import unit_command, unit_environment, unit_word
from thothctl.errors import InvalidInputError, UsageError
from thothctl.model.unit import Account, Chore, UnitPlace
from thothctl.operations.steps import install_of
from thothctl.world import World

MARK = "Written by thothctl for the install"


@dataclass(frozen=True, slots=True)
class UnitRequest:
    """What the user asked for; `user` is the account the units run as, empty for the caller's."""

    name: str
    place: UnitPlace = field(default_factory=UnitPlace)
    user: str = ""
    on_failure: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit file as it should be; `started` ones are enabled and run."""

    name: str
    text: str
    started: bool


def wanted(world: World, request: UnitRequest) -> tuple[Unit, ...]:
    """The units, rendered; the stack's own first."""
    install = install_of(world, request.name)
    caller, account = world.units.caller(), _account(world, request)
    stack = world.bundles.stack(install.stack)
    values: dict[str, object] = {
        "mark": mark(request.name, world.home),
        "install": request.name,
        "system": not request.place.for_user,
        "user": "" if request.place.for_user or account.uid == 0 else account.name,
        "home": unit_word(str(world.home)),
        "environment": unit_environment(caller.environment),
        "program": unit_command(caller.program),
        "stack_unit": _stack_unit(request.name),
        "on_failure": unit_word(request.on_failure) if request.on_failure else "",
    }
    title = {"title": stack.title.replace("%", "%%")}
    first = Unit(
        _stack_unit(request.name),
        world.units.render("stack.service.j2", {**values, **title}),
        started=True,
    )
    return (first, *_timed(world, request, values))


def _timed(world: World, request: UnitRequest, values: Mapping[str, object]) -> Iterator[Unit]:
    for chore in chores(world, request.name):
        own = {
            **values,
            "title": f"thothctl {chore.title}",
            "words": unit_command(chore.command),
            "calendar": chore.calendar,
            "delay": chore.delay,
            "limit": chore.limit,
        }
        base = f"thoth-{request.name}.{chore.name}"
        service = world.units.render("maintenance.service.j2", own)
        yield Unit(f"{base}.service", service, started=False)
        yield Unit(f"{base}.timer", world.units.render("maintenance.timer.j2", own), started=True)


def chores(world: World, name: str) -> tuple[Chore, ...]:
    """Those that make sense with the install's settings, and the backups that were scheduled."""
    settings = world.installs.settings(name) or {}
    usual = (chore for chore in world.units.chores() if chore.makes_sense(settings))
    scheduled = world.backup_records.schedule(name)
    return (*usual, *((scheduled.chore(name),) if scheduled else ()))


def _account(world: World, request: UnitRequest) -> Account:
    if not request.user:
        return world.units.caller().account
    if request.place.for_user:
        raise UsageError(
            "--user-unit runs as whoever owns it", hint="give --user or --user-unit, not both"
        )
    account = world.units.account(request.user)
    if account is None:
        raise InvalidInputError(
            f"there is no account {request.user}", hint="see `getent passwd` for those there are"
        )
    owner = world.units.caller().account
    if account != owner:
        raise InvalidInputError(
            f"{world.home} belongs to {owner.name}, and {account.name} cannot enter it",
            hint=f"give --user {owner.name}, or set THOTHCTL_HOME to the records of {account.name}",
        )
    return account


def mark(name: str, home: Path) -> str:
    """The first line of a unit, by which it is known to be of this install."""
    return f"{MARK} {name} of {unit_word(str(home))}; the next `service install` writes it anew."


def _stack_unit(name: str) -> str:
    return f"thoth-{name}.service"
