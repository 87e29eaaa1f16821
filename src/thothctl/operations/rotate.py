"""New values for secrets: who has to learn of each, and in which order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from thothctl.config.secret_sources import FILE, read_sources
from thothctl.config.strength import weakness
from thothctl.errors import CheckFailedError, InvalidInputError, UsageError
from thothctl.model.address import has_own_postgres
from thothctl.model.install import Release
from thothctl.model.observed import Condition, ObservedStack
from thothctl.model.secret import Secret
from thothctl.model.secret_spec import SecretSpec
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations import steps
from thothctl.operations.plan import Plan, Step
from thothctl.operations.running import Active
from thothctl.operations.secret_checks import least_bits
from thothctl.operations.secret_steps import (
    AlignRole,
    ChangeSignIn,
    KeepConsumers,
    ReplaceSecret,
    RestartConsumers,
)
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Replacement:
    """Secrets whose new values lie ready; `stored` are those that have a value now."""

    stack: Stack
    release: Release
    secrets: tuple[str, ...]
    stored: frozenset[str]
    seconds: int


def spec_of(stack: Stack, name: str) -> SecretSpec:
    """What the stack says of a secret; raises UsageError with the names it knows."""
    known = {secret.name: secret for secret in stack.secrets}
    if name not in known:
        raise UsageError(
            f"the stack has no secret {name}", hint="see `thothctl secrets list` for the names"
        )
    return known[name]


def rotated(world: World, name: str, specs: Iterable[SecretSpec]) -> dict[str, Secret]:
    """A new value for each; where the old one lives on, that too."""
    new: dict[str, Secret] = {}
    for spec in specs:
        if spec.asked_by:
            raise InvalidInputError(
                f"{spec.name} is yours to give", hint=f"run `thothctl secrets set {spec.name}`"
            )
        if spec.provider:
            raise InvalidInputError(
                f"{spec.name} is the provider's to make",
                hint=f"make a new key there, then `thothctl keys set {spec.provider}`",
            )
        new[spec.name] = world.entropy.secret(spec)
        if spec.old_as and world.installs.has_secret(name, spec.name):
            new[spec.old_as] = world.installs.secret(name, spec.name)
    return new


def refuse_foreign(
    stack: Stack, settings: Mapping[str, SettingValue], specs: Iterable[SecretSpec], *, skip: bool
) -> list[SecretSpec]:
    """Those that are ours to make; `skip` leaves out roles of the user's own PostgreSQL.

    Raises InvalidInputError for one that was asked for by name.
    """
    own = has_own_postgres(stack.complete(settings))
    kept = [spec for spec in specs if not (own and spec.postgres_role)]
    foreign = [spec for spec in specs if spec not in kept]
    if foreign and not skip:
        raise InvalidInputError(
            f"{foreign[0].postgres_role} is a role of your own PostgreSQL",
            hint=f"change its password there, then run `thothctl secrets set {foreign[0].name}`",
        )
    return kept


def refuse_fetched(world: World, name: str, stack: Stack, specs: Iterable[SecretSpec]) -> None:
    """Raise InvalidInputError for a secret whose value is kept elsewhere: it is changed there."""
    sources = {one.secret: one for one in read_sources(stack, world.installs.secret_sources(name))}
    for spec in specs:
        if spec.name in sources:
            raise InvalidInputError(
                f"{spec.name} comes from {sources[spec.name].backend}, as {FILE} says",
                hint="change it there, then run `thothctl secrets fetch`",
            )


def sources_of(world: World, name: str, stack: Stack) -> frozenset[str]:
    """The secrets whose values are kept elsewhere."""
    return frozenset(s.secret for s in read_sources(stack, world.installs.secret_sources(name)))


def fetched(
    world: World, name: str, stack: Stack, settings: Mapping[str, SettingValue]
) -> dict[str, Secret]:
    """The values that backends hold now and that differ from what is stored; refuses weak ones."""
    sources = read_sources(stack, world.installs.secret_sources(name))
    wanted = {spec.name: spec for spec in stack.secrets_for(settings)}
    found = world.secret_stores.fetch([one for one in sources if one.secret in wanted])
    for secret, value in found.items():
        refuse_weak(wanted[secret], value)
    return changed(world, name, found)


def refuse_weak(spec: SecretSpec, value: Secret) -> None:
    """Raise InvalidInputError for a value that is easy to guess; keys are the provider's."""
    if spec.is_generated and (why := weakness(value.reveal(), least_bits(spec))):
        raise InvalidInputError(
            f"{spec.name}: this value will not do: {why}; nothing was changed",
            hint=f"`thothctl secrets rotate {spec.name}` generates a good one",
        )


