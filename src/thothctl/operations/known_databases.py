"""Whether the databases of a server that others made are those that the stack would serve."""

from collections.abc import Collection

from thothctl.errors import IncompatibleError
from thothctl.model.stack import Stack


def refuse_strange(stack: Stack, names: Collection[str], where: str) -> None:
    """Only the first generation is served of what is taken in: it is there, and the only one."""
    for one in stack.databases:
        there = ", ".join(sorted(names)) or "none"
        later = [name for name in names if (one.generation(name.removesuffix("_new")) or 1) > 1]
        if later:
            raise IncompatibleError(
                f"{where} holds {', '.join(later)}: an upgrade made that, and nothing here tells"
                " which one is served",
                hint="save it there by `thothctl backup create`, and restore that backup here",
            )
        if one.database not in names:
            raise IncompatibleError(
                f"{where} holds no database {one.database}, but {there}",
                hint=f"rename it there: ALTER DATABASE … RENAME TO {one.database}",
            )
