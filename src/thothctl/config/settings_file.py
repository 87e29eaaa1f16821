"""What is wrong with a settings file: everything at once, each with its key."""

from collections.abc import Mapping

from thothctl.config.settings import parse, refuse_unknown
from thothctl.errors import InvalidInputError
from thothctl.model.setting import renamed
from thothctl.model.stack import Stack


def problems(
    stack: Stack, values: Mapping[str, object], source: str
) -> tuple[InvalidInputError, ...]:
    """An error for each key that is unknown and each value that is none of its kind."""
    known = {setting.key: setting for setting in stack.settings}
    found: list[InvalidInputError] = []
    for key, value in renamed(stack.settings, values).items():
        try:
            refuse_unknown(source, [key], list(known))
            if value is not None:
                parse(known[key], value, source)
        except InvalidInputError as error:
            found.append(error)
    return tuple(found)
