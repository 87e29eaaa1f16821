"""An installed stack and its releases, as recorded on the host."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thothctl.model.setting import SettingValue

LABEL_INSTALL = "io.thoth.install"
LABEL_SERVICE = "io.thoth.service"
LABEL_STORE = "io.thoth.store"
LABEL_GENERATION = "io.thoth.generation"
LABEL_RELEASE = "io.thoth.release"
LABEL_TASK = "io.thoth.task"
LABEL_MADE_BY = "io.thoth.made-by"
LABEL_PRODUCT = "io.thoth.product"
LABEL_VERSION = "io.thoth.version"
LABEL_SOURCE = "io.thoth.source"
LABEL_REVISION = "io.thoth.database-revision"
LABEL_UPGRADE_FROM = "io.thoth.upgrade-from"
LABEL_REVERSIBLE_TO = "io.thoth.reversible-to"
LABEL_REQUIRES = "io.thoth.requires-thothctl"
LABEL_YANKED = "io.thoth.yanked"
LABEL_MIGRATIONS = "io.thoth.migrations"
LABEL_COMPATIBLE = "io.thoth.compatible-from"
LABEL_VECTOR_STORE = "io.thoth.vector-store"
LABEL_POSTGRES = "io.thoth.postgres-major"


@dataclass(frozen=True, slots=True)
class Install:
    """One installed stack; its `uuid` is the label on everything that belongs to it."""

    name: str
    uuid: str
    stack: str
    created: str
    temporary: bool = False
    """It belongs to an operation that removes it again; commands do not list it."""

    @property
    def project(self) -> str:
        """The Compose project: host-wide, so it carries the product's name."""
        return f"thoth-{self.name}"

    def place(self, data_dir: str, store: str, generation: int) -> str:
        """The folder of the host that a volume stands for, where the user chose one for data."""
        return f"{data_dir.rstrip('/')}/{self.project}/{store}_g{generation}"

    def volume(self, store: str, generation: int) -> str:
        return f"{self.project}_{store}_g{generation}"

    def volume_labels(self, store: str, generation: int) -> dict[str, str]:
        """What every volume of ours says of itself, whoever makes it."""
        return {
            LABEL_INSTALL: self.uuid,
            LABEL_STORE: store,
            LABEL_GENERATION: str(generation),
        }


@dataclass(frozen=True, slots=True)
class Release:
    """The numbered, immutable record of one installed state.

    `since` says for each service in which release it became what it is: its containers carry that
    number, so that a change of one service leaves the others running.
    """

    number: int
    created: str
    why: str
    version: str
    settings: Mapping[str, SettingValue]
    images: Mapping[str, str]
    generations: Mapping[str, int]
    database_revision: str
    rendered_hash: str
    settings_version: int = 1
    image_ids: Mapping[str, str] = field(default_factory=dict)
    image_versions: Mapping[str, str] = field(default_factory=dict)
    vector_stores: Mapping[str, str] = field(default_factory=dict)
    postgres_majors: Mapping[str, str] = field(default_factory=dict)
    """By image, which PostgreSQL it runs; older records do not say."""
    since: Mapping[str, int] = field(default_factory=dict)
    backup: str = ""
    """The backup that its new generations were loaded from."""
    databases: Mapping[str, int] = field(default_factory=dict)
    """The generation of each database that has one of its own; the first where it is not named."""
    finalize_after: str = ""
    """When the generations of before it may go; empty where somebody says so."""

    def has(self, service: str, label: str) -> bool:
        """A container of this service with this label is as the release wants it."""
        return label == str(self.since.get(service, self.number))


@dataclass(frozen=True, slots=True)
class Overdue:
    """Since when dates of releases are known to be over, by time that no clock tells."""

    monotonic: float
    """The running time of the machine when that was seen last."""
    seconds: Mapping[int, float]
    """By release, how long the machine ran since it was seen first."""
