"""`thothctl upgrade finalize`: frees the data that nobody goes back to."""

from thothctl.cli.envelope import Outcome
from thothctl.cli.session import Session
from thothctl.operations.finalize import Surplus, plan_finalize, surplus


def finalize(session: Session, *, only_plan: bool) -> Outcome:
    """Free old generations, never what the next rollback goes back to."""
    with session.locked("upgrade finalize", plans=only_plan):
        seen = surplus(session.world, session.install)
        if seen.names and not only_plan:
            session.confirm(f"Remove {', '.join(seen.names)} for good?")
            session.carry_out(plan_finalize(seen))
    return _told(seen, only_plan=only_plan)


def _told(seen: Surplus, *, only_plan: bool) -> Outcome:
    data = {
        "volumes": list(seen.volumes),
        "databases": [name for found in seen.databases.values() for name in found],
        "rollback_target": seen.target,
        "removed": bool(seen.names) and not only_plan,
    }
    kept = f" Release {seen.target} can be gone back to." if seen.target else ""
    if not seen.names:
        return Outcome(data, lambda c: c.print(f"Nothing to free.{kept}", soft_wrap=True))
    verb = "Would remove" if only_plan else "[green]✓[/] Removed"
    line = f"{verb} {', '.join(seen.names)}.{kept}"
    return Outcome(data, lambda c: c.print(line, soft_wrap=True))
