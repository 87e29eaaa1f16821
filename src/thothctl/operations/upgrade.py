"""From the active release to another version: what is refused, and the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from thothctl.errors import IncompatibleError, UsageError
from thothctl.model.install import Release
from thothctl.model.revision import Migration, pending
from thothctl.model.setting import SettingValue
from thothctl.model.version import Reach, Version, reach, way
from thothctl.operations.cloning import Carried
from thothctl.operations.configure import edited_files, refusal_of
from thothctl.operations.offers import STABLE, Target, Versions, own_version, versions
from thothctl.operations.plan import Plan, Recovery, Step
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.rolling import ExchangeReplicas, StartOthers, TryReplica
from thothctl.operations.running import active
from thothctl.operations.steps import ActivateRelease, AwaitHealthy, StartRelease
from thothctl.operations.upgrade_settings import fitted
from thothctl.operations.upgrade_steps import PullImages, Soak
from thothctl.operations.waiting import START_SECONDS
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class UpgradeRequest:
    """What the user asked for; without a version the newest within reach is meant."""

    name: str
    version: Version | None = None
    channel: str = STABLE
    registry: str = ""
    seconds: int = 90
    soak: int = 30
    rolls_back: bool = True
    start_seconds: int = START_SECONDS
    finalize_after: str = ""
    """From when on the data of before may go."""
    rolling: bool = False
    rolls: str = ""
    """The service whose containers are exchanged one by one; empty where all start anew at once."""
    migrates: bool = False
    """Before its containers are exchanged the database is migrated, and both versions serve it."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where the install is, where it may go, the versions on the way, the settings they take."""

    stack: str
    release: Release
    target: Version
    hops: tuple[Version, ...]
    versions: Versions = field(repr=False)
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    blocked: IncompatibleError | None = None
    """What keeps from a version newer than the target, where nobody named one."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is said of a newer version that is not gone to."""
        if self.blocked is None:
            return ()
        reason = f"{self.blocked.message}; {self.blocked.hint}"
        return (f"there is a newer version that cannot be gone to from here: {reason}",)

    @property
    def installed(self) -> Version:
        return version_of(self.release)

    @property
    def migrations(self) -> tuple[Migration, ...]:
        """Those of every version on the way, in order."""
        offer, revision = self.versions.offer(), self.release.database_revision
        found: list[Migration] = []
        for one in map(offer.look, self.hops):
            found += pending(revision, one.revision, one.migrations, one.reversible_to)
            revision = one.revision
        return tuple(found)


def version_of(release: Release) -> Version:
    """The version that a release runs."""
    return Version.read(release.version) or Version((0, 0, 0))


def look_out(world: World, request: UpgradeRequest) -> Outlook:
    """Find the way, and the settings that it takes; changes nothing.

    Raises IncompatibleError for a version that cannot be gone to, InvalidInputError for settings
    that it does not take.
    """
    seen = find_way(world, request)
    if not seen.hops:
        return seen
    stack = world.bundles.stack(seen.stack)
    return replace(seen, settings=fitted(world, request.name, stack, seen.release))


def find_way(world: World, request: UpgradeRequest) -> Outlook:
    """Ask what is offered: the version that is named, else the newest that may be gone to."""
    current = active(world, request.name)
    stack = world.bundles.stack(current.install.stack)
    found = versions(world, stack, current.release, request.registry)
    far = _reached(world, request, found, version_of(current.release))
    place = current.install.stack
    return Outlook(place, current.release, far.target, far.hops, found, blocked=far.blocked)


def _reached(world: World, request: UpgradeRequest, found: Versions, installed: Version) -> Reach:
    offer, own = found.offer(), own_version(world)
    if request.version:
        return Reach(request.version, way(installed, request.version, offer, own))
    return reach(installed, found.falling(request.channel), offer, own)


def refuse_edits(world: World, name: str) -> None:
    """Raise InvalidInputError where somebody edited what is about to be rendered anew."""
    if edits := edited_files(world, name):
        raise refusal_of(edits, name)


def plan_upgrade(
    request: UpgradeRequest, seen: Outlook, target: Target, data: Carried, place: "Place"
) -> Plan:
    """The steps from the active release to one hop's version."""
    version = str(target.published.version)
    wanted = Wanted(
        "upgrade",
        version,
        seen.settings,
        {**seen.release.images, **target.references},
        data,
    )
    return Plan(
        f"upgrade {request.name} from {seen.release.version} to {version}",
        "upgrade",
        request.name,
        (
            PullImages(target.references, why="have every image before anything is touched"),
            *new_release(request, seen.stack, wanted, place),
        ),
        recovery=Recovery.UNWIND if request.rolls_back else Recovery.FORWARD,
        had_release=True,
        towards="" if request.version in {None, target.published.version} else str(request.version),
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new release is made of, and why; `between` is done before the start."""

    reason: str
    version: str
    settings: Mapping[str, str | int | bool]
    images: Mapping[str, str]
    data: Carried
    between: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new release stands in the row of releases; `before` is done before anything stops."""

    number: int
    previous: int
    now: str
    before: tuple[Step, ...] = ()


def new_release(
    request: UpgradeRequest, stack: str, wanted: Wanted, place: Place
) -> tuple[Step, ...]:
    """Render, start, watch, activate: how every change of version ends."""
    name, number = request.name, place.number
    starting = _exchanging if request.rolls else _starting
    watching = Soak(name, number, request.soak, why="a crash shows itself under load")
    return (
        RenderRelease(
            name,
            stack,
            number,
            place.now,
            wanted.reason,
            wanted.settings,
            wanted.data.generations,
            why="files that Compose accepts, before anything stops",
            images=wanted.images,
            version=wanted.version,
            databases=wanted.data.databases,
            finalize_after=request.finalize_after,
        ),
        *place.before,
        *wanted.data.steps,
        *wanted.between,
        *starting(request, wanted.version, place),
        AwaitHealthy(name, number, request.seconds, why="the new release has to answer"),
        *wanted.data.after,
        *((watching,) if request.soak else ()),
        ActivateRelease(name, number, place.previous, why=f"release {number} answers"),
    )


def _starting(request: UpgradeRequest, version: str, place: Place) -> tuple[Step, ...]:
    why, seconds = f"run {version}", request.start_seconds
    return (StartRelease(request.name, place.number, place.previous, (), why=why, seconds=seconds),)


def _exchanging(request: UpgradeRequest, version: str, place: Place) -> tuple[Step, ...]:
    name, service, seconds = request.name, request.rolls, request.seconds
    number, previous = place.number, place.previous
    proof = f"{version} proves that it becomes healthy"
    before: tuple[Step, ...] = (
        TryReplica(name, number, service, seconds, why=proof),
        StartOthers(
            name, number, previous, service, request.start_seconds, why=f"the rest of {version}"
        ),
    )
    return (
        *(reversed(before) if request.migrates else before),
        ExchangeReplicas(
            name, number, previous, service, seconds, why="one by one, while the others answer"
        ),
    )


def next_number(releases: tuple[Release, ...]) -> int:
    """The number of the release to come."""
    return max((release.number for release in releases), default=0) + 1


def one_of(channel: str, known: tuple[str, ...]) -> str:
    """The channel if there is one of that name; raises UsageError."""
    if channel not in known:
        raise UsageError(f"there is no channel {channel}", hint=f"channels: {', '.join(known)}")
    return channel
