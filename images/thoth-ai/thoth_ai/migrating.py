"""The state of the database by name, what lies between two states, and the way there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thoth_ai.errors import ExitCode, ServerError

if TYPE_CHECKING:
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.migration import Migration

OURS = ("accounts", "jobs", "questions", "workspaces")
"""The apps whose newest migrations name a state; Django's own follow its version."""
NOTHING = "zero"


@dataclass(frozen=True, slots=True)
class Route:
    """The migrations between the database and a target, in the order in which they are run."""

    revision: str
    target: str
    forward: tuple[str, ...]
    backward: tuple[str, ...]
    irreversible: tuple[str, ...]

    @property
    def document(self) -> dict[str, object]:
        """What `migrate --plan` prints."""
        return {
            "revision": self.revision,
            "target": self.target,
            "forward": list(self.forward),
            "backward": list(self.backward),
            "reversible": not self.irreversible,
            "irreversible": list(self.irreversible),
        }


def written(newest: Mapping[str, str]) -> str:
    """A state as the image's label has it: the newest migration of each app, by name of the app."""
    return ",".join(f"{app}.{newest[app]}" for app in OURS if newest.get(app))


def read(text: str) -> dict[str, str]:
    """The newest migration of each app; an app that is not named had none. Needs Django."""
    known = _executor().loader.disk_migrations
    newest = dict.fromkeys(OURS, NOTHING)
    for part in filter(None, text.split(",")):
        app, _, name = part.strip().partition(".")
        if app not in newest or (name != NOTHING and (app, name) not in known):
            raise ServerError(
                f"This image knows no database revision {part.strip()!r}.",
                hint="Run it with the image that made this revision, or with a newer one.",
                code="unknown_revision",
                exit_code=ExitCode.INCOMPATIBLE,
            )
        newest[app] = name
    return newest


def revision() -> str:
    """The state the database is in; empty before the first migration. Needs Django."""
    executor = _executor()
    applied = set(executor.loader.applied_migrations)
    return written({app: _newest(executor, app, applied) for app in OURS})


def own_revision() -> str:
    """The state this image works with. Needs Django."""
    return written(dict(leaf for leaf in _executor().loader.graph.leaf_nodes() if leaf[0] in OURS))


def route(target: str = "") -> Route:
    """What lies between the database and a state, this image's own by default. Needs Django."""
    executor = _executor()
    wanted = read(target) if target else dict(executor.loader.graph.leaf_nodes())
    steps = executor.migration_plan(_targets(wanted))
    return Route(
        revision(),
        target or own_revision(),
        tuple(_name(migration) for migration, backwards in steps if not backwards),
        tuple(_name(migration) for migration, backwards in steps if backwards),
        tuple(_name(m) for m, backwards in steps if backwards and not is_reversible(m)),
    )


def migrate(target: str = "") -> None:
    """Bring the database to a state; raises ServerError before anything is done. Needs Django."""
    found = route(target)
    if found.irreversible:
        raise ServerError(
            f"There is no way back from {', '.join(found.irreversible)}.",
            hint="Go back to the data from before instead: restore, or an earlier generation.",
            code="irreversible",
            exit_code=ExitCode.INCOMPATIBLE,
        )
    executor = _executor()
    wanted = read(target) if target else dict(executor.loader.graph.leaf_nodes())
    executor.migrate(_targets(wanted))


def is_reversible(migration: "Migration") -> bool:
    """Every one of its operations can be taken back."""
    return all(operation.reversible for operation in migration.operations)


def oldest_reachable(migrations: Mapping[tuple[str, str], "Migration"]) -> dict[str, str]:
    """For each app the oldest migration that later ones can be taken back to."""
    reached: dict[str, str] = {}
    for app in OURS:
        names = sorted((name for a, name in migrations if a == app), reverse=True)
        fixed = (name for name in names if not is_reversible(migrations[app, name]))
        reached[app] = next(fixed, NOTHING)
    return reached


def _executor() -> "MigrationExecutor":
    from django.db import connection  # noqa: PLC0415 - needs Django set up
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - likewise

    return MigrationExecutor(connection)


def _newest(executor: "MigrationExecutor", app: str, applied: set[tuple[str, str]]) -> str:
    """The last applied migration of an app in the order of the graph."""
    leaves = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] == app]
    order = [key for leaf in leaves for key in executor.loader.graph.forwards_plan(leaf)]
    found = [name for key_app, name in order if key_app == app and (key_app, name) in applied]
    return found[-1] if found else ""


def _targets(wanted: Mapping[str, str]) -> Sequence[tuple[str, str | None]]:
    return [(app, None if name == NOTHING else name) for app, name in wanted.items()]


def _name(migration: "Migration") -> str:
    return f"{migration.app_label}.{migration.name}"
