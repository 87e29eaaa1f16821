"""`thothctl figures`: what thothctl knows of the install, written down for Prometheus."""

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.model.figures import exposition
from thothctl.operations import figures as operation
from thothctl.operations.running import active


@command
def figures(session: Session) -> Outcome:
    """Write figures of the install for Prometheus; the machine does so by the clock."""
    current = active(session.world, session.install)
    found = operation.gathered(session.world, current.install, current.release)
    if session.options.dry_run:
        text = exposition(found)
        return Outcome({"figures": text}, lambda c: c.print(text, markup=False, soft_wrap=True))
    path = operation.write(session.world, found)
    return Outcome({"file": str(path)}, lambda c: c.print(f"Written to {path}", markup=False))
