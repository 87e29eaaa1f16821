"""One version on the way of an upgrade: every gate, then its plan."""

from dataclasses import dataclass, replace

from thothctl.cli.session import Session
from thothctl.model.install import Release
from thothctl.model.revision import reaches
from thothctl.model.version import Version
from thothctl.operations.backup import provide_toolbox
from thothctl.operations.cloning import Carried
from thothctl.operations.offers import OwnVersion, Target
from thothctl.operations.plan import Plan
from thothctl.operations.rolling_gate import narrowed, refuse_unfit, rolled
from thothctl.operations.upgrade import (
    Outlook,
    Place,
    UpgradeRequest,
    next_number,
    plan_upgrade,
    refuse_edits,
    refuse_small_disk,
)
from thothctl.operations.upgrade_data import DataWish, backup_steps, data_for
from thothctl.probes.preflight import needs_of, preflight, refusal

DISK = "disk"


@dataclass(frozen=True, slots=True)
class Hop:
    """One version on the way, with what is known before the first change."""

    session: Session
    request: UpgradeRequest
    seen: Outlook
    target: Target

    def data(self, wish: DataWish) -> Carried:
        """Every gate; the data that the version works on."""
        world, name = self.session.world, self.request.name
        refuse_edits(world, name)
        self._refuse_unfit_machine()
        if self.request.rolls:
            told, now = self.target.published, self.seen.release
            same = told.revision == now.database_revision
            shared = same or reaches(told.compatible_from, now.database_revision)
            refuse_unfit(world, name, now, self._coming(), shared=shared)
            wish = replace(wish, shared=shared)
        refuse_small_disk(world, self.target)
        with self.session.watched():
            provide_toolbox(world)
        return data_for(world, name, self.seen.release, self.target, wish)

    def _refuse_unfit_machine(self) -> None:
        """What `doctor` has against the machine; room is estimated by what there is to be done."""
        world, name = self.session.world, self.request.name
        stack = world.bundles.stack(self.seen.stack)
        install = world.installs.find(name)
        needs = needs_of(stack, self.seen.settings, name, install)
        found = [one for one in preflight(world, needs) if one.probe != DISK]
        if error := refusal(found):
            raise error

    def _coming(self) -> Release:
        """The release as far as it is known."""
        told, now = self.target.published, self.seen.release
        return replace(
            now,
            number=next_number(self.session.world.installs.releases(self.request.name)),
            why="upgrade",
            version=str(told.version),
            images={**now.images, **self.target.references},
            database_revision=told.revision,
        )

    def plan(self, data: Carried, wish: DataWish) -> Plan:
        """Nothing was changed so far."""
        world, name = self.session.world, self.request.name
        number = next_number(world.installs.releases(name))
        now = world.clock.now().isoformat(timespec="seconds")
        before = backup_steps(world, name, wish)
        place = Place(number, self.seen.release.number, now, before)
        return plan_upgrade(self.request, self.seen, self.target, data, place)


def hop_to(
    session: Session,
    request: UpgradeRequest,
    seen: Outlook,
    version: Version,
    *,
    build: bool = False,
) -> Hop:
    """The hop to this version, `rolling` if that is asked for."""
    target = target_of(session, seen, version, build=build)
    if not request.rolling:
        return Hop(session, request, seen, target)
    service = rolled(session.world, request.name, seen.release)
    exchanged = narrowed(target, service)
    migrates = target.published.revision != seen.release.database_revision
    return Hop(session, replace(request, rolls=service.name, migrates=migrates), seen, exchanged)


def target_of(session: Session, seen: Outlook, hop: Version, *, build: bool = False) -> Target:
    """What the version consists of; images of one's own are built if that is asked for."""
    if build and isinstance(seen.versions, OwnVersion):
        with session.watched():
            seen.versions.build()
    return seen.versions.target(hop)
