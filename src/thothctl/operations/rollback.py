"""Back to an earlier release: what each candidate would lose, and the plan."""

from dataclasses import dataclass

from thothctl.errors import CheckFailedError, UsageError
from thothctl.model.install import Install, Release
from thothctl.operations.cloning import Carried
from thothctl.operations.outer_steps import certificate_steps, network_steps
from thothctl.operations.plan import Plan, Step
from thothctl.operations.rollback_data import Back
from thothctl.operations.running import active
from thothctl.operations.steps import SaveSettings
from thothctl.operations.upgrade import (
    Place,
    UpgradeRequest,
    Wanted,
    new_release,
    next_number,
)
from thothctl.operations.upgrade_steps import PullImages
from thothctl.operations.waiting import START_SECONDS
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Seen:
    """What runs, and what was there before."""

    install: Install
    release: Release
    releases: tuple[Release, ...]


def look_back(world: World, name: str) -> Seen:
    """Read the records; changes nothing."""
    current = active(world, name)
    return Seen(current.install, current.release, world.installs.releases(name))


def chosen(seen: Seen, number: int | None) -> Release:
    """The release that is meant: by number, else the newest before the active one."""
    earlier = [r for r in seen.releases if r.number != seen.release.number]
    if number is None:
        older = [release for release in earlier if release.number < seen.release.number]
        if not older:
            raise CheckFailedError(
                f"release {seen.release.number} is the first one, there is nothing to go back to",
                hint="see `thothctl releases`",
            )
        return older[-1]
    found = next((release for release in earlier if release.number == number), None)
    if found is None:
        known = ", ".join(str(release.number) for release in earlier) or "none"
        raise UsageError(f"there is no release {number} to go back to", hint=f"candidates: {known}")
    return found


def refuse_hopeless(world: World, release: Release) -> None:
    """Raise where an image can neither be found nor pulled: before anything is touched."""
    images = [one for one in release.images.values() if "@" not in one]
    if gone := [one for one in images if world.engine.image(one) is None]:
        raise CheckFailedError(
            f"image {', '.join(gone)} of release {release.number} is gone from the engine",
            hint="it was built here and no registry has it; choose another: `thothctl releases`",
        )


def back_to(seen: Seen, release: Release, seconds: int = START_SECONDS) -> Back:
    """The way that is asked for; migrations on it may take so long."""
    return Back(seen.install, seen.release, release, seen.releases, seconds)


def plan_rollback(
    request: UpgradeRequest, seen: Seen, release: Release, data: Carried, now: str
) -> Plan:
    """The steps back to the images and settings of an earlier release, on this data."""
    pinned = {name: one for name, one in release.images.items() if "@" in one}
    steps: tuple[Step, ...] = (
        PullImages(pinned, why="have every image before anything is touched"),
        *_settings(request.name, seen, release),
        *certificate_steps(request.name, release.settings),
        *new_release(
            request,
            seen.install.stack,
            Wanted(
                "rollback",
                release.version,
                release.settings,
                release.images,
                data,
                between=network_steps(seen.install, seen.release, release.settings),
            ),
            Place(next_number(seen.releases), seen.release.number, now),
        ),
    )
    goal = f"roll {request.name} back to release {release.number} ({release.version})"
    return Plan(goal, "rollback", request.name, steps, had_release=True)


def _settings(name: str, seen: Seen, release: Release) -> tuple[Step, ...]:
    if release.settings == seen.release.settings:
        return ()
    why = f"those of release {release.number}"
    return (SaveSettings(name, release.settings, seen.release.settings, why=why),)
