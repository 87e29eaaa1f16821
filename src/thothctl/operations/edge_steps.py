"""The step that gives nginx its certificate."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from thothctl.model.address import hosts
from thothctl.model.stack import SettingValue
from thothctl.operations.plan import step
from thothctl.world import World


@step
@dataclass(frozen=True)
class ProvideCertificate:
    """Serve a certificate for the chosen names; a good one that is there stays."""

    name: str
    settings: Mapping[str, SettingValue]
    why: str
    title: ClassVar[str] = "Certificate"

    def apply(self, world: World) -> None:
        provide_certificate(world, self.name, self.settings)

    def undo(self, world: World) -> None:
        """Keep it: what nginx served before has the same authority, or the user has the files."""


def provide_certificate(world: World, name: str, settings: Mapping[str, SettingValue]) -> bool:
    """Serve what the settings ask for; True when it may be another than before."""
    names = hosts(settings)
    if settings["tls"] != "files":
        return world.certificates.make(name, names)
    certificate, key = Path(str(settings["tls_certificate"])), Path(str(settings["tls_key_file"]))
    world.certificates.take(name, certificate, key, names[:1])
    return True
