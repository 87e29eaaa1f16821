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
        names = hosts(self.settings)
        if self.settings["tls"] == "files":
            certificate, key = self.settings["tls_certificate"], self.settings["tls_key_file"]
            world.certificates.take(self.name, Path(str(certificate)), Path(str(key)), names[:1])
        else:
            world.certificates.make(self.name, names)

    def undo(self, world: World) -> None:
        """Keep it: what nginx served before has the same authority, or the user has the files."""
