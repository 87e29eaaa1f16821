"""Writing districts and schools down as rows of the schools table."""

from datetime import date

from thoth_ai.demo import names
from thoth_ai.demo.dice import Dice
from thoth_ai.demo.districts import District, Town
from thoth_ai.demo.kinds import ADULT, LEVELS, PRESCHOOL
from thoth_ai.demo.schema import Row
from thoth_ai.demo.schools import School

VIRTUAL = ("N", "P", "F", "V", "C")
VIRTUAL_WEIGHTS = (86, 8, 3, 2, 1)
NEWEST_UPDATE = 2017
ONLY_SCHOOLS = tuple(
    """School NCESSchool OpenDate ClosedDate Charter CharterNum FundingType SOC SOCType EdOpsCode
    EdOpsName EILCode EILName GSoffered GSserved Virtual Magnet""".split()
)
ADDRESS = tuple(
    """Street StreetAbr City Zip State
    MailStreet MailStrAbr MailCity MailZip MailState""".split()
)


def district_row(dice: Dice, district: District) -> Row:
    """Return the row of a district; it has no school, no level and no charter."""
    return {
        **dict.fromkeys(ONLY_SCHOOLS),
        **_identity(district, district.cds),
        "StatusType": "Active",
        **_address(dice, district.towns[0], known=True),
        **_place(dice, district.towns[0], known=True),
        **_contact(dice, district, open_=True),
        **_staff(dice, district, open_=True),
        "LastUpdate": _updated(dice, None),
    }


def school_row(dice: Dice, school: School) -> Row:
    """Return the row of a school."""
    town = dice.pick(school.district.towns)
    open_ = school.status in {"Active", "Pending"}
    return {
        **_identity(school.district, school.cds),
        "School": school.name,
        "NCESSchool": f"{10 + school.number * 7:05d}" if open_ or dice.hit(60) else None,
        "StatusType": school.status,
        **_address(dice, town, known=open_ or dice.hit(85)),
        **_place(dice, town, known=open_ or dice.hit(30)),
        **_contact(dice, school.district, open_=open_),
        "OpenDate": _iso(school.opened),
        "ClosedDate": _iso(school.closed),
        **_charter(school),
        **_kind(school),
        **_teaching(dice, school),
        **_staff(dice, school.district, open_=open_),
        "LastUpdate": _updated(dice, school.closed or school.opened),
    }


def _identity(district: District, cds: str) -> Row:
    code, label = district.kind.ownership
    return {
        "CDSCode": cds,
        "NCESDist": district.federal,
        "County": district.county.name,
        "District": district.name,
        "DOC": code,
        "DOCType": label,
    }


def _address(dice: Dice, town: Town, *, known: bool) -> Row:
    if not known:
        return dict.fromkeys(ADDRESS)
    full, short = names.street(dice)
    code = f"{town.zip}-{dice.between(1001, 9899)}" if dice.hit(55) else town.zip
    mail = (full, short)
    if dice.hit(15):
        mail = (f"P.O. Box {dice.between(10, 4990)}",) * 2
    values = (full, short, town.name, code, "CA", *mail, town.name, code, "CA")
    return dict(zip(ADDRESS, values, strict=True))


def _place(dice: Dice, town: Town, *, known: bool) -> Row:
    if not known:
        return {"Latitude": None, "Longitude": None}
    return {
        "Latitude": round(town.latitude + dice.bell(24000) / 1000000, 6),
        "Longitude": round(town.longitude + dice.bell(24000) / 1000000, 6),
    }


def _contact(dice: Dice, district: District, *, open_: bool) -> Row:
    has_phone, has_site = open_ or dice.hit(25), dice.hit(58 if open_ else 4)
    phone = f"({district.county.area}) 555-{dice.between(100, 199):04d}"
    return {
        "Phone": phone if has_phone else None,
        "Ext": str(dice.between(100, 4999)) if has_phone and dice.hit(7) else None,
        "Website": f"https://www.{district.domain}" if has_site else None,
    }


def _charter(school: School) -> Row:
    charter = school.charter
    return {
        "Charter": int(charter is not None),
        "CharterNum": charter.number if charter else None,
        "FundingType": charter.funding if charter else None,
    }


def _kind(school: School) -> Row:
    option, label = school.kind.option or (None, None)
    return {
        "SOC": school.kind.ownership[0],
        "SOCType": school.kind.ownership[1],
        "EdOpsCode": option,
        "EdOpsName": label,
        "EILCode": school.kind.level,
        "EILName": LEVELS[school.kind.level],
    }


def _teaching(dice: Dice, school: School) -> Row:
    active = school.status == "Active"
    graded = active and school.kind.serves_meals
    magnet = active and school.kind not in {PRESCHOOL, ADULT}
    virtual = dice.weighted(VIRTUAL, VIRTUAL_WEIGHTS)
    return {
        "GSoffered": school.span if school.status in {"Active", "Pending"} else None,
        "GSserved": school.span if graded else None,
        "Virtual": virtual if active else None,
        "Magnet": int(dice.hit(8)) if magnet else None,
    }


def _staff(dice: Dice, district: District, *, open_: bool) -> Row:
    row: Row = {}
    wanted = open_
    for position, percent in ((1, 97), (2, 7), (3, 12)):
        wanted = wanted and dice.hit(percent)
        person = names.person(dice, district.domain) if wanted else (None, None, None)
        for field, value in zip(("AdmFName", "AdmLName", "AdmEmail"), person, strict=True):
            row[f"{field}{position}"] = value
    return row


def _updated(dice: Dice, last: date | None) -> str:
    first = max(2009, last.year + 1) if last else 2012
    year = dice.between(min(first, NEWEST_UPDATE), NEWEST_UPDATE)
    return date(year, dice.between(7, 12), dice.between(1, 28)).isoformat()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
