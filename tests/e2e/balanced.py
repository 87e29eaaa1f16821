"""The stand-in as two containers behind nginx, and the versions that it is taken to."""

from pathlib import Path

from e2e.machine import Machine
from e2e.registry_box import RegistryBox
from e2e.stand_in import Shelf, set_up

VERSIONS = ("1.0.0", "1.0.1", "1.1.0", "1.3.0")
"""1.0.1 fits beside 1.0.0, 1.1.0 has another database, 1.3.0 fits and cannot start."""


def put_versions(registry: RegistryBox, home: Path) -> None:
    """Build and push all of them."""
    shelf = Shelf(registry, home, ("postgres", "nginx"))
    for version in VERSIONS:
        fits = {"DATABASE_REVISION": "0001", "REVERSIBLE_TO": "0001"}
        shelf.put(version, **(fits if version == "1.3.0" else {}))


def installed(machine: Machine, registry: RegistryBox) -> None:
    """Two containers of 1.0.0."""
    words = ("--mode", "balanced", "--set", "services.app.replicas=2")
    set_up(machine, registry.host, "1.0.0", *words)
