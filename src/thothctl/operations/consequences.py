"""What a change of settings entails beside the rendered files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thothctl.errors import InvalidInputError
from thothctl.model.install import Release
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.indexing import AwaitIndexed, needs_index
from thothctl.operations.plan import Step
from thothctl.world import ImagePolicy, World


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """What the user asked for; `seconds` is the time the stack gets to become healthy.

    `offered` and `unwanted` name secrets: the values of the first lie ready to be stored. `images`
    are those of a `version` that was asked for, pinned by digest.
    """

    name: str
    stack: str
    settings: Mapping[str, SettingValue]
    policy: ImagePolicy = ImagePolicy.AUTO
    registry: str = ""
    seconds: int = 90
    offered: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    discard_edits: bool = False
    version: str = ""
    images: Mapping[str, str] = field(default_factory=dict)


def refuse_other_mode(world: World, request: SetupRequest, stack: Stack) -> None:
    """Raise InvalidInputError where data would be left behind: no mode takes over another's."""
    number = world.installs.active(request.name)
    if number is None:
        return
    before = stack.complete(world.installs.release(request.name, number).settings)["mode"]
    if before != (wanted := stack.complete(request.settings)["mode"]):
        raise InvalidInputError(
            f"{request.name} runs in mode {before}; its data is not moved to mode {wanted}",
            hint=f"set up another beside it: `thothctl setup --install NAME --mode {wanted} "
            "--port PORT`, import the databases there, and take the knowledge along with "
            "`thothctl workspace export` and `import`",
        )


def indexed(
    active: Release | None, request: SetupRequest, stack: Stack, number: int
) -> tuple[Step, ...]:
    """The wait for an index that another store or embedding begins anew."""
    if active is None:
        return ()
    before, now = stack.complete(active.settings), stack.complete(request.settings)
    if not needs_index(before, now):
        return ()
    why = "what there is to be found gets vectors there"
    return (AwaitIndexed(request.name, number, request.seconds, why=why),)


def anew(active: Release | None, request: SetupRequest, stack: Stack) -> tuple[str, ...]:
    """Services that have to start again though their part of the files may say the same."""
    if active is None:
        return ()
    running = stack.running_for(request.settings)
    if request.discard_edits:
        return tuple(service.name for service in running)
    before, now = stack.complete(active.settings), stack.complete(request.settings)
    offered = [spec for spec in stack.secrets if spec.name in request.offered]
    readers = {name for spec in offered for name in spec.services}
    return tuple(
        service.name
        for service in running
        if service.name in readers or any(before[k] != now[k] for k in service.follows)
    )
