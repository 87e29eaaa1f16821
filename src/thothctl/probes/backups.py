"""Whether there is something to go back to, and somebody who can open it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from thothctl.model.finding import Finding, Verdict

OLD = timedelta(hours=48)
UNPROVED = timedelta(days=90)
UNREAD = timedelta(days=30)
MOVED = "look at the clock of this machine; then "
BACKUP, KEY, DRILL, FAR = "backup", "backup-key", "backup-drill", "backup-far"


def age(newest: datetime | None, now: datetime) -> Finding:
    """The last good backup is not older than two days."""
    if newest is None:
        return Finding(BACKUP, Verdict.WARN, "there is no backup", "run `thothctl backup create`")
    if newest > now:
        hint = f"{MOVED}run `thothctl backup create`"
        return Finding(BACKUP, Verdict.WARN, "the last backup is dated later than now", hint)
    hours = (now - newest).total_seconds() / 3600
    summary = f"the last backup is {hours:,.0f} hours old"
    if now - newest > OLD:
        return Finding(BACKUP, Verdict.WARN, summary, "run `thothctl backup create`")
    return Finding(BACKUP, Verdict.PASS, summary)


def key(*, lost_with_machine: bool) -> Finding:
    """The backups can be opened when this machine is gone."""
    if lost_with_machine:
        hint = "`thothctl backup key export` prints the recovery sheet; keep it elsewhere"
        return Finding(KEY, Verdict.WARN, "the backups' key lies on this machine only", hint)
    return Finding(KEY, Verdict.PASS, "the backups' key is kept elsewhere, too")


def drill(newest: datetime | None, drilled: datetime | None, now: datetime, *,
          good: bool) -> Finding:  # fmt: skip
    """A backup was restored and asked within the last ninety days, and held."""
    hint = "run `thothctl backup drill`"
    if newest is None:
        return Finding(DRILL, Verdict.PASS, "no backup to try yet")
    if drilled is None:
        return Finding(DRILL, Verdict.WARN, "no backup was ever tried", hint)
    if drilled > now:
        return Finding(DRILL, Verdict.WARN, "the last drill is dated later than now", MOVED + hint)
    day = f"{drilled:%Y-%m-%d}"
    if not good:
        return Finding(DRILL, Verdict.WARN, f"the drill of {day} failed", hint)
    if now - drilled > UNPROVED:
        return Finding(DRILL, Verdict.WARN, f"no drill since {day}", hint)
    return Finding(DRILL, Verdict.PASS, f"a backup was tried on {day} and held")


def far(read: Mapping[str, datetime], now: datetime) -> Finding:
    """In every far place a backup was read within the last thirty days, or is not that old."""
    if not read:
        return Finding(FAR, Verdict.PASS, "no backup lies on another machine")
    place, last = min(read.items(), key=lambda one: one[1])
    if not timedelta() <= now - last <= UNREAD:
        summary = f"nothing in {place} was read since {last:%Y-%m-%d}"
        hint = f"run `thothctl backup verify latest --from {place}`, or `backup forget {place}`"
        return Finding(FAR, Verdict.WARN, summary, hint)
    return Finding(FAR, Verdict.PASS, "what lies on other machines was read within 30 days")
