"""Setup: from what is there to a healthy stack with the chosen settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thothctl.model.address import has_own_postgres
from thothctl.model.install import Install, Release
from thothctl.model.observed import Condition, ObservedStack
from thothctl.model.provider import secrets_in_use
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations import steps
from thothctl.operations.configure import edited_files
from thothctl.operations.consequences import SetupRequest, anew, indexed
from thothctl.operations.data_folder import refuse_moved
from thothctl.operations.database_steps import own_database, superuser_secret
from thothctl.operations.outer_steps import (
    certificate_steps,
    folder_steps,
    network_steps,
    order_steps,
    own_file_steps,
)
from thothctl.operations.own_files import additions_changed
from thothctl.operations.plan import Plan, Step
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.secret_steps import AlignRole, ChangeSignIn
from thothctl.operations.setup_secrets import removed, replaced, told
from thothctl.operations.upgrade_steps import PullImages
from thothctl.operations.waiting import start_limit
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Situation:
    """What is recorded and what runs, before anything is decided.

    `kept` are the images that stay what they are: another version is what `upgrade` is for.
    """

    install: Install | None = None
    settings: Mapping[str, SettingValue] | None = None
    releases: tuple[Release, ...] = ()
    active: Release | None = None
    observed: ObservedStack = field(default_factory=ObservedStack)
    override_changed: bool = False
    own_files: bool = False
    images_present: bool = False
    edited: bool = False
    stored: frozenset[str] = frozenset()
    kept: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a new install gets from clock and chance."""

    uuid: str
    now: str


def look(world: World, request: SetupRequest) -> Situation:
    """Read records and engine; changes nothing."""
    install = world.installs.find(request.name)
    own = bool(world.installs.own_files(request.name))
    if install is None:
        return Situation(own_files=own)
    number = world.installs.active(request.name)
    active = world.installs.release(request.name, number) if number else None
    return Situation(
        install=install,
        settings=world.installs.settings(request.name),
        releases=world.installs.releases(request.name),
        active=active,
        observed=world.engine.observe(install.uuid),
        override_changed=additions_changed(world, request.name, number),
        own_files=own,
        images_present=bool(active) and _images_present(world, active, request),
        edited=bool(number) and bool(edited_files(world, request.name)),
        stored=frozenset(s for s in request.offered if world.installs.has_secret(request.name, s)),
        kept=_kept(world, active),
    )


def _kept(world: World, active: Release | None) -> Mapping[str, str]:
    """All images that run here; none where one is gone, for versions are not mixed."""
    images = active.images if active else {}
    return images if all(world.engine.image(one) for one in images.values()) else {}


def _images_present(world: World, release: Release | None, request: SetupRequest) -> bool:
    """All that the release has, and none that it went without and that came since."""
    if release is None:
        return True
    wanted = world.bundles.stack(request.stack).images_for(request.settings)
    came = (i for i in wanted if i.optional and i.name not in release.images)
    return all(
        world.engine.image(reference) is not None for reference in release.images.values()
    ) and not any(world.images.present(image) for image in came)


def plan_setup(seen: Situation, request: SetupRequest, stack: Stack, fresh: Fresh) -> Plan:
    """Decide how to get to the requested stack; an empty plan means nothing to do."""
    goal = f"set up {request.stack} as {request.name}"
    if newest := max(seen.releases, key=lambda r: r.number, default=None):
        refuse_moved(newest.settings, request.settings)
    if seen.active is not None and _is_current(seen, seen.active, request, stack):
        start = () if _runs(seen, seen.active, stack) else _start(seen, request)
        return _plan(
            goal,
            request,
            (
                *replaced(request.name, request.offered, seen.stored),
                *start,
                *removed(request.name, request.unwanted),
            ),
            seen,
        )
    return _plan(goal, request, _new_release(seen, request, stack, fresh), seen)


def _plan(goal: str, request: SetupRequest, steps: tuple[Step, ...], seen: Situation) -> Plan:
    return Plan(goal, "setup", request.name, steps, had_release=seen.active is not None)


def _is_current(seen: Situation, active: Release, request: SetupRequest, stack: Stack) -> bool:
    same = stack.complete(active.settings) == stack.complete(request.settings)
    same = same and not {*request.offered} & _read_at_start(request, stack)
    same = same and not (seen.edited and request.discard_edits)
    return same and not seen.override_changed and seen.images_present


def _read_at_start(request: SetupRequest, stack: Stack) -> set[str]:
    """The keys in use, and what is generated: a new value of these takes a new release."""
    generated = {s.name for s in stack.secrets_for(request.settings) if not s.provider}
    if has_own_postgres(request.settings):
        generated.add(superuser_secret(stack))
    return generated | set(secrets_in_use(request.settings).values())


