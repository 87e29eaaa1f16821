"""Test scores of schools with a twelfth grade, and of their districts taken together."""

from collections.abc import Iterator
from dataclasses import dataclass

from thoth_ai.demo.dice import Dice
from thoth_ai.demo.districts import District
from thoth_ai.demo.schema import Row
from thoth_ai.demo.schools import School

FEWEST_TAKERS = 15
BEST, LOST_TO_POVERTY = 610, 215
TEST_TOTAL = 1500


@dataclass(frozen=True, slots=True)
class Result:
    """How the seniors of a school did; the averages stay secret when few took the test."""

    seniors: int
    takers: int
    reading: int
    mathematics: int
    writing: int
    good: int


def score_rows(dice: Dice, schools: tuple[School, ...]) -> Iterator[Row]:
    """Return a row for every school with seniors and one for every district of such schools."""
    results: dict[str, list[Result]] = {}
    districts: dict[str, District] = {}
    for school in schools:
        result = _result(dice, school)
        results.setdefault(school.district.cds, []).append(result)
        districts[school.district.cds] = school.district
        yield _row("S", school.cds, school.name, school.district, result)
    for cds, several in results.items():
        yield _row("D", cds, None, districts[cds], _together(several))


def _result(dice: Dice, school: School) -> Result:
    grades = 13 if school.span == "K-12" else 4
    seniors = max(1, school.pupils * dice.between(850, 1050) // (1000 * grades))
    share = max(40, 760 - school.poverty * 35 // 100 - school.kind.hardship + dice.bell(200))
    takers = min(seniors, seniors * share // 1000)
    level = BEST - LOST_TO_POVERTY * school.poverty // 1000 + dice.bell(70)
    reading = max(300, level + dice.bell(18))
    mathematics = max(300, level + 8 + dice.bell(26))
    writing = max(300, level - 6 + dice.bell(16))
    above = (reading + mathematics + writing - TEST_TOTAL) + 380
    good = takers * min(960, max(15, above * 6 // 5)) // 1000
    return Result(seniors, takers, reading, mathematics, writing, good)


def _together(results: list[Result]) -> Result:
    takers = sum(one.takers for one in results)
    divisor = max(1, takers)
    return Result(
        sum(one.seniors for one in results),
        takers,
        sum(one.reading * one.takers for one in results) // divisor,
        sum(one.mathematics * one.takers for one in results) // divisor,
        sum(one.writing * one.takers for one in results) // divisor,
        sum(one.good for one in results),
    )


def _row(kind: str, cds: str, name: str | None, district: District, result: Result) -> Row:
    told = result.takers >= FEWEST_TAKERS
    return {
        "cds": cds,
        "rtype": kind,
        "sname": name,
        "dname": district.name,
        "cname": district.county.name,
        "enroll12": result.seniors,
        "NumTstTakr": result.takers,
        "AvgScrRead": result.reading if told else None,
        "AvgScrMath": result.mathematics if told else None,
        "AvgScrWrite": result.writing if told else None,
        "NumGE1500": result.good if told else None,
    }
