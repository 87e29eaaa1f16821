"""States of a database as image labels name them: one name, or the newest one of each part."""

from dataclasses import dataclass

NOTHING = "zero"


@dataclass(frozen=True, slots=True)
class Migration:
    """One of those that a version brings along."""

    name: str
    reversible: bool


def pending(before: str, after: str, told: str, oldest: str) -> tuple[Migration, ...]:
    """The migrations from one state to another; without a list, the newest of each part.

    Those are reversible that come after `oldest`; no name, no way.
    """
    then, now, least = _parts(before), _parts(after), _parts(oldest)
    found = _named(told or after)
    return tuple(
        Migration(f"{part}.{name}".lstrip("."), bool(oldest) and _before(least, part, name))
        for part, name in found
        if _before(then, part, name) and not _before(now, part, name)
    )


def _before(state: dict[str, str], part: str, name: str) -> bool:
    """The state has not come as far as this migration."""
    return _rank(state.get(part, NOTHING)) < _rank(name)


def reaches(oldest: str, revision: str) -> bool:
    """Migrations that go back down to `oldest` go back to this state; no name, no way."""
    if not oldest or not revision:
        return False
    least, wanted = _parts(oldest), _parts(revision)
    return all(_rank(wanted.get(part, NOTHING)) >= _rank(name) for part, name in least.items())


def _parts(text: str) -> dict[str, str]:
    """`accounts.0001_first,jobs.0002_more` by part; a single name is that of the whole."""
    return dict(_named(text))


def _named(text: str) -> list[tuple[str, str]]:
    found = (one.strip().rpartition(".") for one in text.split(",") if one.strip())
    return [(part, name) for part, _, name in found]


def _rank(name: str) -> str:
    """Names begin with numbers of equal width."""
    return "" if name == NOTHING else name
