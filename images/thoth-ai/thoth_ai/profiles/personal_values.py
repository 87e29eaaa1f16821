"""What identifies a person by its look: mail addresses, cards, accounts, national numbers, names.

A column is told by the few values its profile remembers, and only where most of them look so.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from thoth_ai.profiles.column import ColumnProfile

MOST = 0.6
LEAST_VALUES = 2
FIRST_NAMES = frozenset(
    """adam ahmed aisha alessandro alex alexander alice amanda amy ana andrea andrew angela anna
    anne anthony antonio ashley barbara benjamin brian carlos carol catherine charles chiara chris
    christine christopher claire claudia daniel david deborah dennis diana donald donna edward
    elena elizabeth emily emma eric eva fatima francesca francesco frank gary george giulia
    giuseppe gregory hans heather helen henry isabella jack jacob james jan jane jason jean
    jeffrey jennifer jessica joan joe john jonathan jose joseph joshua juan judith julia julie
    karen katherine kathleen kelly kenneth kevin kim klaus larry laura lee linda lisa luca lucas
    luis luigi margaret maria marco marie mario mark martin mary matthew megan melissa michael
    michelle mohamed monica nancy nicholas nicole olivia patricia patrick paul paolo pedro peter
    pierre rachel rebecca richard robert roberto ronald rosa ruth ryan samantha samuel sandra sara
    sarah scott sharon sofia sophie stephanie stephen steven susan teresa thomas timothy tyler
    victoria virginia walter william yusuf zoe""".split()
)
LEAST_NAMES = 0.2


class Look(StrEnum):
    """What values can look like."""

    MAIL = "mail"
    CARD = "card"
    ACCOUNT = "account"
    NUMBER = "national number"
    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"


SURE = frozenset({Look.MAIL, Look.CARD, Look.ACCOUNT, Look.NUMBER, Look.NAME})
"""Personal wherever they are; a telephone or an address may be a shop's."""

_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[A-Za-z]{2,}\Z")
_ACCOUNT = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}\Z")
_NUMBERS = tuple(
    re.compile(text)
    for text in (
        r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\Z",  # United States
        r"[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]\Z",  # Italy
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\Z",  # United Kingdom
        r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}\Z",  # France
        r"\d{3}\.\d{3}\.\d{3}-\d{2}\Z",  # Brazil
    )
)
_SPANISH = re.compile(r"([XYZ]?\d{7,8})-?([A-HJ-NP-TV-Z])\Z")
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?:,? [^\W\d_][\w'’.-]*){1,3}\Z")
_PHONE = re.compile(
    r"(?:\+\d[\d ()./-]{6,18}\d|\(?\d{2,5}\)?[ .-]\d{3,4}[ .-]?\d{3,4}(?: ?x\d+)?)\Z"
)
_DATE = re.compile(r"\d{4}[-./]\d\d?[-./]\d\d?\Z|\d\d?[-./]\d\d?[-./]\d{4}\Z")
_STREET = (
    r"street|st\.?|avenue|ave\.?|road|rd\.?|boulevard|blvd\.?|lane|ln\.?|drive|dr\.?|way|court"
    r"|ct\.?|place|pl\.?"
)
_ADDRESS = re.compile(
    rf"\d+\w? .*\b(?:{_STREET})(?:\W|\Z)|(?:via|viale|piazza|corso|rue|calle|rua|avenida) .+\d"
    r"|.+(?:straße|strasse|str\.|weg|gasse|platz) \d",
    re.IGNORECASE,
)


def look_of(profile: ColumnProfile) -> Look | None:
    """Return what most of the remembered values look like, if they look like anything."""
    values = [str(value).strip() for value in profile.sample]
    values = [value for value in values if value]
    if len(values) < LEAST_VALUES:
        return None
    if profile.kind in "in":
        return Look.CARD if _share(values, _is_card) >= MOST else None
    if profile.kind != "s":
        return None
    for look, is_one in _LOOKS.items():
        if _share(values, is_one) >= MOST:
            return look
    return Look.NAME if _are_names(values) else None


def _share(values: list[str], is_one: Callable[[str], bool]) -> float:
    return sum(map(is_one, values)) / len(values)


def _is_card(value: str) -> bool:
    digits = re.sub(r"[ -]", "", value)
    if not re.fullmatch(r"[2-6]\d{12,18}", digits):
        return False
    doubled = [int(one) * (2 if at % 2 else 1) for at, one in enumerate(reversed(digits))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0  # noqa: PLR2004 - Luhn's


def _is_account(value: str) -> bool:
    if not _ACCOUNT.match(value):
        return False
    plain = value.replace(" ", "")
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def _is_number(value: str) -> bool:
    if any(pattern.match(value) for pattern in _NUMBERS):
        return True
    found = _SPANISH.match(value)
    if not found:
        return False
    digits = found[1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == found[2]


def _is_phone(value: str) -> bool:
    return bool(_PHONE.match(value)) and not _DATE.match(value)


def _are_names(values: list[str]) -> bool:
    """Two to four words each, and some of them begin or end with a name many people have."""
    if _share(values, lambda value: bool(_NAME.match(value))) < MOST:
        return False
    words = [value.replace(",", " ").lower().split() for value in values]
    return (
        sum(bool(FIRST_NAMES & {each[0], each[-1]}) for each in words) / len(words) >= LEAST_NAMES
    )


_LOOKS: Mapping[Look, Callable[[str], bool]] = {
    Look.MAIL: lambda value: bool(_MAIL.match(value)),
    Look.CARD: _is_card,
    Look.ACCOUNT: _is_account,
    Look.NUMBER: _is_number,
    Look.PHONE: _is_phone,
    Look.ADDRESS: lambda value: bool(_ADDRESS.match(value)),
}
