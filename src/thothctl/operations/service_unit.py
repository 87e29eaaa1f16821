"""The install as a service of the machine: units are written, started and removed."""

from collections.abc import Mapping
from dataclasses import dataclass

from thothctl.config.unit_file import cron_line, shell_line
from thothctl.errors import InvalidInputError, NoSystemdError, NotHealthyError
from thothctl.model.unit import Caller, UnitPlace
from thothctl.operations.unit_files import Unit, UnitRequest, chores, mark, wanted
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit is: on the disk and in the manager's eyes."""

    name: str
    is_there: bool
    enabled: str = ""
    active: str = ""


def install(world: World, request: UnitRequest, only: str = "") -> tuple[str, ...]:
    """Write, enable and start what is not there yet; returns the names of what changed.

    `only` one chore leaves everything else as it is.
    """
    units = tuple(unit for unit in wanted(world, request) if _is_of(unit.name, request, only))
    refuse_unfit(world, request)
    there = world.units.read(request.place)
    ours = [name for name in _ours(world, request, there) if _is_of(name, request, only)]
    _refuse_foreign(world, request, units, set(there) - set(ours))
    stale = sorted(set(ours) - {unit.name for unit in units})
    _take_away(world, request.place, stale)
    changed = [unit for unit in units if there.get(unit.name) != unit.text]
    for unit in changed:
        world.units.write(request.place, unit.name, unit.text)
    if changed or stale:
        _reload(world, request.place)
    idle = [s.name for s in standing(world, request) if not _runs(s, request.place)]
    started = [unit.name for unit in units if unit.started and unit.name in idle]
    if started:
        now = [] if request.place.root else ["--now"]
        _control(world, request.place, "enable", *now, *started)
    return tuple(dict.fromkeys([*stale, *(unit.name for unit in changed), *started]))


def refuse_unfit(world: World, request: UnitRequest) -> None:
    """Raise when this machine has no systemd, or this account may not change it."""
    if request.place.root is not None:
        return
    if not world.units.manages():
        raise NoSystemdError(
            "systemd does not run this machine",
            hint="put these lines into `crontab -e`:\n" + "\n".join(cron(world, request.name)),
        )
    if not request.place.for_user and not world.host.is_root():
        words = _again(world.units.caller(), request)
        raise InvalidInputError(
            f"only root may write to {world.units.folder(request.place)}",
            hint=f"`{words}`, or --user-unit for a unit of your own",
        )


def _again(caller: Caller, request: UnitRequest) -> str:
    settings = [f"{name}={value}" for name, value in caller.environment.items()]
    user = request.user or caller.account.name
    words = ["service", "install", "--install", request.name, "--user", user]
    return shell_line(["sudo", "env", *settings, *caller.program, *words])


def cron(world: World, name: str) -> tuple[str, ...]:
    """The same for a machine without systemd, as lines of a crontab."""
    caller = world.units.caller()
    tail = ("--install", name, "--non-interactive")
    timed = ((chore.cron, chore.command) for chore in chores(world, name))
    return tuple(
        cron_line(when, [*caller.program, *command, *tail], caller.environment)
        for when, command in (("@reboot", ("start",)), *timed)
    )


def _is_of(unit: str, request: UnitRequest, chore: str) -> bool:
    return not chore or unit.startswith(f"thoth-{request.name}.{chore}.")


def uninstall(world: World, request: UnitRequest, only: str = "") -> tuple[str, ...]:
    """Disable and remove the install's units, or those of `only` one chore; returns their names."""
    there = world.units.read(request.place)
    ours = sorted(n for n in _ours(world, request, there) if _is_of(n, request, only))
    if ours:
        refuse_unfit(world, request)
        _take_away(world, request.place, ours)
        _reload(world, request.place)
    return tuple(ours)


def installed(world: World, name: str) -> tuple[UnitRequest, ...]:
    """Where units of this install lie: the machine's folder, this account's, both or neither."""
    try:
        units = world.units
    except NoSystemdError:
        return ()
    requests = (UnitRequest(name, UnitPlace(for_user=own)) for own in (False, True))
    return tuple(r for r in requests if _ours(world, r, units.read(r.place)))


def by_hand(world: World, request: UnitRequest) -> str:
    """What somebody has to run to remove them; empty where this very process may do it."""
    may = request.place.for_user or world.host.is_root()
    if may and world.units.manages():
        return ""
    caller = world.units.caller()
    words = [*caller.program, "service", "uninstall", "--install", request.name]
    if request.place.for_user:
        return shell_line([*words, "--user-unit"])
    own = [f"{name}={value}" for name, value in caller.environment.items()]
    return shell_line(["sudo", "env", *own, *words])


def standing(world: World, request: UnitRequest) -> tuple[Standing, ...]:
    """How each unit is that should be there, or is."""
    ours = _ours(world, request, world.units.read(request.place))
    names = dict.fromkeys([*(unit.name for unit in wanted(world, request)), *sorted(ours)])
    return tuple(
        Standing(
            name,
            name in ours,
            _asked(world, request.place, "is-enabled", name),
            _asked(world, request.place, "is-active", name),
        )
        for name in names
    )


def _asked(world: World, place: UnitPlace, question: str, name: str) -> str:
    if place.root is None and not world.units.manages():
        return "unknown"
    if place.root is not None and question == "is-active":
        return "unknown"
    _, said = world.units.control(place, [question, name])
    return said.splitlines()[-1] if said else "unknown"


def _runs(one: Standing, place: UnitPlace) -> bool:
    return one.enabled == "enabled" and (place.root is not None or one.active == "active")


def _ours(world: World, request: UnitRequest, there: Mapping[str, str]) -> list[str]:
    first = f"# {mark(request.name, world.home)}"
    return [name for name, text in there.items() if text.partition("\n")[0] == first]


def _refuse_foreign(
    world: World, request: UnitRequest, units: tuple[Unit, ...], foreign: set[str]
) -> None:
    if taken := sorted(foreign & {unit.name for unit in units}):
        raise InvalidInputError(
            f"{world.units.folder(request.place)}/{taken[0]} is there and is not of this install",
            hint="look at its first line; move it away, or give the install another name",
        )


def _take_away(world: World, place: UnitPlace, names: list[str]) -> None:
    if not names:
        return
    now = [] if place.root else ["--now"]
    timers = [name for name in names if name.endswith(".timer")]
    stacks = [name for name in names if name.count(".") == 1]
    world.units.control(place, ["disable", *now, *timers, *stacks])
    for name in names:
        world.units.remove(place, name)


def _reload(world: World, place: UnitPlace) -> None:
    if place.root is None:
        _control(world, place, "daemon-reload")


def _control(world: World, place: UnitPlace, *words: str) -> None:
    status, said = world.units.control(place, words)
    if status != 0:
        raise NotHealthyError(
            f"systemctl could not {words[0]}: {said.strip() or f'status {status}'}",
            hint=f"see `journalctl --unit {words[-1]}`, then run this again",
        )
