"""Looks at everything: the machine, what is recorded, what runs, and how well it is locked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from thothctl.errors import NotInstalledError, ThothctlError
from thothctl.model.address import has_tls
from thothctl.model.finding import Finding, Verdict
from thothctl.model.inspected import InspectedContainer
from thothctl.model.install import Install
from thothctl.model.secret import Secret
from thothctl.model.stack import Minimum
from thothctl.operations import keys, running
from thothctl.operations.backup_key import peek_key
from thothctl.operations.backup_log import far_places, last_drill, newest
from thothctl.operations.plan import HARMLESS
from thothctl.operations.recover import unfinished
from thothctl.operations.rendering import files_hash
from thothctl.operations.running import Active
from thothctl.probes import (
    backups,
    certificates,
    daemon,
    data_folder,
    engine,
    exposure,
    layers,
    port,
    preflight,
    records,
    security,
)
from thothctl.probes.parallel import Probe, each, guarded
from thothctl.world import World

QUICK_SECONDS, FULL_SECONDS = 2.5, 8.0
RENEWAL = {
    "self-signed": "`thothctl certificates renew`; `thothctl service install` does it by the clock",
    "files": "replace the files, then `thothctl certificates renew` reads them",
    "acme": "`thothctl certificates renew`; `thothctl service install` does it by the clock",
}
Probes = Mapping[str, Probe]


@dataclass(frozen=True, slots=True)
class Depth:
    """How closely to look; `deep` also asks the providers about their keys."""

    quick: bool = False
    deep: bool = False

    @property
    def seconds(self) -> float:
        return QUICK_SECONDS if self.quick else FULL_SECONDS


@dataclass(frozen=True, slots=True)
class Group:
    """Findings about one subject."""

    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found; `containers` as they were inspected, where they were."""

    groups: tuple[Group, ...]
    containers: tuple[InspectedContainer, ...] = field(default=())

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for group in self.groups for finding in group.findings)


def examine(world: World, name: str, minimum: Minimum, depth: Depth) -> Report:
    """Every probe at once; without an engine, what can be seen without one.

    `minimum` is what a machine without an install should have.
    """
    install = world.installs.find(name)
    first = guarded("engine", engine.reachable, world)
    if first[0].verdict is Verdict.FAIL:
        recorded = _recorded(install) if install else {}
        return _report(world, {"Machine": {}, f"Install {name}": recorded}, depth, first)
    if install is None:
        return _report(world, {"Machine": _machine(minimum, depth)}, depth, first)
    current = _active(world, name)
    subjects = {
        "Machine": _machine(_needed(world, current) if current else minimum, depth),
        f"Install {name}": {**_recorded(install), **_installed(install, current, depth)},
        "Server": _server(current, depth) if current else {},
    }
    return _report(world, subjects, depth, first)


def _report(
    world: World, subjects: Mapping[str, Probes], depth: Depth, first: tuple[Finding, ...]
) -> Report:
    probes = [one for subject in subjects.values() for one in subject.items()]
    found = {**each(world, probes, seconds=depth.seconds), "engine": first}
    named = {title: [*subject] for title, subject in subjects.items()}
    named["Machine"] = ["engine", *named["Machine"]]
    groups = (
        Group(title, tuple(finding for name in names for finding in found[name]))
        for title, names in named.items()
    )
    return Report(tuple(group for group in groups if group.findings))


def _active(world: World, name: str) -> Active | None:
    try:
        return running.active(world, name)
    except ThothctlError:  # no release is active, or its record is damaged: `records` tells
        return None


def _needed(world: World, current: Active) -> Minimum:
    stack = world.bundles.stack(current.install.stack)
    return stack.mode(str(current.release.settings["mode"])).minimum


def _machine(minimum: Minimum, depth: Depth) -> Probes:
    left = {"compose"} if depth.quick else set[str]()
    return {name: probe for name, probe in preflight.of_machine(minimum) if name not in left}


def _recorded(install: Install) -> Probes:
    """What needs no engine."""
    return {
        "records": lambda world: records.readable(world, install),
        "folders": lambda world: records.folders(world, install),
        "lock": lambda world: records.lock(world, install),
        "unfinished": lambda world: _unfinished(world, install),
        "release-files": lambda world: _unchanged(world, install),
        "backup": lambda world: backups.age(newest(world, install.name), world.clock.now()),
        "backup-key": lambda world: _backup_key(world, install),
        "backup-drill": lambda world: _drill(world, install),
        "backup-far": lambda world: backups.far(far_places(world, install.name), world.clock.now()),
    }


