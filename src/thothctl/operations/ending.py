"""What `resume` and `rollback` do with an operation that was cut off: afterwards a release answers.

Some engines take what they ended themselves for stopped, so nothing else would start it again.
"""

from thothctl.errors import NotHealthyError
from thothctl.operations.bringing_up import bring_up
from thothctl.operations.recover import HARMLESS, Unfinished, go_on, take_back
from thothctl.operations.running import SERVER_SECONDS, active
from thothctl.operations.waiting import await_healthy
from thothctl.world import World


def resume(pending: Unfinished, world: World, *, seconds: int = SERVER_SECONDS) -> None:
    """Go on; the release runs before a step that works on what runs."""
    if pending.next_needs_release:
        serve(world, pending.plan.install, seconds=seconds)
    go_on(pending, world)


def roll_back(pending: Unfinished, world: World, *, seconds: int = SERVER_SECONDS) -> None:
    """Take it back; the release from before runs, if the plan was about what runs."""
    take_back(pending, world)
    if not pending.plan.had_release or pending.plan.kind in HARMLESS:
        return
    try:
        serve(world, pending.plan.install, seconds=seconds)
    except NotHealthyError as error:
        raise NotHealthyError(
            f"{pending.plan.goal} was taken back, but {error.message}",
            hint="see `thothctl logs`, then `thothctl start`",
        ) from error


def serve(world: World, name: str, *, seconds: int) -> None:
    """Have the active release answer, as it is: no secret that was offered is taken here."""
    current = active(world, name)
    bring_up(world, current.install, current.release, seconds=seconds)
    await_healthy(world, current.install, current.release, seconds=seconds)
