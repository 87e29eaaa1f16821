"""The step that renders a release: files, and what each service became when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from thothctl.errors import InvalidInputError
from thothctl.model.install import LABEL_REVISION, LABEL_VECTOR_STORE, LABEL_VERSION, Release
from thothctl.model.rendering import RenderContext
from thothctl.model.setting import SettingValue
from thothctl.operations.clusters import major_of
from thothctl.operations.plan import step
from thothctl.operations.rendering import files_hash
from thothctl.operations.steps import install_of
from thothctl.world import World


@step
@dataclass(frozen=True)
class RenderRelease:
    """Render, let Compose check, then publish the release folder by one rename.

    Services `anew` get new containers though their own part of the files may be the same. `images`
    are taken as they are, by name; the others are those of this very thothctl, or of `registry`.
    """

    name: str
    stack: str
    number: int
    created: str
    reason: str
    settings: Mapping[str, SettingValue]
    generations: Mapping[str, int]
    why: str
    anew: tuple[str, ...] = ()
    backup: str = ""
    images: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    registry: str = ""
    databases: Mapping[str, int] | None = None
    """Those that are served now where it does not say."""
    finalize_after: str = ""
    title: ClassVar[str] = "Compose files"
    harmless: ClassVar[bool] = True

    def apply(self, world: World) -> None:
        if any(r.number == self.number for r in world.installs.releases(self.name)):
            return
        images = self._images(world)
        since = self._since(world, images)
        files = self.rendered(world, images, since)
        world.compose.check(world.installs.stage(self.name, self.number, files))
        world.installs.publish(self.name, self._record(world, images, files, since))

    def undo(self, world: World) -> None:
        world.installs.discard(self.name, self.number)

    def _images(self, world: World) -> dict[str, str]:
        stack = world.bundles.stack(self.stack)
        wanted = stack.images_for(self.settings)
        found = {
            image.name: self.images.get(image.name) or world.images.present(image, self.registry)
            for image in wanted
        }
        needed = {image.name for image in wanted if not image.optional}
        if missing := sorted(name for name in needed if found[name] is None):
            raise InvalidInputError(
                f"image {', '.join(missing)} is gone from the engine",
                hint="run `thothctl images build`, then `thothctl resume`",
            )
        return {name: reference for name, reference in found.items() if reference is not None}

    def files(self, world: World, images: Mapping[str, str]) -> dict[str, str]:
        """What lies in the release's folder, the user's own file included."""
        return self.rendered(world, images, self._since(world, images))

    def changed(self, world: World) -> frozenset[str]:
        """The services that get new containers."""
        images = self._images(world)
        since = self._since(world, images)
        return frozenset(world.bundles.sections(self.rendered(world, images, since))) - since.keys()

    def _since(self, world: World, images: Mapping[str, str]) -> dict[str, int]:
        """The release in which each service became what it is: this one for what is another now."""
        active = world.installs.active(self.name)
        if active is None:
            return {}
        before = world.bundles.sections(world.installs.rendered(self.name, active))
        known = dict.fromkeys(before, active) | dict(
            world.installs.release(self.name, active).since
        )
        now = world.bundles.sections(self.rendered(world, images, known))
        return {
            service: known[service]
            for service, section in now.items()
            if section == before.get(service) and service not in self.anew
        }

    def rendered(
        self, world: World, images: Mapping[str, str], since: Mapping[str, int]
    ) -> dict[str, str]:
        """The files themselves, for services that became what they are in release `since`."""
        context = RenderContext(
            settings=self.settings,
            images=images,
            version=self.version or world.version,
            release=self.number,
            install=install_of(world, self.name),
            generations=self.generations,
            since=since,
            own_files=world.installs.own_files(self.name),
            databases=self._databases(world),
        )
        stack = world.bundles.stack(self.stack).having(images)
        rendered = dict(world.bundles.render(stack, context))
        override = world.installs.override(self.name)
        return {**rendered, "compose.override.yaml": override or "services: {}\n"}

    def _databases(self, world: World) -> Mapping[str, int]:
        """Data that outlived its install is that of the newest release."""
        if self.databases is not None:
            return self.databases
        known = world.installs.releases(self.name)
        active = world.installs.active(self.name) or max((r.number for r in known), default=0)
        return next((dict(one.databases) for one in known if one.number == active), {})

    def _record(
        self,
        world: World,
        images: Mapping[str, str],
        files: Mapping[str, str],
        since: Mapping[str, int],
    ) -> Release:
        observed = {name: world.engine.image(reference) for name, reference in images.items()}
        labels = {name: image.labels for name, image in observed.items() if image}
        told = {name: one.get(LABEL_VERSION, "") for name, one in labels.items()}
        stores = {name: one.get(LABEL_VECTOR_STORE, "") for name, one in labels.items()}
        revisions = (one.get(LABEL_REVISION, "") for one in labels.values())
        return Release(
            number=self.number,
            created=self.created,
            why=self.reason,
            version=self.version or world.version,
            settings=self.settings,
            images=images,
            image_ids={name: image.id for name, image in observed.items() if image},
            generations=self.generations,
            database_revision=next((revision for revision in revisions if revision), ""),
            rendered_hash=files_hash(files),
            since=since,
            backup=self.backup,
            image_versions={name: text for name, text in told.items() if text},
            vector_stores={name: text for name, text in stores.items() if text},
            postgres_majors={name: one for name, i in observed.items() if (one := major_of(i))},
            databases=self._databases(world),
            finalize_after=self.finalize_after,
        )
