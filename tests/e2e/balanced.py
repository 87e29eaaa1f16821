"""The stand-in as two containers behind nginx, and the versions that it is taken to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from e2e.machine import KEEP, Machine
from e2e.registry_box import RegistryBox
from e2e.stand_in import Shelf, set_up

FITS = {"DATABASE_REVISION": "0001", "REVERSIBLE_TO": "0001"}
BESIDE = {"DATABASE_REVISION": "0002", "REVERSIBLE_TO": "0001", "COMPATIBLE_FROM": "0001"}
VERSIONS = {
    "1.0.0": {"TOLERATES": "0002"}, "1.0.1": {}, "1.0.5": BESIDE, "1.1.0": {}, "1.3.0": FITS,
}  # fmt: skip
"""1.0.1 fits beside 1.0.0, 1.0.5 has a database that 1.0.0 works on, 1.1.0 another one; 1.3.0 fits
and cannot start."""


@contextmanager
def balanced_machine(program: Path, images_home: Path, home: Path) -> Iterator[Machine]:
    """Two containers of 1.0.0 behind nginx, and all versions in a registry of its own."""
    registry = RegistryBox(images_home).start()
    made = Machine(program, home)
    try:
        put_versions(registry, images_home)
        installed(made, registry)
        yield made
    finally:
        if not KEEP:
            made.clean()
            registry.clean()


def put_versions(registry: RegistryBox, home: Path) -> None:
    """Build and push all of them."""
    shelf = Shelf(registry, home, ("postgres", "nginx"))
    for version, labels in VERSIONS.items():
        shelf.put(version, **labels)


def installed(machine: Machine, registry: RegistryBox) -> None:
    """Two containers of 1.0.0."""
    words = ("--mode", "balanced", "--set", "services.app.replicas=2")
    set_up(machine, registry.host, "1.0.0", *words)
