"""The invented districts: at least one unified district in every county."""

from collections.abc import Iterator
from dataclasses import dataclass

from thoth_ai.demo import kinds, names
from thoth_ai.demo.counties import COUNTIES, County
from thoth_ai.demo.dice import Dice
from thoth_ai.demo.kinds import DistrictKind

FIRST_CODE = 61028
CODE_STEP = 23
OCCUPATIONAL_FROM = 8


@dataclass(frozen=True, slots=True)
class Town:
    """An invented town at a plausible place of its county."""

    name: str
    zip: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class District:
    """A district: what it is, where it is, and how poor its families are in per mille."""

    number: int
    county: County
    kind: DistrictKind
    name: str
    towns: tuple[Town, ...]
    poverty: int

    @property
    def code(self) -> str:
        """The five digits in the middle of its schools' codes."""
        return f"{FIRST_CODE + CODE_STEP * self.number:05d}"

    @property
    def cds(self) -> str:
        """The code of the district itself."""
        return f"{self.county.code:02d}{self.code}0000000"

    @property
    def federal(self) -> str:
        """The federal number; the first two digits stand for the state."""
        return f"06{100 + 37 * self.number:05d}"

    @property
    def domain(self) -> str:
        """The name of its website."""
        return f"{self.name.lower().replace(' ', '-')}.example.org"


def found(dice: Dice) -> tuple[District, ...]:
    """Return all districts, county by county."""
    districts: list[District] = []
    for county in COUNTIES:
        hardship = dice.between(300, 720)
        for kind in _kinds(county):
            districts.append(_district(dice, len(districts), (county, kind), hardship))
    return tuple(districts)


def _kinds(county: County) -> Iterator[DistrictKind]:
    yield kinds.UNIFIED_DISTRICT
    for position in range((county.weight + 1) // 2 if county.weight > 1 else 0):
        yield kinds.EXTRA[position % len(kinds.EXTRA)]
    if county.weight >= OCCUPATIONAL_FROM:
        yield kinds.OCCUPATIONAL_DISTRICT


def _district(
    dice: Dice, number: int, where: tuple[County, DistrictKind], hardship: int
) -> District:
    county, kind = where
    towns = tuple(_town(dice, county, number, position) for position in range(3))
    name = f"{towns[0].name} {dice.pick(kind.words)}"
    poverty = min(930, max(60, hardship + dice.bell(380)))
    return District(number, county, kind, name, towns, poverty)


def _town(dice: Dice, county: County, number: int, position: int) -> Town:
    name = names.place(number * 3 + position)
    code = f"9{county.code:02d}{(number * 3 + position) % 100:02d}"
    return Town(
        name,
        code,
        county.latitude + dice.bell(county.reach) / 10000,
        county.longitude + dice.bell(county.reach) / 10000,
    )
