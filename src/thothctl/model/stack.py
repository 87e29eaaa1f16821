"""A stack as data: what `templates/stacks/<name>.yaml` says."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

from thothctl.model.secret_spec import SecretSpec
from thothctl.model.setting import Setting, SettingValue, renamed
from thothctl.model.store import Database as Database  # noqa: PLC0414 - handed on
from thothctl.model.store import SaveKind as SaveKind  # noqa: PLC0414 - handed on
from thothctl.model.store import Store as Store  # noqa: PLC0414 - handed on

ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Service:
    """One container of the stack; its image says how it tells that it is healthy.

    One that runs `once` prepares what others need and ends.

    One that `follows` settings reads at its start what they lead to: it starts anew with them.
    It is part of the stack `when` each of these settings has one of these values. Its `files` are
    rendered into the release, by their place below the release's folder: the template of each.
    """

    name: str
    image: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    once: bool = False
    follows: tuple[str, ...] = ()
    writes: bool = False
    """It changes data of stores; a backup pauses it for a moment."""
    behind: str = ""
    """The service that shares requests out among its containers, so that they can be exchanged."""

    def is_wanted(self, settings: Mapping[str, SettingValue]) -> bool:
        return all(plain(settings.get(key, "")) in values for key, values in self.when.items())


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that a person or a script opens on the host."""

    name: str
    service: str
    path: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image of our own, or one that others publish.

    Ours is built from `folder` below `images/`; theirs is the `upstream` reference. A service whose
    image is `optional` is left out of a release when nobody has the image. Of several images of one
    folder each has a `target`. What is `mounted` over its files does not make it another image.
    """

    name: str
    folder: str = ""
    upstream: str = ""
    optional: bool = False
    target: str = ""
    mounted: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """Its line in the release's .env; the stack's own server has the plain name."""
        own = "" if self.name == "thoth-ai" else f"_{self.name.removeprefix('thoth-')}"
        return f"THOTH_IMAGE{own}".upper().replace("-", "_")


TOOLBOX = Image("thoth-toolbox", "toolbox")
"""What operations run beside any stack."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """What one mode of the stack needs from the machine."""

    cpus: int
    memory_mb: int
    disk_mb: int


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to run the stack: the services it starts and what they need.

    `images` are those that take the place of others.
    """

    name: str
    services: tuple[str, ...]
    minimum: Minimum
    images: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stack:
    """The whole installed application, described."""

    name: str
    title: str
    modes: tuple[Mode, ...]
    settings: tuple[Setting, ...]
    secrets: tuple[SecretSpec, ...]
    images: tuple[Image, ...]
    services: tuple[Service, ...]
    stores: tuple[Store, ...]
    endpoints: tuple[Endpoint, ...]
    absent: frozenset[str] = frozenset()
    """Optional images that a release does without."""
    folder: str = ""
    """Where a stack of the user's has its templates; empty for one that is shipped."""
    databases: tuple[Database, ...] = ()

    def __post_init__(self) -> None:
        known_images = {image.name for image in self.images}
        known_services = {service.name for service in self.services}
        _require(self.name, "images", {s.image for s in self.services}, known_images)
        _require(self.name, "services", {s.service for s in self.stores}, known_services)
        _require(self.name, "services", {e.service for e in self.endpoints}, known_services)
        _require(self.name, "services", {s.behind for s in self.services} - {""}, known_services)
        _require(
            self.name, "stores", {d.store for d in self.databases}, {s.name for s in self.stores}
        )
        for mode in self.modes:
            _require(self.name, "services", set(mode.services), known_services)
            _require(self.name, "images", {*mode.images, *mode.images.values()}, known_images)
        readers = {name for secret in self.secrets for name in secret.services}
        readers |= {secret.opens for secret in self.secrets if secret.opens}
        _require(self.name, "services", readers, known_services)
        self._require_consumers()
        others = {s.belongs_to for s in self.settings if s.belongs_to}
        others |= {key for service in self.services for key in service.follows}
        _require(self.name, "settings", others, {s.key for s in self.settings})

    def _require_consumers(self) -> None:
        known = {secret.name for secret in self.secrets}
        _require(self.name, "secrets", {s.old_as for s in self.secrets if s.old_as}, known)
        keys = {setting.key for setting in self.settings}
        named = {key for s in self.secrets for key in (s.sign_in, s.asked_by) if key}
        _require(self.name, "settings", named, keys)
        roles = [s.postgres_role for s in self.secrets if s.postgres_role]
        if wrong := [role for role in roles if not ROLE.fullmatch(role)]:
            raise ValueError(f"stack {self.name}: {wrong[0]} cannot be a role")
        if roles and not self.database_service:
            raise ValueError(f"stack {self.name}: no store is saved as postgres, so who has roles?")

    @property
    def database_service(self) -> str:
        """The service whose store is PostgreSQL's, or nothing."""
        saved = (s.service for s in self.stores if s.saved_as is SaveKind.POSTGRES)
        return next(saved, "")

    @property
    def questions(self) -> tuple[Setting, ...]:
        """What the wizard asks and setup has flags for."""
        return tuple(setting for setting in self.settings if not setting.advanced)

    def secret(self, name: str) -> SecretSpec:
        return next(secret for secret in self.secrets if secret.name == name)

    def complete(self, values: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
        """The values with today's defaults for what they, being older, do not name."""
        defaults = {s.key: s.default for s in self.settings if s.default is not None}
        return {**defaults, **renamed(self.settings, values)}

    def setting(self, key: str) -> Setting:
        return next(setting for setting in self.settings if setting.key == key)

    def mode(self, name: str) -> Mode:
        return next(mode for mode in self.modes if mode.name == name)

    def image(self, name: str) -> Image:
        return next(image for image in self.images if image.name == name)

    def services_for(self, settings: Mapping[str, SettingValue]) -> tuple[Service, ...]:
        """What runs with these settings, in the order of the stack file."""
        complete = self.complete(settings)
        chosen = self.mode(str(complete["mode"])).services
        return tuple(
            s
            for s in self.services
            if s.name in chosen and s.is_wanted(complete) and s.image not in self.absent
        )

    def having(self, images: Container[str]) -> "Stack":
        """The stack as it is with these images: without what others that are missing run."""
        missing = (i.name for i in self.images if i.optional and i.name not in images)
        return replace(self, absent=frozenset(missing))

    def running_for(self, settings: Mapping[str, SettingValue]) -> tuple[Service, ...]:
        """Those of them that keep running."""
        return tuple(service for service in self.services_for(settings) if not service.once)

    def images_for(self, settings: Mapping[str, SettingValue]) -> tuple[Image, ...]:
        found = (self.image_of(service, settings) for service in self.services_for(settings))
        return tuple(dict.fromkeys(found))

    def image_of(self, service: Service, settings: Mapping[str, SettingValue]) -> Image:
        """What the service runs in the chosen mode."""
        others = self.mode(str(self.complete(settings)["mode"])).images
        return self.image(others.get(service.image, service.image))

    def stores_for(self, settings: Mapping[str, SettingValue]) -> tuple[Store, ...]:
        names = {service.name for service in self.services_for(settings)}
        return tuple(store for store in self.stores if store.service in names)

    def databases_for(self, settings: Mapping[str, SettingValue]) -> tuple[Database, ...]:
        """Those of a server that is part of the stack."""
        there = {store.name for store in self.stores_for(settings)}
        return tuple(one for one in self.databases if one.store in there)

    def migrated_for(self, settings: Mapping[str, SettingValue]) -> tuple[Store, ...]:
        """The stores whose files a migration changes in the chosen mode."""
        mode = str(self.complete(settings)["mode"])
        return tuple(store for store in self.stores_for(settings) if mode in store.migrated)

    def secrets_for(self, settings: Mapping[str, SettingValue]) -> tuple[SecretSpec, ...]:
        """Those that somebody reads; keys of providers among them, given or not."""
        names, complete = {s.name for s in self.services_for(settings)}, self.complete(settings)
        return tuple(
            secret
            for secret in self.secrets
            if names & set(secret.services)
            and (not secret.opens or secret.opens in names)
            and (not secret.asked_by or complete[secret.asked_by])
        )


def plain(value: SettingValue) -> str:
    """A value as stack files and .env write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _require(stack: str, what: str, used: set[str], known: set[str]) -> None:
    if unknown := sorted(used - known):
        raise ValueError(f"stack {stack}: unknown {what}: {', '.join(unknown)}")


INSTALL_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
"""What an install may be called: it becomes a Compose project and part of volume names."""
