"""The versions on the way of an upgrade: every gate of each, then its plan."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from thothctl.cli.session import Session
from thothctl.model.install import Release
from thothctl.model.observed import OfferedImage
from thothctl.model.revision import reaches
from thothctl.model.version import Version
from thothctl.operations.backup import provide_toolbox
from thothctl.operations.cloning import Carried
from thothctl.operations.offers import OwnVersion, Target
from thothctl.operations.plan import Plan
from thothctl.operations.rolling_gate import narrowed, refuse_unfit, rolled
from thothctl.operations.room import refuse_full, refuse_small_disk
from thothctl.operations.upgrade import (
    Outlook,
    Place,
    UpgradeRequest,
    next_number,
    plan_upgrade,
    refuse_edits,
)
from thothctl.operations.upgrade_data import OTHERWISE, DataWish, backup_steps, data_for
from thothctl.probes.preflight import needs_of, preflight, refusal

DISK = "disk"


@dataclass(frozen=True, slots=True)
class PlannedHop:
    """What one version consists of, the data it works on, the steps to it."""

    target: Target
    data: Carried
    plan: Plan


def planned_hops(
    session: Session,
    request: UpgradeRequest,
    seen: Outlook,
    wish: DataWish,
    *,
    build: bool = False,
) -> tuple[PlannedHop, ...]:
    """Every version on the way behind every gate of all of them; changes nothing.

    A later one is looked at as if the one before it were there already. What they need is counted
    together: nothing is deleted in between.
    """
    world = session.world
    refuse_edits(world, request.name)
    _refuse_unfit_machine(session, request.name, seen)
    hops = tuple(_hops(session, request, seen, build=build))
    for hop in hops:
        hop.refuse_unfit()
    pulled = refuse_small_disk(world, [hop.target for hop in hops])
    with session.watched():
        provide_toolbox(world)
    saved = replace(wish, backup=False)  # once: what is there is saved before the first
    wishes = (wish, *(saved for _ in hops[1:]))
    data = [hop.data(own) for hop, own in zip(hops, wishes, strict=True)]
    refuse_full([copy for one in data for copy in one.copies], OTHERWISE, pulled)
    return tuple(
        PlannedHop(hop.target, one, hop.plan(one, own))
        for hop, one, own in zip(hops, data, wishes, strict=True)
    )


def _refuse_unfit_machine(session: Session, name: str, seen: Outlook) -> None:
    """What `doctor` has against the machine; room is estimated by what there is to be done."""
    world = session.world
    stack, install = world.bundles.stack(seen.stack), world.installs.find(name)
    needs = needs_of(stack, seen.settings, name, install)
    found = [one for one in preflight(world, needs) if one.probe != DISK]
    if error := refusal(found):
        raise error


def _hops(
    session: Session, request: UpgradeRequest, seen: Outlook, *, build: bool
) -> Iterator["Hop"]:
    before = dict[str, OfferedImage]()
    for version in seen.hops:
        hop = _hop_to(session, request, seen, version, build=build)
        yield replace(hop, target=replace(hop.target, before=before))
        before, seen = {**before, **hop.target.images}, replace(seen, release=hop.leaves())


@dataclass(frozen=True, slots=True)
class Hop:
    """One version on the way, with what is known before the first change."""

    session: Session
    request: UpgradeRequest
    seen: Outlook
    target: Target

    def refuse_unfit(self) -> None:
        """Raise where containers are to be exchanged one by one and cannot be."""
        if self.request.rolls:
            name, now = self.request.name, self.seen.release
            refuse_unfit(self.session.world, name, now, self._coming(), shared=self._shared)

    @property
    def _shared(self) -> bool:
        """The version before it works on its database, too."""
        told, now = self.target.published, self.seen.release
        same = told.revision == now.database_revision
        return same or reaches(told.compatible_from, now.database_revision)

    def data(self, wish: DataWish) -> Carried:
        """The data that the version works on; raises where it does not fit."""
        shared = bool(self.request.rolls) and self._shared
        own = replace(wish, shared=shared)
        return data_for(self.session.world, self.request.name, self.seen.release, self.target, own)

    @property
    def _number(self) -> int:
        releases = self.session.world.installs.releases(self.request.name)
        return max(next_number(releases), self.seen.release.number + 1)

    def _coming(self) -> Release:
        """The release as far as it is known."""
        now = self.leaves()
        return replace(now, images={**now.images, **self.target.references})

    def leaves(self) -> Release:
        """What the version after it finds; images and data, to be measured, are those of now."""
        told = self.target.published
        return replace(
            self.seen.release,
            number=self._number,
            why="upgrade",
            version=str(told.version),
            database_revision=told.revision,
        )

    def plan(self, data: Carried, wish: DataWish) -> Plan:
        """Nothing was changed so far."""
        world, name = self.session.world, self.request.name
        now = world.clock.now().isoformat(timespec="seconds")
        before = backup_steps(world, name, wish)
        place = Place(self._number, self.seen.release.number, now, before)
        return plan_upgrade(self.request, self.seen, self.target, data, place)


def _hop_to(
    session: Session,
    request: UpgradeRequest,
    seen: Outlook,
    version: Version,
    *,
    build: bool,
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
