"""Free and reduced price meals of one school year; the rates follow from the counts."""

from thoth_ai.demo.dice import Dice
from thoth_ai.demo.schema import Row
from thoth_ai.demo.schools import School

YEAR = "2014-2015"
ALL_GRADES = "K-12"
BY_AGE = "Ages 5-17"
PROVISIONS = ("Provision 2", "CEP", "Breakfast Provision 2", "Provision 1", "Provision 3")
PROVISION_WEIGHTS = (50, 20, 18, 6, 6)
POOR = 700


def meal_row(dice: Dice, school: School) -> Row:
    """Return the row of a school that taught in that year."""
    free_share = dice.between(780, 920)
    enrolled = school.pupils
    entitled = enrolled * school.poverty // 1000
    younger = enrolled - enrolled * dice.between(0, 60) // 1000
    known = dice.hit(98)
    return {
        **_identity(school),
        **_charter(school),
        "NSLP Provision Status": _provision(dice, school),
        **_counts(ALL_GRADES, enrolled, entitled, entitled * free_share // 1000 if known else None),
        **_by_age(younger, school.poverty, free_share if known else None),
        "2013-14 CALPADS Fall 1 Certification Status": 1,
    }


def _by_age(enrolled: int, poverty: int, free_share: int | None) -> Row:
    entitled = enrolled * poverty // 1000
    free = None if free_share is None else entitled * free_share // 1000
    return _counts(BY_AGE, enrolled, entitled, free)


def _identity(school: School) -> Row:
    low, _, high = school.span.partition("-")
    return {
        "CDSCode": school.cds,
        "Academic Year": YEAR,
        "County Code": f"{school.district.county.code:02d}",
        "District Code": int(school.district.code),
        "School Code": school.code,
        "County Name": school.district.county.name,
        "District Name": school.district.name,
        "School Name": school.name,
        "District Type": school.district.kind.ownership[1],
        "School Type": school.kind.ownership[1],
        "Educational Option Type": school.kind.option[1] if school.kind.option else None,
        "Low Grade": low,
        "High Grade": high,
    }


def _charter(school: School) -> Row:
    charter = school.charter
    return {
        "Charter School (Y/N)": int(charter is not None),
        "Charter School Number": charter.number if charter else None,
        "Charter Funding Type": charter.funding if charter else None,
        "IRC": int(charter is not None and charter.funding == "Directly funded"),
    }


def _provision(dice: Dice, school: School) -> str | None:
    if not dice.hit(45 if school.poverty > POOR else 4):
        return None
    return dice.weighted(PROVISIONS, PROVISION_WEIGHTS)


def _counts(group: str, enrolled: int, entitled: int, free: int | None) -> Row:
    return {
        f"Enrollment ({group})": float(enrolled),
        f"Free Meal Count ({group})": None if free is None else float(free),
        f"Percent (%) Eligible Free ({group})": None if free is None else free / enrolled,
        f"FRPM Count ({group})": float(entitled),
        f"Percent (%) Eligible FRPM ({group})": entitled / enrolled,
    }
