"""A profile in words: facts for a prompt, and descriptions where nobody wrote any."""

import re
from collections.abc import Iterator, Mapping, Sequence

from thoth_ai.profiles.column import ColumnProfile
from thoth_ai.profiles.shown import Value

MOST_VALUES, MOST_CHARACTERS, LONGEST_VALUE = 12, 160, 40
FREE_TEXT = 60.0
SHARE_WORTH_TELLING = 0.01
MOST_NAMED = 6
_WHAT: Mapping[str, str] = {
    "i": "whole number", "f": "number", "n": "number", "b": "yes or no", "d": "day",
    "t": "point in time", "s": "text", "y": "bytes",
}  # fmt: skip


def facts(profile: ColumnProfile, *, values: bool) -> str:
    """Return what helps to write SQL; without values where they are to be kept back."""
    if not profile.filled:
        return "always empty"
    return "; ".join(_facts(profile, values=values))


def _facts(profile: ColumnProfile, *, values: bool) -> Iterator[str]:
    if values and profile.listed:
        yield f"values: {_listed(profile, profile.listed)}"
    elif profile.unique:
        yield "every value once"
    else:
        yield f"{'' if profile.exact else 'about '}{profile.distinct:,} different values"
    if values and not profile.listed:
        yield from _range(profile)
    if profile.nulls > SHARE_WORTH_TELLING * profile.rows:
        yield f"{profile.nulls / profile.rows:.0%} empty"


def _range(profile: ColumnProfile) -> Iterator[str]:
    if profile.kind in "ifndt" and profile.low is not None:
        yield f"{_shown(profile.low)} to {_shown(profile.high)}"
    elif profile.kind == "s" and profile.mean_size <= FREE_TEXT and profile.top:
        yield f"such as {_listed(profile, [value for value, _ in profile.top[:3]])}"


def _listed(profile: ColumnProfile, values: Sequence[Value]) -> str:
    """Return some values as SQL writes them; the rest is counted."""
    texts: list[str] = []
    for value in values[:MOST_VALUES]:
        text = f"'{_shown(value)}'" if profile.kind in "sdt" else _shown(value)
        if sum(map(len, texts)) + len(text) > MOST_CHARACTERS:
            break
        texts.append(text)
    more = len(values) - len(texts)
    return ", ".join(texts) + (f" and {more} more" if more else "")


def _shown(value: Value | None) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def spoken(name: str) -> str:
    """Return a name as people say it: CustomerID and customer_id become customer id."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", spaced).split()).lower() or name


def column(name: str, profile: ColumnProfile, *, values: bool) -> str:
    """Describe a column that nobody described."""
    about = spoken(name)
    what = _WHAT[profile.kind]
    return f"{about[:1].upper()}{about[1:]}: {what}; {facts(profile, values=values)}."


def table(name: str, rows: int, columns: Sequence[str], joined: Sequence[str]) -> str:
    """Describe a table that nobody described."""
    about = spoken(name)
    named = ", ".join(spoken(one) for one in columns[:MOST_NAMED])
    more = f" and {len(columns) - MOST_NAMED} more" if len(columns) > MOST_NAMED else ""
    links = f" It joins {', '.join(dict.fromkeys(joined))}." if joined else ""
    return f"{about[:1].upper()}{about[1:]}: {rows:,} rows with {named}{more}.{links}"
