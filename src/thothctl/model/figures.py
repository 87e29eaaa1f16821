"""What thothctl itself knows of an install, in the text format that Prometheus reads.

The names are a contract with the rules and panels below `templates/monitoring/`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

PREFIX = "thothctl"
Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True)
class ContainerFigures:
    """One container of the install; a limit of 0 is none."""

    service: str
    name: str
    running: bool
    restarts: int
    memory_bytes: int
    memory_limit_bytes: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class DiskFigures:
    """One place of this machine that fills up: the engine's, the install's, the backups'."""

    place: str
    free_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is written down at one moment."""

    install: str
    written_at: datetime
    installed_at: datetime
    release: int
    version: str
    operation_open: bool
    backup_at: datetime | None = None
    drill_at: datetime | None = None
    drill_good: bool | None = None
    certificate_until: datetime | None = None
    containers: tuple[ContainerFigures, ...] = ()
    disks: tuple[DiskFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    help: str
    samples: tuple[Sample, ...]
    kind: str = "gauge"


def exposition(figures: Figures) -> str:
    """The whole file; every name is in it, also those without a value yet."""
    return "".join(_text(family, figures.install) for family in _families(figures))


def _families(figures: Figures) -> Iterable[_Family]:
    yield from _moments(figures)
    yield from _states(figures)
    yield from _containers(figures.containers)
    yield from _disks(figures.disks)


def _moments(figures: Figures) -> Iterable[_Family]:
    backup, certificate = figures.backup_at, figures.certificate_until
    age = (figures.written_at - backup).total_seconds() if backup else None
    yield _Family("written_timestamp_seconds", "When this was written.", _at(figures.written_at))
    yield _Family(
        "installed_timestamp_seconds", "When the install was made.", _at(figures.installed_at)
    )
    yield _Family(
        "backup_last_success_timestamp_seconds", "When the last good backup was made.", _at(backup)
    )
    yield _Family("backup_age_seconds", "How old the last good backup was then.", _one(age))
    yield _Family("drill_timestamp_seconds", "When a backup was last tried.", _at(figures.drill_at))
    yield _Family("drill_good", "The backup that was last tried held.", _one(figures.drill_good))
    yield _Family(
        "certificate_expiry_timestamp_seconds", "When the certificate expires.", _at(certificate)
    )


def _states(figures: Figures) -> Iterable[_Family]:
    yield _Family("release_number", "The active release.", _one(figures.release))
    yield _Family("info", "The version that is installed.", (({"version": figures.version}, 1),))
    yield _Family("operation_open", "An operation never ended.", _one(figures.operation_open))


def _containers(containers: tuple[ContainerFigures, ...]) -> Iterable[_Family]:
    def family(name: str, text: str, kind: str = "gauge") -> _Family:
        attribute = name.removesuffix("_total")
        samples = tuple(
            ({"service": one.service, "container": one.name}, float(getattr(one, attribute)))
            for one in containers
        )
        return _Family(f"container_{name}", text, samples, kind)

    yield family("running", "The container runs.")
    yield family("restarts", "How often the engine restarted it.")
    yield family("memory_bytes", "Memory in use.")
    yield family("memory_limit_bytes", "Memory it may use, 0 when nothing limits it.")
    yield family("cpu_seconds_total", "Processor time used.", "counter")


def _disks(disks: tuple[DiskFigures, ...]) -> Iterable[_Family]:
    free = tuple(({"place": disk.place}, float(disk.free_bytes)) for disk in disks)
    size = tuple(({"place": disk.place}, float(disk.size_bytes)) for disk in disks)
    yield _Family("disk_free_bytes", "Free space.", free)
    yield _Family("disk_size_bytes", "Size of the disk.", size)


def _at(moment: datetime | None) -> tuple[Sample, ...]:
    return _one(moment.timestamp() if moment else None)


def _one(value: float | None) -> tuple[Sample, ...]:
    return () if value is None else (({}, float(value)),)


def _text(family: _Family, install: str) -> str:
    name = f"{PREFIX}_{family.name}"
    lines = [f"# HELP {name} {family.help}", f"# TYPE {name} {family.kind}"]
    lines += [
        f"{name}{{{_labels({'install': install, **labels})}}} {value!r}"
        for labels, value in family.samples
    ]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
