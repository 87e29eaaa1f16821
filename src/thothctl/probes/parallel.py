"""Runs probes side by side: one that breaks or hangs is a finding, not the end of the list."""

import threading
from collections.abc import Callable, Mapping, Sequence

from thothctl.errors import ThothctlError
from thothctl.model.finding import Finding, Verdict
from thothctl.world import World

LIMIT_SECONDS = 8.0
Probe = Callable[[World], Finding | Sequence[Finding]]


def run(
    world: World, probes: Sequence[tuple[str, Probe]], *, seconds: float = LIMIT_SECONDS
) -> tuple[Finding, ...]:
    """All findings in the order of the probes."""
    found = each(world, probes, seconds=seconds)
    return tuple(finding for name, _ in probes for finding in found[name])


def each(
    world: World, probes: Sequence[tuple[str, Probe]], *, seconds: float = LIMIT_SECONDS
) -> Mapping[str, tuple[Finding, ...]]:
    """The findings of every probe by its name; each has so many seconds."""
    found: dict[str, tuple[Finding, ...]] = {}

    def ask(name: str, probe: Probe) -> None:
        found[name] = guarded(name, probe, world)

    # daemons: a probe that hangs must not keep the program from ending
    threads = [threading.Thread(target=ask, args=one, daemon=True) for one in probes]
    deadline = world.clock.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - world.clock.monotonic()))
    return {name: found.get(name, _late(name, seconds)) for name, _ in probes}


def guarded(name: str, probe: Probe, world: World) -> tuple[Finding, ...]:
    """What the probe found, or what became of it."""
    try:
        answer = probe(world)
    except ThothctlError as error:
        return (Finding(name, Verdict.FAIL, error.message, error.hint, error.exit_code),)
    except Exception as error:  # noqa: BLE001 - a broken probe must not hide the others
        hint = "run again with -vv and report this"
        return (Finding(name, Verdict.WARN, f"the probe broke: {error!r}", hint),)
    return (answer,) if isinstance(answer, Finding) else tuple(answer)


def _late(name: str, seconds: float) -> tuple[Finding, ...]:
    hint = "look at the load of this machine, then try again"
    return (Finding(name, Verdict.WARN, f"no answer within {seconds:.1f} s", hint),)
