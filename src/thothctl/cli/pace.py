"""How fast something goes, and when it will be done, from how it went so far."""

from dataclasses import dataclass, field, replace

from thothctl.model.event import Progress

LEAST_SECONDS = 1.0
MIB = 1024 * 1024


@dataclass(slots=True)
class Pace:
    """Remembers when each phase of each subject began."""

    _began: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)

    def text(self, news: Progress, now: float) -> str:
        """`48,000 rows/s, 12 s left`; empty until that can be told."""
        known = self._known(news, now)
        return f"{_rate(known[0], news.unit)}, {_left(known[1])} left" if known else ""

    def measured(self, news: Progress, now: float) -> Progress:
        """The same with its rate and the seconds left, as soon as they can be told."""
        known = self._known(news, now)
        if known is None or news.rate is not None:
            return news
        return replace(news, rate=known[0], left=known[1])

    def _known(self, news: Progress, now: float) -> tuple[float, float] | None:
        if news.done is None or not news.total:
            return None
        done, began = self._began.setdefault((news.subject, news.status), (news.done, now))
        passed, more = now - began, news.done - done
        if passed < LEAST_SECONDS or more <= 0 or news.done >= news.total:
            return None
        rate = more / passed
        return rate, (news.total - news.done) / rate


def _rate(rate: float, unit: str) -> str:
    if unit == "bytes":
        return f"{rate / MIB:.1f} MiB/s"
    return f"{rate:,.0f} {unit}/s" if rate >= 1 else f"{rate:.1f} {unit}/s"


def _left(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, part = divmod(minutes, 60)
    if hours:
        return f"{hours} h {part:02d} m"
    return f"{minutes} m {rest:02d} s" if minutes else f"{rest} s"