def changed(world: World, name: str, new: Mapping[str, Secret]) -> dict[str, Secret]:
    """Those that differ from what is stored."""
    installs = world.installs
    return {
        secret: value
        for secret, value in new.items()
        if not installs.has_secret(name, secret) or installs.secret(name, secret) != value
    }


def plan_replacement(name: str, wanted: Replacement) -> Plan:
    """Files first, then who keeps a copy, then who reads them; pure."""
    specs = [wanted.stack.secret(secret) for secret in wanted.secrets]
    services = consumers(wanted.stack, wanted.release, specs)
    number = wanted.release.number
    restarts: tuple[Step, ...] = ()
    keeps: tuple[Step, ...] = ()
    if services:
        keeps = (KeepConsumers(name, number, services, why="nobody stays on half a change"),)
        restarts = (
            RestartConsumers(name, number, services, why="they read the files at their start"),
        )
    goal = f"replace {', '.join(wanted.secrets)} of {name}"
    healthy = steps.AwaitHealthy(name, number, wanted.seconds, why="everybody works with it")
    plan = (
        *(
            ReplaceSecret(name, s, had=s in wanted.stored, why="a new value is there")
            for s in wanted.secrets
        ),
        *keeps,
        *(
            step
            for spec in specs
            for step in keepers(name, wanted.stack, wanted.release.settings, spec)
        ),
        *restarts,
        healthy,
    )
    return Plan(goal, "rotate", name, plan if wanted.secrets else (), had_release=True)


def keepers(
    name: str, stack: Stack, settings: Mapping[str, SettingValue], spec: SecretSpec
) -> tuple[Step, ...]:
    """Who holds a copy of the secret that a restart does not renew."""
    running = lasting(stack, settings)
    found: list[Step] = []
    if spec.postgres_role and stack.database_service in running:
        why = f"{spec.postgres_role} signs in with the new value"
        found.append(
            AlignRole(name, stack.database_service, spec.postgres_role, spec.name, why=why)
        )
    server = next((service for service in spec.services if service in running), "")
    if spec.sign_in and server:
        user = str(stack.complete(settings)[spec.sign_in])
        why = f"{user} signs in with the new value"
        found.append(ChangeSignIn(name, server, user, spec.name, why=why))
    return tuple(found)


def lasting(stack: Stack, settings: Mapping[str, SettingValue]) -> tuple[str, ...]:
    """The services that go on running; one that runs once reads its files at each of its starts."""
    return tuple(service.name for service in stack.services_for(settings) if not service.once)


def consumers(stack: Stack, release: Release, specs: Sequence[SecretSpec]) -> tuple[str, ...]:
    """Services to restart: who reads a secret at its start and does not learn of it otherwise."""
    running = lasting(stack.having(release.images), release.settings)
    read: set[str] = set()
    for spec in specs:
        if not spec.sign_in:
            own = {stack.database_service} if spec.postgres_role else set[str]()
            read |= set(spec.services) - own
    return tuple(service for service in running if service in read)


def refuse_stopped(current: Active, observed: ObservedStack, plan: Plan) -> None:
    """Raise CheckFailedError where a service that takes part does not run."""
    needed = {str(service) for step in plan.steps if (service := getattr(step, "service", ""))}
    needed |= {one for step in plan.steps for one in getattr(step, "services", ())}
    running = {c.service for c in observed.containers if c.condition is not Condition.STOPPED}
    if stopped := sorted(needed - running):
        raise CheckFailedError(
            f"{', '.join(stopped)} of {current.install.name} is not running",
            hint="run `thothctl start` first; everybody has to learn of the new value",
        )
