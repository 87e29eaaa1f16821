"""When backups are made by the clock, where they go, and who hears of one that failed."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import time
from enum import StrEnum
from hashlib import sha256

from thothctl.model.retention import Keep
from thothctl.model.unit import Chore

TITLE = "makes a backup and removes those that need not be kept"
COMMAND = ("backup", "run")
LIMIT = "12h"
MINUTES = 60
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class Every(StrEnum):
    """How often."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`at` is a time of day; of one each hour only the minutes count. `jitter` is in minutes."""

    every: Every = Every.DAY
    at: str = "02:30"
    jitter: int = 30
    keep: Keep = field(default_factory=Keep)
    target: str = ""
    engine: str = ""
    mail_command: str = ""

    def __post_init__(self) -> None:
        if not CLOCK.fullmatch(self.at):
            raise ValueError(f"{self.at!r} is no time of day")
        if not 0 <= self.jitter <= 12 * MINUTES:
            raise ValueError("the jitter is between 0 and 720 minutes")
        try:
            shlex.split(self.mail_command)
        except ValueError as error:
            raise ValueError(f"the mail command {self.mail_command!r}: {error}") from error

    @property
    def moment(self) -> time:
        hour, minute = self.at.split(":")
        return time(int(hour), int(minute))

    def chore(self, install: str) -> Chore:
        """As systemd and cron know it."""
        jitter = min(self.jitter, MINUTES - 1) if self.every is Every.HOUR else self.jitter
        return Chore(
            "backup",
            TITLE,
            COMMAND,
            self._calendar(),
            self._cron(install, jitter),
            f"{jitter}min",
            limit=LIMIT,
        )

    def _calendar(self) -> str:
        clock = f"{self.moment:%H:%M}:00"
        match self.every:
            case Every.HOUR:
                return f"*:{self.moment:%M}:00"
            case Every.DAY:
                return f"*-*-* {clock}"
            case Every.WEEK:
                return f"Sun *-*-* {clock}"

    def _cron(self, install: str, jitter: int) -> str:
        """Cron has no jitter: each install has a delay of its own that never changes."""
        delay = int(sha256(install.encode()).hexdigest(), 16) % (jitter + 1)
        total = (self.moment.hour * MINUTES + self.moment.minute + delay) % (24 * MINUTES)
        hour, minute = divmod(total, MINUTES)
        match self.every:
            case Every.HOUR:
                return f"{minute} * * * *"
            case Every.DAY:
                return f"{minute} {hour} * * *"
            case Every.WEEK:
                return f"{minute} {hour} * * 0"


def schedule_to_plain(schedule: Schedule) -> dict[str, object]:
    """As JSON keeps it."""
    return asdict(schedule)


def schedule_from_plain(values: Mapping[str, object]) -> Schedule:
    """What `schedule_to_plain` made; raises ValueError, TypeError or KeyError for nonsense."""
    own = dict(values)
    own["every"] = Every(str(own["every"]))
    own["keep"] = Keep(**own["keep"])  # type: ignore[arg-type]  # raises where it is none
    return Schedule(**own)  # type: ignore[arg-type]  # likewise
