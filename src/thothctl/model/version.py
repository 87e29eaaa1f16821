"""Versions as they are published: their order, and the way from one to another."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import total_ordering

from thothctl.errors import IncompatibleError
from thothctl.model.install import (
    LABEL_COMPATIBLE,
    LABEL_MIGRATIONS,
    LABEL_REQUIRES,
    LABEL_REVERSIBLE_TO,
    LABEL_REVISION,
    LABEL_UPGRADE_FROM,
    LABEL_YANKED,
)

_FORM = re.compile(
    r"v?(?P<numbers>\d{1,9}\.\d{1,9}(?:\.\d{1,9})?)"
    r"(?:-?(?P<pre>(?<=-)[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*|\.?dev\d*|(?:a|b|rc)\d+))?"
    r"(?:\+[0-9A-Za-z.-]+)?"
)
_PYTHON = re.compile(r"\.?(dev|a|b|rc)(\d*)")
LISTED = 8
"""So many versions are named where a version is unknown."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A semantic version; a pre-release comes before what it prepares, nightly ones too."""

    numbers: tuple[int, int, int]
    before: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Version | None":
        """From a tag or label, with or without `v`, also as Python writes it; else None."""
        found = _FORM.fullmatch(text.strip())
        if not found:
            return None
        major, minor, *patch = (int(number) for number in found["numbers"].split("."))
        before = found["pre"] or ""
        if f"-{before}" not in text and (python := _PYTHON.fullmatch(before)):
            before = f"{python[1]}.{int(python[2] or 0)}"
        parts = tuple(str(int(p)) if p.isdigit() else p for p in before.split(".") if p)
        return cls((major, minor, patch[0] if patch else 0), parts)

    @property
    def is_stable(self) -> bool:
        return not self.before

    def __str__(self) -> str:
        before = f"-{'.'.join(self.before)}" if self.before else ""
        return f"{'.'.join(map(str, self.numbers))}{before}"

    def __lt__(self, other: "Version") -> bool:
        return self._rank() < other._rank()

    def _rank(self) -> tuple[object, ...]:
        parts = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in self.before)
        return (self.numbers, self.is_stable, parts)


@dataclass(frozen=True, slots=True)
class Published:
    """What the labels of a version's images say of it.

    `upgrade_from` is the oldest version that may come here directly, `requires` the oldest thothctl
    that can run it, `revision` the state its database has, `reversible_to` the oldest state its
    migrations go back down to, `migrations` names all of them, in order. Versions of a state from
    `compatible_from` on work on its database as well.
    """

    version: Version
    upgrade_from: Version | None = None
    requires: Version | None = None
    yanked: str = ""
    revision: str = ""
    reversible_to: str = ""
    migrations: str = ""
    compatible_from: str = ""


def published(version: Version, images: Iterable[Mapping[str, str]]) -> Published:
    """Read the labels of all images of a version: the strictest of them counts."""
    labels = list(images)

    def said(label: str) -> list[str]:
        return [text for one in labels if (text := one.get(label, "").strip())]

    def newest(label: str) -> Version | None:
        return max((v for text in said(label) if (v := Version.read(text))), default=None)

    return Published(
        version,
        newest(LABEL_UPGRADE_FROM),
        newest(LABEL_REQUIRES),
        next(iter(said(LABEL_YANKED)), ""),
        next(iter(said(LABEL_REVISION)), ""),
        next(iter(said(LABEL_REVERSIBLE_TO)), ""),
        next(iter(said(LABEL_MIGRATIONS)), ""),
        next(iter(said(LABEL_COMPATIBLE)), ""),
    )


Look = Callable[[Version], Published]


@dataclass(frozen=True, slots=True)
class Offer:
    """The versions that a registry, or this machine, has; `look` reads the labels of one."""

    versions: Sequence[Version]
    look: Look = field(repr=False)

    def falling(self, *, stable: bool) -> Iterator[Version]:
        """The versions that were not withdrawn, the newest first; looks at none before its turn."""
        for version in sorted(set(self.versions), reverse=True):
            if (version.is_stable or not stable) and not self._withdrawn(version):
                yield version

    def _withdrawn(self, version: Version) -> bool:
        """One that is not for this machine was not: whoever wants it is told so."""
        try:
            return bool(self.look(version).yanked)
        except IncompatibleError:
            return False


@dataclass(frozen=True, slots=True)
class Reach:
    """The newest version that may be gone to and the way there; what keeps from a newer one."""

    target: Version
    hops: tuple[Version, ...] = ()
    blocked: IncompatibleError | None = None


def reach(current: Version, wanted: Iterable[Version], offer: Offer, own: Version) -> Reach:
    """How far of the `wanted` versions, the newest first, there is a way; else `current` stays."""
    blocked: IncompatibleError | None = None
    for version in wanted:
        if version <= current:
            break
        try:
            return Reach(version, way(current, version, offer, own), blocked)
        except IncompatibleError as error:
            blocked = blocked or error
    return Reach(current, (), blocked)


def way(current: Version, target: Version, offer: Offer, own: Version) -> tuple[Version, ...]:
    """The versions to go through, the target last; raises IncompatibleError where there is no way.

    `own` is the version of this very thothctl.
    """
    if target == current:
        return ()
    if target < current and target in offer.versions:
        raise IncompatibleError(
            f"{target} is older than {current}, which is installed",
            hint="`thothctl rollback` goes back to an earlier release; `thothctl releases` "
            "shows them",
        )
    goal = admitted(target, offer, own)
    hops: list[Version] = []
    at = current
    while goal.upgrade_from is not None and at < goal.upgrade_from:
        hop = _next_hop(at, goal, offer, own)
        if hop is None:
            raise IncompatibleError(
                f"{goal.version} takes upgrades from {goal.upgrade_from} on, {at} is older",
                hint=f"first `thothctl upgrade --to {goal.upgrade_from}`; no registry here offers "
                "a version between that would do",
            )
        hops.append(at := hop)
    return (*hops, target)


def admitted(target: Version, offer: Offer, own: Version) -> Published:
    """What is told of a version that may be installed here; raises IncompatibleError."""
    if target not in offer.versions:
        newest = ", ".join(str(v) for v in sorted(set(offer.versions), reverse=True)[:LISTED])
        raise IncompatibleError(
            f"there is no version {target}",
            hint=f"offered are {newest}" if newest else "the registry has no version at all",
        )
    goal = offer.look(target)
    if goal.yanked:
        raise IncompatibleError(
            f"{target} was withdrawn: {goal.yanked}",
            hint="take another version: `thothctl upgrade --check` names the newest",
        )
    if goal.requires is not None and own < goal.requires:
        raise IncompatibleError(
            f"{target} needs thothctl {goal.requires} or newer, this is {own}",
            hint="upgrade thothctl first: `pip install --upgrade thothctl`",
        )
    return goal


def _next_hop(at: Version, goal: Published, offer: Offer, own: Version) -> Version | None:
    """The newest version before the goal that may be gone to from here."""
    between = (v for v in set(offer.versions) if at < v < goal.version)
    for version in sorted(between, reverse=True):
        if not version.is_stable and goal.version.is_stable:
            continue
        seen = offer.look(version)
        too_new = seen.requires is not None and own < seen.requires
        too_far = seen.upgrade_from is not None and at < seen.upgrade_from
        if not (seen.yanked or too_new or too_far):
            return version
    return None