def _runs(seen: Situation, active: Release, stack: Stack) -> bool:
    wanted = {s.name for s in stack.having(active.images).running_for(active.settings)}
    running = {c.service for c in seen.observed.containers if c.condition is not Condition.STOPPED}
    return running >= wanted


def _start(seen: Situation, request: SetupRequest) -> tuple[Step, ...]:
    number = seen.active.number if seen.active else 0
    why, limit = "its containers are not running", start_limit(request.seconds)
    return (
        steps.StartRelease(request.name, number, number, (), why=why, seconds=limit),
        steps.AwaitHealthy(
            request.name, number, request.seconds, why="setup ends when the stack answers"
        ),
    )


def _new_release(
    seen: Situation, request: SetupRequest, stack: Stack, fresh: Fresh
) -> tuple[Step, ...]:
    name = request.name
    number = max((r.number for r in seen.releases), default=0) + 1
    previous = seen.active.number if seen.active else None
    generations = _generations(seen, stack, request.settings)
    new = _fresh_stores(seen, generations)
    install = seen.install or Install(name, fresh.uuid, "", fresh.now)
    volumes = tuple(install.volume(store, generation) for store, generation in new.items())
    images = {**seen.kept, **request.images}
    return (
        *_provided(request, images),
        *_identity(seen, request, fresh),
        steps.GenerateSecrets(name, request.stack, request.settings, why="no default passwords"),
        *replaced(request.name, request.offered, seen.stored),
        *certificate_steps(name, request.settings),
        steps.SaveSettings(name, request.settings, seen.settings, why="what was chosen"),
        RenderRelease(
            name,
            request.stack,
            number,
            fresh.now,
            "config" if seen.releases else "install",
            request.settings,
            generations,
            why="files that Compose accepts, before anything starts",
            anew=anew(seen.active, request, stack),
            images=images,
            version=request.version or (seen.active.version if seen.active and seen.kept else ""),
            registry=request.registry,
        ),
        *own_file_steps(name, number, there=seen.own_files),
        *network_steps(seen.install, seen.active, request.settings),
        *folder_steps(name, request.stack, request.settings, new),
        *own_database(stack, request, number, previous, volumes),
        steps.StartRelease(
            name, number, previous, volumes, why="run it", seconds=start_limit(request.seconds)
        ),
        *_told(seen, request, stack, AlignRole),
        steps.AwaitHealthy(name, number, request.seconds, why="setup ends when the stack answers"),
        *order_steps(name, request.settings),
        *_told(seen, request, stack, ChangeSignIn),
        steps.ActivateRelease(name, number, previous, why=f"release {number} answers"),
        *indexed(seen.active, request, stack, number),
        *removed(request.name, request.unwanted),
    )


def _provided(request: SetupRequest, images: Mapping[str, str]) -> tuple[Step, ...]:
    why = "have every image before anything is touched"
    pulled = (PullImages(request.images, why=why),) if request.images else ()
    policy, kept = request.policy.value, tuple(images)
    return (
        *pulled,
        steps.ProvideImages(
            request.stack, request.settings, policy, request.registry, why=why, kept=kept
        ),
    )


def _told(
    seen: Situation, request: SetupRequest, stack: Stack, kind: type[Step]
) -> tuple[Step, ...]:
    """In a first release everybody starts with the secrets there are."""
    if seen.active is None:
        return ()
    return told(request.name, stack, request.settings, request.offered, kind)


def _identity(seen: Situation, request: SetupRequest, fresh: Fresh) -> tuple[Step, ...]:
    if seen.install is not None:
        return ()
    why = "a label of its own on everything it creates"
    return (steps.CreateInstall(request.name, fresh.uuid, request.stack, fresh.now, why=why),)


def _generations(
    seen: Situation, stack: Stack, settings: Mapping[str, SettingValue]
) -> dict[str, int]:
    """The newest release's generations; a store that is new starts at 1."""
    newest = max(seen.releases, key=lambda r: r.number, default=None)
    known = dict(newest.generations) if newest else {}
    return {store.name: known.get(store.name, 1) for store in stack.stores_for(settings)}


def _fresh_stores(seen: Situation, generations: Mapping[str, int]) -> dict[str, int]:
    """Those that no release ever used: only these may be created, and taken back."""
    used = {(s, g) for r in seen.releases for s, g in r.generations.items()}
    return {s: g for s, g in generations.items() if (s, g) not in used}
