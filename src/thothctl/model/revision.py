"""States of a database as image labels name them: one name, or the newest one of each part."""

NOTHING = "zero"


def reaches(oldest: str, revision: str) -> bool:
    """Migrations that go back down to `oldest` go back to this state; no name, no way."""
    if not oldest or not revision:
        return False
    least, wanted = _parts(oldest), _parts(revision)
    return all(_rank(wanted.get(part, NOTHING)) >= _rank(name) for part, name in least.items())


def _parts(text: str) -> dict[str, str]:
    """`accounts.0001_first,jobs.0002_more` by part; a single name is that of the whole."""
    found = (one.strip().rpartition(".") for one in text.split(",") if one.strip())
    return {part: name for part, _, name in found}


def _rank(name: str) -> str:
    """Names begin with numbers of equal width."""
    return "" if name == NOTHING else name
