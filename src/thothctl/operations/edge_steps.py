"""The steps that give nginx its certificate."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from thothctl.errors import ThothctlError
from thothctl.model.acme import AcmeOrder
from thothctl.model.address import chosen_hosts, hosts
from thothctl.model.certificate import Refused
from thothctl.model.event import Note
from thothctl.model.setting import SettingValue
from thothctl.operations.edge import reload_edge
from thothctl.operations.plan import step
from thothctl.operations.steps import install_of
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
        if self.settings["tls"] == "acme":
            world.certificates.stand_in(self.name, hosts(self.settings))
        else:
            provide_certificate(world, self.name, self.settings)

    def undo(self, world: World) -> None:
        """Keep it: what nginx served before has the same authority, or the user has the files."""


@step
@dataclass(frozen=True)
class OrderCertificate:
    """Have an ACME authority certify the names, now that nginx serves its proofs."""

    name: str
    settings: Mapping[str, SettingValue]
    why: str
    title: ClassVar[str] = "Order"

    def apply(self, world: World) -> None:
        """A no is told and recorded, and the stack runs: the maintenance timer asks again."""
        try:
            if order_certificate(world, self.name, self.settings):
                reload_edge(world, install_of(world, self.name))
        except ThothctlError as error:
            world.report(Note(f"{error.message}; {error.hint}"))

    def undo(self, world: World) -> None:
        """Keep it: authorities count what they give out."""


def provide_certificate(world: World, name: str, settings: Mapping[str, SettingValue]) -> bool:
    """Serve what the settings ask for; True when it may be another than before."""
    if settings["tls"] == "acme":
        return order_certificate(world, name, settings)
    names = hosts(settings)
    if settings["tls"] != "files":
        return world.certificates.make(name, names)
    certificate, key = Path(str(settings["tls_certificate"])), Path(str(settings["tls_key_file"]))
    world.certificates.take(name, certificate, key, names[:1])
    return True


def order_certificate(world: World, name: str, settings: Mapping[str, SettingValue]) -> bool:
    """Serve what the authority gives, if it is time; what is served stays when it gives none."""
    told = world.bundles.stack(install_of(world, name).stack).complete(settings)
    order = AcmeOrder(chosen_hosts(told), str(told["acme_directory"]), str(told["acme_email"]))
    try:
        return world.certificates.order(name, order)
    except ThothctlError as error:
        now = world.clock.now().isoformat(timespec="seconds")
        world.certificates.refuse(name, Refused(now, error.message, error.hint))
        raise
