"""The invented schools: what each is, before it is written down as a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from thoth_ai.demo import names
from thoth_ai.demo.dice import Dice
from thoth_ai.demo.districts import District
from thoth_ai.demo.kinds import SchoolKind

STATUSES = ("Active", "Closed", "Merged", "Pending")
STATUS_WEIGHTS = (70, 24, 3, 3)
FUNDINGS = ("Directly funded", "Locally funded", "Not in CS funding model")
FUNDING_WEIGHTS = (68, 29, 3)
CHARTER_PERCENT = 22
FIRST_CHARTER_YEAR = 1993
LAST_YEAR = 2016
YEAR_START = date(2014, 9, 15)
YEAR_END = date(2015, 6, 30)


@dataclass(frozen=True, slots=True)
class Charter:
    """What makes a charter school one."""

    number: str
    funding: str


@dataclass(frozen=True, slots=True)
class School:
    """A school: what it is, when it was open, and how poor its families are in per mille."""

    number: int
    district: District
    kind: SchoolKind
    name: str
    span: str
    status: str
    opened: date | None
    closed: date | None
    charter: Charter | None
    poverty: int
    pupils: int

    @property
    def code(self) -> str:
        """The last seven digits of its code."""
        return f"{self.kind.prefix}{10007 + 13 * self.number:05d}"

    @property
    def cds(self) -> str:
        """The code of county, district and school in one."""
        return f"{self.district.county.code:02d}{self.district.code}{self.code}"

    @property
    def taught(self) -> bool:
        """Tell whether it was open all through the school year of the figures."""
        if self.opened is None or self.opened > YEAR_START:
            return False
        return self.closed is None or self.closed > YEAR_END


def found(dice: Dice, districts: tuple[District, ...]) -> tuple[School, ...]:
    """Return all schools, district by district."""
    schools: list[School] = []
    for district in districts:
        for kind in _kinds(dice, district):
            schools.append(_school(dice, len(schools), district, kind))
    return tuple(schools)


def _kinds(dice: Dice, district: District) -> Iterator[SchoolKind]:
    mix, weights = zip(*district.kind.mix, strict=True)
    for _ in range(dice.between(*district.kind.schools)):
        yield dice.weighted(mix, weights)


def _school(dice: Dice, number: int, district: District, kind: SchoolKind) -> School:
    charter = _charter(dice, number) if kind.may_charter and dice.hit(CHARTER_PERCENT) else None
    status = dice.weighted(STATUSES, STATUS_WEIGHTS)
    opened = _opened(dice, FIRST_CHARTER_YEAR if charter else 1951)
    ends = status in {"Closed", "Merged"}
    return School(
        number=number,
        district=district,
        kind=kind,
        name=_name(dice, kind, charter),
        span=dice.pick(kind.spans),
        status=status,
        opened=None if status == "Pending" else opened,
        closed=_closed(dice, opened) if ends else None,
        charter=charter,
        poverty=min(1000, max(20, district.poverty + kind.hardship + dice.bell(220))),
        pupils=(dice.between(*kind.size) + dice.between(*kind.size)) // 2,
    )


def _charter(dice: Dice, number: int) -> Charter:
    return Charter(f"{11 + number:04d}", dice.weighted(FUNDINGS, FUNDING_WEIGHTS))


def _name(dice: Dice, kind: SchoolKind, charter: Charter | None) -> str:
    name = f"{names.school(dice)} {dice.pick(kind.words)}"
    return f"{name} Charter" if charter and dice.hit(70) else name


def _opened(dice: Dice, first: int) -> date:
    if first < FIRST_CHARTER_YEAR and dice.hit(45):
        return date(1980, 7, 1)
    year = dice.between(first, LAST_YEAR - 1)
    return date(year, *dice.pick(((7, 1), (8, 15), (8, 28), (9, 2), (9, 8))))


def _closed(dice: Dice, opened: date) -> date:
    year = dice.between(max(opened.year + 1, 1984), LAST_YEAR)
    return date(year, *dice.pick(((6, 30), (6, 30), (6, 12), (7, 1))))
