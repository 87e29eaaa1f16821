"""Plans: ordered data of what will be done, and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar, Protocol, TypeVar

from thothctl import operations
from thothctl.errors import IncompatibleError
from thothctl.world import World

HARMLESS = frozenset({"backup", "drill", "export", "finalize"})
"""Kinds of operations that only leave things to be tidied up, or to be done by the next one."""


class Step(Protocol):
    """One reversible action; holds plain values only, so that the journal can rebuild it."""

    title: ClassVar[str]

    @property
    def why(self) -> str: ...
    def apply(self, world: World) -> None: ...
    def undo(self, world: World) -> None: ...


class Recovery(StrEnum):
    """What becomes of a plan that fails: taken back, or left for `resume` to finish."""

    UNWIND = "unwind"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps towards one goal for one install; `had_release`: an older one ran before."""

    goal: str
    kind: str
    install: str
    steps: tuple[Step, ...] = ()
    recovery: Recovery = Recovery.UNWIND
    had_release: bool = False
    towards: str = ""
    """The version that plans after this one lead to; empty where it is reached with this one."""

    def __str__(self) -> str:
        lines = [f"{n}. {type(s).__name__}: {s.why}" for n, s in enumerate(self.steps, 1)]
        return "\n".join([self.goal, *lines])


STEPS: dict[str, type[Step]] = {}
"""Every kind of step by name; the journal names steps, and the fault tests walk this."""


_Kind = TypeVar("_Kind", bound=type[Step])


def step(kind: _Kind) -> _Kind:
    """Register a kind of step; the journal could not tell two of one name apart."""
    if kind.__name__ in STEPS:
        raise ValueError(f"there are two steps called {kind.__name__}")
    STEPS[kind.__name__] = kind
    return kind


def kind_of(name: str) -> type[Step]:
    """The kind of step that a journal names; raises KeyError for one that this version lacks."""
    if name not in STEPS:  # a command loads its own: the journal may be of another one
        for module in iter_modules(operations.__path__, f"{operations.__name__}."):
            import_module(module.name)
    return STEPS[name]


def to_record(plan: Plan) -> dict[str, object]:
    """The plan as plain values for the journal."""
    return {
        "goal": plan.goal,
        "kind": plan.kind,
        "install": plan.install,
        "recovery": plan.recovery.value,
        "had_release": plan.had_release,
        "towards": plan.towards,
        "steps": [{"step": type(s).__name__, **asdict(s)} for s in plan.steps],  # type: ignore[call-overload]  # steps are dataclasses
    }


def from_record(record: Mapping[str, object]) -> Plan:
    """Rebuild a plan from its journal record; raises IncompatibleError for a step this lacks."""
    steps = record["steps"]
    assert isinstance(steps, list)  # noqa: S101 - written by to_record
    return Plan(
        goal=str(record["goal"]),
        kind=str(record["kind"]),
        install=str(record["install"]),
        recovery=Recovery(str(record["recovery"])),
        had_release=bool(record["had_release"]),
        towards=str(record.get("towards", "")),  # older journals do not say
        steps=tuple(_rebuild(dict(values)) for values in steps),
    )


def _rebuild(values: dict[str, object]) -> Step:
    name = str(values.pop("step"))
    plain = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    try:
        return kind_of(name)(**plain)
    except (KeyError, TypeError) as error:
        raise IncompatibleError(
            f"an operation never ended, and its step {name} is of another version of thothctl",
            hint="bring back the thothctl that began it, then run `thothctl resume`",
        ) from error
