"""A world without engine or disk; it keeps a transcript, so that assertions read like a log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, cast

from thothctl.model.event import Event
from thothctl.model.recorded import JournalFile
from thothctl.operations.plan import Plan, Recovery, step
from thothctl.world import World


@dataclass
class FakeJournal:
    """Keeps the records of operations in memory, in the shape of the real one."""

    files: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def begin(self, install: str, operation: str, record: Mapping[str, object]) -> None:
        self.files[operation], self.owners[operation] = [record], install

    def record(self, install: str, operation: str, record: Mapping[str, object]) -> None:
        self.files[operation].append(record)

    def latest(self, install: str) -> JournalFile | None:
        found = self.operations(install)
        return found[-1] if found else None

    def operations(self, install: str) -> tuple[JournalFile, ...]:
        own = sorted(name for name in self.files if self.owners.get(name, install) == install)
        return tuple(JournalFile(name, tuple(self.files[name])) for name in own)

    def events(self) -> list[str]:
        return [str(entry["event"]) for entries in self.files.values() for entry in entries]


@dataclass
class FakeClock:
    """Time that only moves when somebody pauses."""

    seconds: float = 0
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class FakeWorld:
    """The ports that plain steps need."""

    breaks: frozenset[str] = frozenset()
    error: BaseException = field(default_factory=lambda: RuntimeError("broken"))
    calls: list[str] = field(default_factory=list)
    journal: FakeJournal = field(default_factory=FakeJournal)
    clock: FakeClock = field(default_factory=FakeClock)
    reported: list[Event] = field(default_factory=list)
    home: Path = Path("/home/of/nobody")

    def do(self, call: str) -> None:
        self.calls.append(call)
        if call in self.breaks:
            raise self.error

    def report(self, event: Event) -> None:
        self.reported.append(event)

    @property
    def installs(self) -> SimpleNamespace:
        return SimpleNamespace(find=lambda _: None, stored_secrets=lambda _: ())

    @property
    def bundles(self) -> SimpleNamespace:
        return SimpleNamespace(write=lambda *_: None)

    @property
    def entropy(self) -> SimpleNamespace:
        return SimpleNamespace(suffix=lambda: "abcd")

    def as_world(self) -> World:
        return cast("World", self)


@step
@dataclass(frozen=True)
class Remark:
    """A step that only leaves a trace."""

    text: str
    why: str = "to be seen"
    title: ClassVar[str] = "Remark"

    def apply(self, world: World) -> None:
        cast("FakeWorld", world).do(self.text)

    def undo(self, world: World) -> None:
        cast("FakeWorld", world).do(f"undo {self.text}")


@step
@dataclass(frozen=True)
class Preparation(Remark):
    """A trace of something that changes nothing."""

    harmless: ClassVar[bool] = True


def remarks(*texts: str, had_release: bool = False, recovery: Recovery = Recovery.UNWIND) -> Plan:
    """A plan of traces."""
    return Plan(
        "leave traces",
        "test",
        "default",
        tuple(Remark(text) for text in texts),
        recovery=recovery,
        had_release=had_release,
    )
