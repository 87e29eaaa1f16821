"""What a change of settings would do to the files of the active release and to what runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thothctl.config.differences import concealed, differences
from thothctl.config.mounts import plain_names
from thothctl.errors import InvalidInputError
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.plan import Plan
from thothctl.operations.release_step import RenderRelease
from thothctl.operations.running import Active
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Preview:
    """The difference of each rendered file, and the services that get a new container."""

    differences: Mapping[str, str] = field(default_factory=dict)
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingState:
    """One setting as it is recorded; `installed` is what the active release was made with."""

    key: str
    value: SettingValue | None
    default: SettingValue | None
    installed: SettingValue | None
    in_environment: bool
    group: str = ""
    advanced: bool = False

    @property
    def source(self) -> str:
        if self.value == self.default:
            return "default"
        return "environment" if self.in_environment else "chosen"

    @property
    def is_notable(self) -> bool:
        """Somebody chose it, or it is about to change."""
        return self.value != self.default or self.changed

    @property
    def changed(self) -> bool:
        """The settings file says something else than what runs."""
        return self.value != self.installed


def states(
    stack: Stack,
    saved: Mapping[str, SettingValue],
    installed: Mapping[str, SettingValue],
    environment: Mapping[str, SettingValue],
) -> tuple[SettingState, ...]:
    """Every setting of the stack, in its order."""
    now, then = stack.complete(saved), stack.complete(installed)
    return tuple(
        SettingState(
            s.key,
            now.get(s.key),
            s.default,
            then.get(s.key),
            in_environment=s.key in environment and environment[s.key] == now.get(s.key),
            group=s.group,
            advanced=s.advanced,
        )
        for s in stack.settings
    )


def renders(plan: Plan) -> bool:
    """The plan makes a new release."""
    return any(isinstance(step, RenderRelease) for step in plan.steps)


def preview(world: World, plan: Plan) -> Preview:
    """Render what the plan would render and compare it; changes nothing."""
    rendering = next((step for step in plan.steps if isinstance(step, RenderRelease)), None)
    if rendering is None:
        return Preview()
    return compare(world, released_files(world, plan.install), _files(world, rendering))


def released_files(world: World, name: str) -> Mapping[str, str]:
    """The files of the active release as they were rendered."""
    number = world.installs.active(name)
    return world.installs.rendered(name, number) if number else {}


def compare(world: World, before: Mapping[str, str], after: Mapping[str, str]) -> Preview:
    """The differences, and the services whose section, variables filled in, is another."""
    old, new = world.bundles.sections(before), world.bundles.sections(after)
    services = tuple(name for name in new if new[name] != old.get(name))
    return Preview(differences(plain_names(before), plain_names(after)), services)


def rendered_for(
    world: World, current: Active, settings: Mapping[str, SettingValue]
) -> Mapping[str, str]:
    """What the active release would be made of with these settings."""
    release = current.release
    rendering = RenderRelease(
        current.install.name,
        current.install.stack,
        release.number,
        release.created,
        release.why,
        settings,
        release.generations,
        why="to be looked at",
        images=release.images,
        version=release.version,
    )
    return _files(world, rendering)


def _files(world: World, rendering: RenderRelease) -> Mapping[str, str]:
    stack = world.bundles.stack(rendering.stack)
    wanted = stack.images_for(rendering.settings)
    found = {i.name: rendering.images.get(i.name) or world.images.present(i) for i in wanted}
    optional = {image.name for image in wanted if image.optional}
    images = {name: at or name for name, at in found.items() if at or name not in optional}
    return rendering.files(world, images)


def edited_files(world: World, name: str) -> dict[str, str]:
    """By file of the active release, what was edited by hand since it was rendered."""
    number = world.installs.active(name)
    if number is None:
        return {}
    rendered, present = world.installs.rendered(name, number), world.installs.present(name, number)
    found = differences(plain_names(rendered), plain_names(present))
    return {file: concealed(text, _secrets(world, name)) for file, text in found.items()}


def _secrets(world: World, name: str) -> list[Secret]:
    return [world.installs.secret(name, secret) for secret in world.installs.stored_secrets(name)]


def refusal_of(edits: Mapping[str, str], name: str) -> InvalidInputError:
    """What to say when a change would leave somebody's edits behind."""
    files = ", ".join(edits)
    return InvalidInputError(
        f"{files} of the active release of {name} was edited by hand; nothing was changed",
        hint="put what you want to keep into compose.override.yaml beside settings.yaml, then run "
        "`thothctl config set --discard-edits`, which renders the files anew",
    )
