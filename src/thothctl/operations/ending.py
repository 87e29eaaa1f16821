"""What `resume` and `rollback` do with an operation that was cut off: afterwards a release answers.

Some engines take what they ended themselves for stopped, so nothing else would start it again.
"""

from contextlib import suppress

from thothctl.errors import NotHealthyError, StoppedError, ThothctlError
from thothctl.model.observed import Condition
from thothctl.operations.bringing_up import bring_up
from thothctl.operations.plan import HARMLESS, Plan
from thothctl.operations.recover import Unfinished, go_on, refuse_final, take_back
from thothctl.operations.running import SERVER_SECONDS, active
from thothctl.operations.waiting import await_healthy, start_limit
from thothctl.world import World

START = "see `thothctl logs`, mend what is named, then `thothctl start`"


def resume(pending: Unfinished, world: World, *, seconds: int = SERVER_SECONDS) -> None:
    """Go on; the release runs before a step that works on what runs."""
    if pending.next_needs_release:
        ready = present if pending.plan.kind in HARMLESS else serve
        ready(world, pending.plan.install, seconds=seconds)
    go_on(pending, world)


def roll_back(pending: Unfinished, world: World, *, seconds: int = SERVER_SECONDS) -> None:
    """Take it back; the release from before runs, if the plan was about what runs."""
    refuse_final(pending)
    if not pending.plan.had_release or pending.plan.kind in HARMLESS:
        take_back(pending, world)
    else:
        take_back(pending, world, then=lambda: _serve_again(pending.plan, world, seconds))


def _serve_again(plan: Plan, world: World, seconds: int) -> None:
    taken_back = f"{plan.goal} was taken back, but"
    try:
        serve(world, plan.install, seconds=seconds)
    except ThothctlError as error:  # to go back once more would go back further
        raise error.worded(f"{taken_back} {error.message}", hint=START) from error
    except KeyboardInterrupt as error:
        told = f"{taken_back} starting what ran before was interrupted"
        raise StoppedError(told, hint=START) from error


def present(world: World, name: str, *, seconds: int) -> None:
    """What only reads takes the stack as it is; but one that is down as a whole is started."""
    current = active(world, name)
    observed = world.engine.observe(current.install.uuid).containers
    if all(one.condition is Condition.STOPPED for one in observed):
        with suppress(NotHealthyError):  # whether it can be read shows when it is
            serve(world, name, seconds=seconds)


def serve(world: World, name: str, *, seconds: int) -> None:
    """Have the active release answer, as it is: no secret that was offered is taken here.

    Compose refuses to start what is paused, and a kill may have left writers so.
    """
    current = active(world, name)
    world.writers.release(current.install.uuid)
    bring_up(world, current.install, current.release, seconds=start_limit(seconds))
    await_healthy(world, current.install, current.release, seconds=seconds)
