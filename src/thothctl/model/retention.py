"""Which backups are kept: a pure decision."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from thothctl.model.backup import Stored


@dataclass(frozen=True, slots=True)
class Keep:
    """The newest ones, and the newest one of so many days, weeks and months that have any."""

    last: int = 7
    daily: int = 7
    weekly: int = 4
    monthly: int = 6

    def __post_init__(self) -> None:
        if min(self.last, self.daily, self.weekly, self.monthly) < 0:
            raise ValueError("how many to keep cannot be negative")


PERIODS: tuple[tuple[str, Callable[[Stored], object]], ...] = (
    ("daily", lambda one: one.time.date()),
    ("weekly", lambda one: one.time.isocalendar()[:2]),
    ("monthly", lambda one: (one.time.year, one.time.month)),
)


def to_prune(
    backups: Sequence[Stored], keep: Keep, now: datetime, named: Collection[str] = ()
) -> tuple[Stored, ...]:
    """Those to remove, oldest first; never the newest, the newest verified, or a `named` one.

    What is dated later than now stays and counts for nothing: a clock was moved, and the backup
    that was made last must not go for one that was made before.
    """
    dated = [one for one in backups if one.time <= now]
    newest_first = sorted(dated, key=lambda one: one.id, reverse=True)
    kept = {one.id for one in newest_first[: max(keep.last, 1)]}
    for period, of in PERIODS:
        kept |= _newest_of_each(newest_first, of, getattr(keep, period))
    kept |= {next((one.id for one in newest_first if one.verified), ""), *named}
    return tuple(one for one in reversed(newest_first) if one.id not in kept)


def _newest_of_each(
    newest_first: Sequence[Stored], of: Callable[[Stored], object], count: int
) -> set[str]:
    found: dict[object, str] = {}
    for one in newest_first:
        found.setdefault(of(one), one.id)
    return set(list(found.values())[:count])
