"""The settings of a release as another version takes them, looked at before anything is pulled."""

from collections.abc import Mapping

from thothctl.config.combinations import refuse_conflicts
from thothctl.config.settings_file import problems
from thothctl.errors import InvalidInputError
from thothctl.model.install import Release
from thothctl.model.setting import SettingValue, renamed
from thothctl.model.stack import Stack
from thothctl.world import World

FILE = "settings.yaml"


def fitted(world: World, name: str, stack: Stack, release: Release) -> Mapping[str, SettingValue]:
    """What was installed, under the names of today; raises InvalidInputError for what is left.

    What the stack does not take any more is as the settings file has it now: mended, or gone.
    """
    mine = renamed(stack.settings, world.installs.settings(name) or release.settings)
    values = renamed(stack.settings, release.settings)
    bad = {key for key in values if problems(stack, {key: values[key]}, FILE)}
    mended = {key: mine[key] for key in mine if key in bad}
    wanted = {**{key: value for key, value in values.items() if key not in bad}, **mended}
    if found := problems(stack, wanted, FILE):
        raise InvalidInputError(
            "; ".join(error.message for error in found) + "; nothing was changed",
            hint=f"{found[0].hint}; mend or remove the line in "
            f"{world.installs.folder(name) / FILE}, then run this again",
        )
    refuse_conflicts(stack, wanted)
    return wanted
