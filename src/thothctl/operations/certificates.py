"""The certificate of a running stack: looked at, and renewed without a failed request."""

from dataclasses import dataclass
from pathlib import Path

from thothctl.errors import UsageError
from thothctl.model.address import has_tls, hosts
from thothctl.model.certificate import Certificate, Refused
from thothctl.operations.edge import reload_edge
from thothctl.operations.edge_steps import provide_certificate
from thothctl.operations.running import Active, active
from thothctl.world import World


@dataclass(frozen=True, slots=True)
class Served:
    """What nginx shows to browsers; `authority` is the file to trust, if it is one of ours."""

    certificate: Certificate
    hosts: tuple[str, ...]
    authority: Path | None
    refused: Refused | None = None


def served(world: World, name: str) -> Served:
    """The certificate in use; raises UsageError where TLS is not the stack's."""
    current = _with_tls(world, name)
    certificate = world.certificates.served(name)
    if certificate is None:
        raise UsageError(f"{name} has no certificate yet", hint="run `thothctl setup`")
    refused = None
    if current.release.settings.get("tls") == "acme":
        refused = world.certificates.refused(name)
    names, authority = hosts(current.release.settings), world.certificates.authority(name)
    return Served(certificate, names, authority, refused)


def renew(world: World, name: str) -> bool:
    """Serve a new certificate when it is time, or the user's files as they are now.

    nginx goes on with the old one until it has read the new; True when it has.
    """
    current = _with_tls(world, name)
    if not provide_certificate(world, name, current.release.settings):
        return False
    reload_edge(world, current.install)
    return True


def _with_tls(world: World, name: str) -> Active:
    current = active(world, name)
    if not has_tls(current.release.settings):
        raise UsageError(
            f"{name} does not speak TLS itself", hint="`thothctl setup --mode production` does"
        )
    return current
