"""What is left of an operation that failed: what its release wrote, and what is lost with it.

Steps tell by attributes what they do: `copies` data, `leaves` it for other data or changes it
`in_place`, `starts` a release, `stops` services.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from math import ceil
from pathlib import Path

from thothctl.config.differences import concealed
from thothctl.errors import ThothctlError
from thothctl.model.observed import ObservedContainer
from thothctl.operations.plan import Plan
from thothctl.world import World

LINES = 5000
NEVER = "0001-"
"""The year in which the engine says a container started that never did."""
FOLDER = "failed"
LEAVING = ("copies", "leaves", "stops")
"""What a step is that goes to other data, or to a copy; nobody stops writers without need."""
LOST = "minutes of writes are lost"
APART_SECONDS = 30
"""So far may the engine's clock be ahead of this one without any being moved."""


def folder_of(world: World, operation: str) -> Path:
    """Where the traces of an operation lie."""
    return world.home / FOLDER / operation


def lost(world: World, plan: Plan, started: Sequence[int]) -> str:
    """How long somebody may have written to the data that is about to be left, as words."""
    if _ran_in_place(plan, started):
        return (
            " on data that migrations may have changed; the backup from before: "
            "`thothctl restore ID`"
        )
    if not any(getattr(step, word, False) for step in plan.steps for word in LEAVING):
        return " on the data of now; 0 minutes of writes are lost"
    writers = {one for i in started for one in getattr(plan.steps[i], "stops", ())}
    there = _containers(world, plan, started)
    ran = [one for one in there if one.service in writers or not writers]
    began = [one.started for one in ran if not one.started.startswith(NEVER)]
    return f" on its own data; {_minutes(world, min(filter(None, began), default=''))}"


def _ran_in_place(plan: Plan, started: Sequence[int]) -> bool:
    in_place = any(getattr(step, "in_place", False) for step in plan.steps)
    return in_place and any(getattr(plan.steps[index], "starts", "") for index in started)


def _minutes(world: World, since: str) -> str:
    """Of writes since the first writer of the release began; none where none ever did."""
    if not since:
        return f"0 {LOST}"
    try:
        seconds = (world.clock.now() - datetime.fromisoformat(since)).total_seconds()
    except (ValueError, TypeError):  # an engine that tells no moment, or no zone
        return f"how many {LOST} is unknown"
    if seconds < -APART_SECONDS:
        return f"how many {LOST} is unknown: the clock was moved"
    return f"{max(1, ceil(seconds / 60))} {LOST}"


def kept(world: World, plan: Plan, operation: str, started: Sequence[int]) -> None:
    """Keep what the containers of the release wrote, before they are gone."""
    with suppress(OSError, ValueError, ThothctlError):  # going back matters more
        files = {
            f"{one.name}.log": _text(world, plan, _lines(world, one))
            for one in _containers(world, plan, started)
        }
        if files:
            world.bundles.write(folder_of(world, operation), files)


def supported(world: World, plan: Plan, operation: str, said: str) -> Path:
    """Put the journal and what runs beside the logs; no secret is among it."""
    folder = folder_of(world, operation)
    with suppress(OSError, ValueError, ThothctlError):
        install = world.installs.find(plan.install)
        observed = world.engine.observe(install.uuid).containers if install else ()
        found = [
            one for one in world.journal.operations(plan.install) if one.operation == operation
        ]
        entries = [json.dumps(entry, default=str) for one in found for entry in one.entries]
        files = {
            "error.txt": said,
            "containers.txt": "\n".join(map(str, observed)),
            "journal.jsonl": "\n".join(entries),
        }
        hidden = {name: _text(world, plan, [text]) for name, text in files.items()}
        world.bundles.write(folder, hidden)
    return folder


def _containers(world: World, plan: Plan, started: Sequence[int]) -> list[ObservedContainer]:
    """The containers of the release that the plan started, if it came so far."""
    numbers = {getattr(plan.steps[index], "starts", "") for index in started} - {""}
    with suppress(ThothctlError):
        install = world.installs.find(plan.install) if numbers else None
        every = world.engine.observe(install.uuid).containers if install else ()
        return [one for one in every if one.release in numbers]
    return []


def _lines(world: World, container: ObservedContainer) -> list[str]:
    with suppress(ThothctlError):
        return [f"{one.at} {one.text}" for one in world.engine.logs(container.id, tail=LINES)]
    return []


def _text(world: World, plan: Plan, lines: Iterable[str]) -> str:
    installs, name = world.installs, plan.install
    secrets = [installs.secret(name, secret) for secret in installs.stored_secrets(name)]
    return concealed("\n".join(lines), secrets) + "\n"
