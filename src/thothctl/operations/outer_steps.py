"""The part of a setup's plan that deals with what lies around the services."""

from collections.abc import Mapping

from thothctl.model.address import has_tls
from thothctl.model.install import Install, Release
from thothctl.model.network import networks
from thothctl.model.setting import SettingValue
from thothctl.operations.data_folder import PrepareFolders
from thothctl.operations.edge_steps import OrderCertificate, ProvideCertificate
from thothctl.operations.own_files import TryOwnFiles
from thothctl.operations.plan import Step
from thothctl.operations.steps import ProvideImages
from thothctl.operations.uninstall import RemoveContainers
from thothctl.operations.upgrade_steps import PullImages
from thothctl.world import ImagePolicy

Settings = Mapping[str, SettingValue]


def provide(stack: str, settings: Settings, images: Mapping[str, str]) -> tuple[Step, ...]:
    """These images, and what is missing from where it comes first."""
    why = "have every image before anything is touched"
    pinned = {name: reference for name, reference in images.items() if "@" in reference}
    policy = ImagePolicy.AUTO.value
    others = ProvideImages(stack, settings, policy, "", why=why, kept=tuple(images))
    return (*((PullImages(pinned, why=why),) if pinned else ()), others)


def certificate_steps(name: str, settings: Settings) -> tuple[Step, ...]:
    """Something to serve, before anything starts."""
    if not has_tls(settings):
        return ()
    return (ProvideCertificate(name, settings, why="nobody reads along"),)


def order_steps(name: str, settings: Settings) -> tuple[Step, ...]:
    """What is asked of an ACME authority once nginx answers it."""
    if not has_tls(settings) or settings.get("tls") != "acme":
        return ()
    why = "nginx serves the proofs that the authority asks for"
    return (OrderCertificate(name, settings, why=why),)


def own_file_steps(name: str, number: int, *, there: bool) -> tuple[Step, ...]:
    """The user's own files are tried before what runs is touched."""
    why = "nothing is restarted for a file that nobody can read"
    return (TryOwnFiles(name, number, why=why),) if there else ()


def network_steps(
    install: Install | None, active: Release | None, after: Settings
) -> tuple[Step, ...]:
    """Compose leaves a network that is there as it is, whatever its files say now."""
    if install is None or active is None:
        return ()
    old, new = networks(active.settings, install.uuid), networks(after, install.uuid)
    if all(old[name] == new[name] for name in old.keys() & new.keys()):
        return ()
    why = "its networks are made anew, with other addresses"
    return (RemoveContainers(install.name, install.uuid, why=why),)


def folder_steps(
    name: str,
    stack: str,
    settings: Settings,
    fresh: Mapping[str, int],
    images: Mapping[str, str] | None = None,
) -> tuple[Step, ...]:
    """Folders for the stores that are new, where the user chose a place for data."""
    if not settings.get("data_dir") or not fresh:
        return ()
    parts = tuple(f"{store}_g{generation}" for store, generation in fresh.items())
    why = "data lies where it was asked for, owned by the services' own users"
    return (PrepareFolders(name, stack, settings, parts, why=why, images=images or {}),)
