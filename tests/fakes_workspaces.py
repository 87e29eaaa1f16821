"""A world with a running stack whose server and importer live in memory."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fakes import FakeWorld

from thothctl.adapters.bird_folder import find
from thothctl.errors import InvalidInputError, ThothctlError, UsageError
from thothctl.model.answer import (
    Access,
    DatabaseFolder,
    DatabaseSource,
    ImportRequest,
    ImportResult,
    JsonObject,
)
from thothctl.model.install import Install, Release
from thothctl.model.observed import Condition, ObservedContainer, ObservedStack
from thothctl.model.recorded import Snapshot
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingValue

SETTINGS: dict[str, SettingValue] = {"bind": "127.0.0.1", "port": 8080, "mode": "standalone"}


def column(name: str, **changes: object) -> dict[str, Any]:
    empty = {"description": "", "values": "", "primary_key": False, "not_null": False}
    profile = {"distinct": 3, "exact": True, "nulls": 1, "rows": 4, "listed": ["a", "b", "c"]}
    more = {"derived": f"{name}: text", "profile": profile}
    return {"name": name, "type": "TEXT", **empty, **more, "personal": False, **changes}


def zoo(name: str = "zoo") -> dict[str, Any]:
    """What the server shows of a small workspace."""
    text = "Every animal that lives here, with the day it came and where it sleeps at night"
    columns = [
        column("id", type="INTEGER", primary_key=True, description="the number"),
        column("name", values="as its keepers call it [not] markup", personal=True),
        column("house", description="where it sleeps " * 9),
    ]
    key = {"columns": ["house"], "table": "house", "references": ["id"]}
    animals = {"name": "animals", "rows": 12_345, "description": text, "columns": columns}
    house = {"name": "house", "rows": 3, "description": "", "columns": [column("id")]}
    tables = [{**animals, "foreign_keys": [key]}, {**house, "foreign_keys": []}]
    database = {
        "name": name,
        "engine": "sqlite",
        "bytes": 2_000_000,
        "sha256": "",
        "report": {"verified": "12,348 rows in, 12,348 rows out, 2 values diverted"},
        "tables": tables,
        "joins": [
            {
                "table": "animals", "column": "name", "referenced_table": "house",
                "referenced_column": "id", "contained": 0.95, "score": 0.9,
            }
        ],
    }  # fmt: skip
    facts = {"title": "The zoo", "notice": "Invented.", "origin": "zoo.sqlite", "created_at": ""}
    evidence = [{"id": 1, "text": "old means over 30"}]
    told = {"values_shared": "safe", "rejected_examples": 1, "suggestions": ["How many animals?"]}
    known = {"databases": [database], "evidence": evidence, "examples": 2}
    return {"name": name, **facts, **known, **told}


@dataclass
class FakeWorkspaces:
    """Answers `world.Workspaces` from memory, as the server would."""

    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    stored: list[dict[str, Any]] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    refusal: ThothctlError | None = None
    changes: list[JsonObject] = field(default_factory=list)

    def list(self, access: Access) -> tuple[JsonObject, ...]:
        return tuple(
            {
                "name": name,
                "title": one["title"],
                "notice": one["notice"],
                "databases": [{"name": name, "tables": 2, "rows": 12_348}],
                "examples": one["examples"],
            }
            for name, one in self.shown.items()
        )

    def show(self, access: Access, name: str) -> JsonObject:
        if name not in self.shown:
            names = ", ".join(self.shown)
            raise UsageError(f"There is no workspace named {name}", hint=f"Choose one of: {names}")
        return self.shown[name]

    def delete(self, access: Access, name: str) -> None:
        self.show(access, name)
        del self.shown[name]

    def export(self, access: Access, name: str) -> JsonObject:
        self.show(access, name)
        words: JsonObject = {"animals": {"id": {"description": "größe", "personal": False}}}
        head: dict[str, Any] = {"format": "thoth-workspace/1", "title": "The zoo", "notice": ""}
        return {**head, "tables": {}, "columns": words, "evidence": ["e"], "examples": []}

    def take(self, access: Access, name: str, document: bytes) -> JsonObject:
        self.show(access, name)
        if self.refusal:
            raise self.refusal
        self.taken.append(document)
        added: JsonObject = {"examples": 1, "evidence": 2, "descriptions": 3}
        return {"added": dict(added), "skipped": [{"what": "table x", "why": "It is not there."}]}

    def change(self, access: Access, name: str, details: JsonObject) -> None:
        self.show(access, name)
        self.changes.append(details)

    def describe(self, access: Access, name: str, words: JsonObject) -> None:
        self.show(access, name)
        self.changes.append(words)

    def examples(
        self, access: Access, name: str, *, limit: int, before: int | None, rejected: bool = False
    ) -> JsonObject:
        self.show(access, name)
        if rejected:
            refused: JsonObject = {"id": 1, "question": "Broken?", "reason": "no such table"}
            return {"examples": [{**refused, "origin": "bird"}], "total": 1}
        rows = [one for one in reversed(self.stored) if before is None or one["id"] < before]
        return {"examples": rows[:limit], "total": len(self.stored)}

    def add_example(self, access: Access, name: str, example: JsonObject) -> JsonObject:
        if self.refusal:
            raise self.refusal
        self.stored.append({"id": len(self.stored) + 1, **example, "origin": "user"})
        return self.stored[-1]

    def forget_example(self, access: Access, name: str, number: int) -> None:
        self.stored = [one for one in self.stored if one["id"] != number]


@dataclass
class FakeImporter:
    """Finds real folders, copies nothing, and remembers what was sent."""

    sent: list[ImportRequest] = field(default_factory=list)
    refused: frozenset[str] = frozenset()

    def obtained(self, place: str, sha256: str) -> AbstractContextManager[Path]:
        return nullcontext(Path(place))

    def find(self, path: Path) -> DatabaseFolder:
        return find(path)

    @contextmanager
    def snapshot(self, source: DatabaseSource) -> Iterator[Snapshot]:
        yield Snapshot(source.file, 1, "")

    def send(self, container: str, request: ImportRequest) -> ImportResult:
        if request.name in self.refused:
            raise InvalidInputError(f"{request.name} is damaged", hint="repair it")
        self.sent.append(request)
        files = [
            {"file": "animals.csv", "table": "animals", "matched_by": "name"},
            {"file": "houses.csv", "table": "house", "matched_by": "columns"},
        ]
        described = {"tables": 0, "columns": 3, "values": 1, "personal": 1, "files": files}
        details: dict[str, Any] = {
            "workspace": request.name,
            "foreign_keys": 1,
            "examples": 4,
            "verified": "3 rows in, 3 rows out, 0 values diverted",
            "rejected_examples": [{"question": "?", "reason": "no"}],
            "descriptions": described,
            "model": {
                "name": "openai/a-model-4",
                "columns": 2,
                "input_tokens": 1_834,
                "output_tokens": 97,
                "cost_usd": 0.0021,
            },
            "warnings": ["houses.csv: taken for the table house, by its columns"],
        }
        table: JsonObject = {"name": "animals", "rows": 3, "columns": 2}
        return ImportResult(request.name, 3, (table,), details)


@dataclass
class InstalledWorld(FakeWorld):
    """One install named `default`, running."""

    home: Path = Path("/nowhere")
    version: str = "0.1.0"
    workspaces: FakeWorkspaces = field(default_factory=lambda: FakeWorkspaces({"zoo": zoo()}))
    importer: FakeImporter = field(default_factory=FakeImporter)

    @property
    def locks(self) -> SimpleNamespace:
        return SimpleNamespace(hold=self._hold)

    def _hold(self, _: str, command: str) -> AbstractContextManager[None]:
        self.calls.append(command)
        return nullcontext()

    @property
    def installs(self) -> SimpleNamespace:
        install = Install("default", "uuid", "thoth-ai", "")
        release = Release(1, "", "", "0.1.0", SETTINGS, {}, {}, "", "")
        return SimpleNamespace(
            names=lambda: ("default",),
            find=lambda _: install,
            active=lambda _: 1,
            release=lambda *_: release,
            releases=lambda _: (release,),
            secret=lambda *_: Secret("t0ken"),
            settle_secrets=lambda _: None,
        )

    @property
    def restores(self) -> SimpleNamespace:
        return SimpleNamespace(drop_key=lambda _: None, key_path=self.home.joinpath)

    @property
    def engine(self) -> SimpleNamespace:
        app = ObservedContainer("c1", "app", "app", "thoth-ai", Condition.HEALTHY, 0, "")
        return SimpleNamespace(observe=lambda _: ObservedStack((app,)))
