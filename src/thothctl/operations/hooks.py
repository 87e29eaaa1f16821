"""The user's own programs before and after an operation; the journal keeps what they said."""

from thothctl.config.differences import concealed
from thothctl.errors import CheckFailedError, ThothctlError
from thothctl.model.event import Note
from thothctl.operations.plan import Plan
from thothctl.world import World
from thothctl.world.programs import Ran

HOOKED = frozenset({"upgrade", "rollback", "backup", "restore"})
FOLDER = "hooks"
SECONDS = 600
DONE, FAILED = "done", "failed"


def before(world: World, plan: Plan, operation: str) -> None:
    """Run `pre_KIND`; raises CheckFailedError where it fails, and nothing was changed."""
    hook = f"pre_{plan.kind}"
    ran = _run(world, plan, operation, hook, {})
    if ran is not None and (ran.late or ran.status != 0):
        raise CheckFailedError(
            f"{hook} {_ending(ran)}, so {plan.goal} was not begun; nothing was changed",
            hint="`thothctl journal show` has what it said",
        )


def after(world: World, plan: Plan, operation: str, outcome: str) -> None:
    """Run `post_KIND`, whatever came out; its failure is a warning."""
    hook = f"post_{plan.kind}"
    try:
        ran = _run(world, plan, operation, hook, {"THOTHCTL_OUTCOME": outcome})
    except ThothctlError as error:
        world.report(Note(f"Warning: {hook} did not run: {error.message}"))
        return
    if ran is not None and (ran.late or ran.status != 0):
        said = "`thothctl journal show` has what it said"
        world.report(Note(f"Warning: {hook} {_ending(ran)}; {said}"))


def _run(world: World, plan: Plan, operation: str, hook: str, told: dict[str, str]) -> Ran | None:
    """None where there is no such hook, and for installs that are gone or only for a moment."""
    install = world.installs.find(plan.install) if plan.kind in HOOKED else None
    if install is None or install.temporary:
        return None
    facts = {
        "THOTHCTL_HOOK": hook,
        "THOTHCTL_INSTALL": plan.install,
        "THOTHCTL_OPERATION": operation,
        "THOTHCTL_GOAL": plan.goal,
        **told,
    }
    path = world.installs.folder(plan.install) / FOLDER / hook
    began = world.clock.monotonic()
    ran = world.hooks.run(path, facts, seconds=SECONDS)
    if ran is not None:
        seconds = round(world.clock.monotonic() - began, 1)
        _note(world, plan, operation, {"hook": hook, "seconds": seconds}, ran)
    return ran


def _note(world: World, plan: Plan, operation: str, about: dict[str, object], ran: Ran) -> None:
    installs, name = world.installs, plan.install
    secrets = [installs.secret(name, one) for one in installs.stored_secrets(name)]
    output = concealed(ran.output, secrets)
    record = {"event": "hook", **about, "status": ran.status, "late": ran.late, "output": output}
    world.journal.record(name, operation, record)


def _ending(ran: Ran) -> str:
    return f"did not end within {SECONDS} s" if ran.late else f"ended with status {ran.status}"
