"""Where a drill works: beside its install, under a lock, a journal and a key of its own.

Nothing of the install is changed by a drill, so whoever wants to change it need not wait for one.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from thothctl.errors import LockedError, ThothctlError
from thothctl.model.event import Note
from thothctl.operations.recover import refuse_unfinished, unfinished
from thothctl.world import World


def ground_of(name: str) -> str:
    """What lock, journal and key are named after; no install can be called so."""
    return f"{name}.drill"


@contextmanager
def held(world: World, name: str, command: str) -> Iterator[str]:
    """One drill of an install at a time; what an earlier one left goes first."""
    ground = ground_of(name)
    with world.locks.hold(ground, command):
        refuse_unfinished(world, ground)
        try:
            yield ground
        finally:
            if unfinished(world, ground) is None:
                world.restores.drop_key(ground)


def tidy(world: World, name: str) -> None:
    """Remove what a drill left that was killed; one that still runs is let be.

    What cannot be removed now, the next command tries again: nothing else waits for it.
    """
    ground = ground_of(name)
    if unfinished(world, ground) is None and not world.restores.key_path(ground).exists():
        return
    try:
        with suppress(LockedError), held(world, name, "tidy up after a drill"):
            return
    except ThothctlError as error:
        world.report(Note(f"what a drill left is still there: {error.message}; {error.hint}"))


@contextmanager
def without_drills(world: World, name: str, command: str) -> Iterator[bool]:
    """Whether none runs; then none begins before the body ended."""
    with ExitStack() as stack:
        try:
            stack.enter_context(world.locks.hold(ground_of(name), command))
        except LockedError:
            alone = False
        else:
            alone = True
        yield alone


def drilled_now(world: World, name: str) -> frozenset[str]:
    """The backups that a drill is reading, or was when it was killed."""
    pending = unfinished(world, ground_of(name))
    steps = pending.plan.steps if pending else ()
    return frozenset({str(getattr(step, "backup", "")) for step in steps} - {""})