def _backup_key(world: World, install: Install) -> Finding:
    found = peek_key(world, install.name)
    return backups.key(lost_with_machine=found is None or found.lost_with_machine)


def _drill(world: World, install: Install) -> Finding:
    last, made = last_drill(world, install.name), newest(world, install.name)
    at, good = (last.at, last.good) if last else (None, False)
    return backups.drill(made, at, world.clock.now(), good=good)


def _unfinished(world: World, install: Install) -> Finding:
    if pending := unfinished(world, install.name):
        summary = f"{pending.plan.goal} never ended"
        hint = "`thothctl resume` goes on, `thothctl rollback` takes it back"
        if pending.plan.kind in HARMLESS:
            hint = "`thothctl resume` goes on; the next change gives it up"
        return Finding("unfinished", Verdict.FAIL, summary, hint)
    return Finding("unfinished", Verdict.PASS, "every operation ended")


def _unchanged(world: World, install: Install) -> Finding:
    current = running.active(world, install.name)
    files = world.installs.present(install.name, current.release.number)
    return records.unchanged(world, install, current.release, files_hash(files))


def _installed(install: Install, current: Active | None, depth: Depth) -> Probes:
    """What the engine has of it."""
    always: dict[str, Probe] = {
        "volumes": lambda world: records.volumes(world, install),
        "leftovers": records.leftovers,
    }
    if current is None:
        return always
    release = current.release
    published = preflight.doors(release.settings)
    always |= {
        "images": lambda world: records.images(world, release),
        "containers": lambda world: records.current(world, install, release),
        "port": lambda world: [port.free(world, door, install.uuid) for door in published],
    }
    if path := str(release.settings.get("data_dir", "")):
        always[data_folder.PROBE] = lambda world: data_folder.usable(
            world, path, _needed(world, current)
        )
    if has_tls(release.settings):
        always["certificate"] = lambda world: _certificate(world, current)
    if depth.quick:
        return always
    return {
        **always,
        "override": lambda world: records.override(world, install, release),
        "logs": lambda world: records.logs(world, install),
        layers.PROBE: lambda world: layers.unchanged(world, install),
    }


def _certificate(world: World, current: Active) -> Finding:
    served = world.certificates.served(current.install.name)
    if served is None:
        summary = "there is no certificate to serve"
        return Finding(certificates.PROBE, Verdict.FAIL, summary, "run `thothctl setup`")
    name, tls = current.install.name, str(current.release.settings.get("tls", ""))
    if tls == "acme" and (refused := world.certificates.refused(name)) is not None:
        return certificates.refused(refused, served, world.clock.now())
    return certificates.expiry(served, world.clock.now(), renewal=RENEWAL.get(tls, "renew it"))


def _server(current: Active, depth: Depth) -> Probes:
    name = current.install.name
    return {
        "health": lambda world: running.examine(world, name),
        "keys": lambda world: keys.findings(world, name, deep=depth.deep),
    }


def secure(world: World, name: str) -> Report:
    """How the running stack is locked up; raises NotInstalledError without one."""
    current = running.active(world, name)
    found = world.engine.inspect(current.install.uuid)
    if not found:
        raise NotInstalledError(
            f"{name} has no containers to look at", hint="run `thothctl start` first"
        )
    folder = world.installs.release_folder(name, current.release.number)
    stack = world.bundles.stack(current.install.stack)
    once = frozenset(service.name for service in stack.services if service.once)
    expected = security.Expected(_secrets(world, current), world.compose.declared(folder), once)
    probes: Probes = {
        "folders": lambda world: records.folders(world, current.install),
        "engine-api": daemon.api,
        "docker-group": daemon.group,
        "live-restore": daemon.live_restore,
        "userland-proxy": daemon.userland_proxy,
    }
    host = each(world, [*probes.items()])
    groups = (
        Group("Containers", security.containers(found, expected)),
        Group("Reachable", exposure.findings(found)),
        Group("Host", tuple(finding for ones in host.values() for finding in ones)),
    )
    return Report(groups, found)


def _secrets(world: World, current: Active) -> Sequence[Secret]:
    name, stack = current.install.name, world.bundles.stack(current.install.stack)
    stored = [spec.name for spec in stack.secrets if world.installs.has_secret(name, spec.name)]
    return [world.installs.secret(name, secret) for secret in stored]
