"""Where versions of a stack come from: a registry's tags, or this very thothctl."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from thothctl.errors import IncompatibleError, UsageError
from thothctl.model.install import LABEL_VERSION, Release
from thothctl.model.observed import OfferedImage
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Image, Stack
from thothctl.model.version import Offer, Published, Version, admitted, published
from thothctl.world import ImagePolicy, World

STABLE, NIGHTLY = "stable", "nightly"
CHANNELS = (STABLE, NIGHTLY)
"""Also the names of tags that move: where a registry has one, it decides what is newest."""


@dataclass(frozen=True, slots=True)
class Target:
    """A version with the images it consists of; one that is still to be built has no reference."""

    published: Published
    images: Mapping[str, OfferedImage] = field(default_factory=dict)
    before: Mapping[str, OfferedImage] = field(default_factory=dict)
    """What the version before it on the way consists of, where that does not run yet."""

    @property
    def references(self) -> dict[str, str]:
        return {name: image.reference for name, image in self.images.items()}


class RegistryVersions:
    """What a registry offers of a stack; the labels of its first image speak for a version."""

    def __init__(self, world: World, registry: str, images: Sequence[Image]) -> None:
        self._world, self._registry, self._images = world, registry, images
        self._seen: dict[tuple[str, str], OfferedImage] = {}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        place = self._place(self._images[0].name)
        if found := self._world.registry.tags(place):
            return found
        raise IncompatibleError(
            f"{place} offers no version at all",
            hint="look at --registry; `thothctl images push` puts versions there",
        )

    @cached_property
    def _moving(self) -> Mapping[str, Version]:
        moved = {tag: self._moved_to(tag) for tag in CHANNELS if tag in self._names}
        return {tag: version for tag, version in moved.items() if version}

    @cached_property
    def _tags(self) -> Mapping[Version, str]:
        moving = {version: tag for tag, version in self._moving.items()}
        return moving | {version: tag for tag in self._names if (version := Version.read(tag))}

    def _moved_to(self, tag: str) -> Version | None:
        labels = self._image(self._images[0].name, tag).labels
        return Version.read(labels.get(LABEL_VERSION, ""))

    def offer(self) -> Offer:
        return Offer(tuple(self._tags), self._look)

    def falling(self, channel: str) -> Iterator[Version]:
        """The newest first; where the channel has a tag that moves, that one begins."""
        every, first = self.offer().falling(stable=channel == STABLE), self._moving.get(channel)
        if first is None:
            yield from every
            return
        yield first
        yield from (version for version in every if version < first)

    def target(self, version: Version) -> Target:
        """All images of a version, pinned; raises NetworkError for one that is missing."""
        tag = self._tags[version]
        images = {image.name: self._image(image.name, tag) for image in self._images}
        return Target(published(version, [one.labels for one in images.values()]), images)

    def _look(self, version: Version) -> Published:
        return published(version, [self._image(self._images[0].name, self._tags[version]).labels])

    def _image(self, name: str, tag: str) -> OfferedImage:
        if (name, tag) not in self._seen:
            architecture = self._world.engine.facts().architecture
            found = self._world.registry.image(self._place(name), tag, architecture)
            self._seen[name, tag] = found
        return self._seen[name, tag]

    def _place(self, name: str) -> str:
        return f"{self._registry}/{name}"


class OwnVersion:
    """The version that this thothctl brings along; its images are built here."""

    def __init__(self, world: World, images: Sequence[Image]) -> None:
        self._world, self._images = world, images

    @property
    def _version(self) -> Version:
        return own_version(self._world)

    def offer(self) -> Offer:
        return Offer((self._version,), lambda version: self.target(version).published)

    def falling(self, channel: str) -> Iterator[Version]:
        if channel in CHANNELS:
            yield self._version

    def build(self) -> None:
        """Have every image, so that their labels can be read."""
        for image in self._images:
            self._world.images.provide(image, ImagePolicy.BUILD, "")

    def target(self, version: Version) -> Target:
        images = {image.name: self._image(image) for image in self._images}
        return Target(published(version, [one.labels for one in images.values()]), images)

    def _image(self, image: Image) -> OfferedImage:
        reference = self._world.images.present(image)
        found = self._world.engine.image(reference) if reference else None
        if found is None:
            return OfferedImage(reference or "")
        return OfferedImage(reference or "", found.labels, layout=found.layout)


Versions = RegistryVersions | OwnVersion


def versions(world: World, stack: Stack, release: Release, registry: str) -> Versions:
    """Those of the registry that is named, or that the release came from; else the own one."""
    images = own_images(stack, release.settings)
    if chosen := registry or registry_of(release, images):
        return RegistryVersions(world, chosen, images)
    return OwnVersion(world, images)


def first_target(
    world: World,
    stack: Stack,
    settings: Mapping[str, SettingValue],
    registry: str,
    version: Version,
) -> Target:
    """The version that a new install begins with; raises IncompatibleError for one it may not."""
    if not registry:
        raise UsageError(
            f"version {version} has to come from somewhere",
            hint="give --registry HOST/PATH (THOTHCTL_REGISTRY); what is built here has the "
            "version of this thothctl",
        )
    found = RegistryVersions(world, registry, own_images(stack, settings))
    admitted(version, found.offer(), own_version(world))
    return found.target(version)


def own_images(stack: Stack, settings: Mapping[str, SettingValue]) -> tuple[Image, ...]:
    """The images that have the stack's versions, in the order of the stack file."""
    wanted = {image.name for image in stack.images_for(settings)}
    found = tuple(i for i in stack.images if i.name in wanted and not i.upstream)
    if not found:
        raise UsageError(f"{stack.name} has no image of its own", hint="look at the stack file")
    return found


def registry_of(release: Release, images: Sequence[Image]) -> str:
    """The registry that the release's images were pulled from; empty for those built here."""
    reference, pinned, _ = release.images.get(images[0].name, "").partition("@")
    return reference.rpartition("/")[0] if pinned else ""


def own_version(world: World) -> Version:
    """The version of this thothctl."""
    return Version.read(world.version) or Version((0, 0, 0))
