"""A database password changes in the role and in the file together, whenever the process dies."""

import base64
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from local_world import Play

from thothctl.adapters.bundles import TemplateBundles
from thothctl.adapters.shipped import shipped
from thothctl.cli.main import main
from thothctl.config.scram import verifier
from thothctl.errors import InvalidInputError
from thothctl.model.recorded import JournalFile
from thothctl.model.secret import Secret
from thothctl.operations.execute import RolledBackError, execute, new_operation
from thothctl.operations.plan import Plan
from thothctl.operations.recover import go_on, take_back, unfinished
from thothctl.operations.rotate import (
    Replacement,
    consumers,
    keepers,
    plan_replacement,
    rotated,
)
from thothctl.operations.running import active
from thothctl.world import Journal, World

SECRET, ROLE = "postgres_app_password", "thoth_app"
STATEMENT = re.compile(r"ALTER ROLE \"(\w+)\" PASSWORD 'SCRAM-SHA-256\$4096:([^$]+)\$[^']+';\n")


class Killed(BaseException):
    """The process is gone: nothing after it runs, no undo either."""


class DyingJournal:
    """Writes so many records, then kills whoever writes."""

    def __init__(self, journal: Journal, records: int) -> None:
        self._journal, self._left = journal, records

    def begin(self, install: str, operation: str, record: Mapping[str, object]) -> None:
        self._journal.begin(install, operation, record)

    def record(self, install: str, operation: str, record: Mapping[str, object]) -> None:
        if self._left == 0:
            raise Killed
        self._left -= 1
        self._journal.record(install, operation, record)

    def latest(self, install: str) -> JournalFile | None:
        return self._journal.latest(install)

    def operations(self, install: str) -> tuple[JournalFile, ...]:
        return self._journal.operations(install)


class Scene:
    """An install with a database, and what each of its parts knows of the password."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.world: World = play.connect(lambda _: None)
        self.current = active(self.world, "default")
        self.stack = self.world.bundles.stack(self.current.install.stack)
        self.old = self.file

    @property
    def file(self) -> str:
        return self.world.installs.secret("default", SECRET).reveal()

    def role_knows(self, password: str) -> bool:
        given = [text for _, text in self.play.handover.given if ROLE in text]
        if not given:
            return password == self.old
        found = STATEMENT.fullmatch(given[-1])
        assert found, "a statement that holds a verifier and no password"
        salt = base64.b64decode(found[2])
        return verifier(password, salt) in given[-1]

    def offered(self) -> tuple[Plan, str]:
        """A plan whose new values lie ready, as the command leaves them."""
        new = rotated(self.world, "default", [self.stack.secret(SECRET)])
        for name, value in new.items():
            self.world.installs.offer_secret("default", name, value)
        wanted = Replacement(
            self.stack, self.current.release, tuple(new), frozenset({SECRET}), seconds=5
        )
        return plan_replacement("default", wanted), new[SECRET].reveal()

    def killed_after(self, plan: Plan, records: int) -> bool:
        """Run the plan until its journal dies; False when it ended before."""
        self.world.journal = DyingJournal(self.world.journal, records)  # type: ignore[misc]  # ours
        try:
            execute(plan, self.world, operation=new_operation(self.world, "default", "rotate"))
        except Killed:
            return True
        finally:
            self.world = self.play.connect(lambda _: None)
        return False

    def killed_while_taken_back(self, records: int) -> None:
        pending = unfinished(self.world, "default")
        assert pending
        self.world.journal = DyingJournal(self.world.journal, records)  # type: ignore[misc]  # ours
        with suppress(Killed):
            take_back(pending, self.world)
        self.world = self.play.connect(lambda _: None)

    def agrees_on(self, password: str) -> None:
        assert self.file == password
        assert self.role_knows(password)
        assert self.play.compose.seen[SECRET] == password


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv("THOTHCTL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("THOTHCTL_INSTALL", raising=False)
    play = Play()
    play.engine.services = ("app", "postgres")
    words = ["setup", "--stack", str(with_database(tmp_path)), "--yes", "--no-demo"]
    assert main([*words, "--mode", "standalone"], play.connect) == 0
    return Scene(play)


def with_database(folder: Path) -> Path:
    """The shipped stack with a database in its only mode, whatever else it has."""
    data = yaml.safe_load((shipped("templates") / "stacks/thoth-ai.yaml").read_text())
    data["modes"]["standalone"]["services"] = ["app", "postgres"]
    health = {"path": "/", "seconds": 5}
    data["services"]["postgres"] |= {"image": "thoth-ai", "port": 5432, "health": health}
    data["stores"]["postgres"] = {"service": "postgres", "path": "/data", "saved_as": "postgres"}
    data["secrets"][SECRET] = {
        "length": 32,
        "services": ["app", "postgres"],
        "postgres_role": ROLE,
    }
    file = folder / "stack.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    return file


RECORDS = range(11)
"""The journal of this plan: two records a step, and the commit."""


def test_role_file_and_reader_change_in_one_operation(scene: Scene) -> None:
    plan, new = scene.offered()
    execute(plan, scene.world, operation="op")

    scene.agrees_on(new)
    assert [type(step).__name__ for step in plan.steps] == [
        "ReplaceSecret", "KeepConsumers", "AlignRole", "RestartConsumers", "AwaitHealthy",
    ]  # fmt: skip
    assert scene.play.engine.calls[-3:] == ["give c-postgres psql", "stop app", "up 1"]
    command, text = scene.play.handover.given[-1]
    assert new not in text + " ".join(command)


@pytest.mark.parametrize("records", RECORDS)
def test_killed_anywhere_it_goes_on_to_the_new_password(scene: Scene, records: int) -> None:
    plan, new = scene.offered()
    assert scene.killed_after(plan, records)

    pending = unfinished(scene.world, "default")
    assert pending
    go_on(pending, scene.world)

    scene.agrees_on(new)
    assert unfinished(scene.world, "default") is None


@pytest.mark.parametrize("records", RECORDS)
def test_killed_anywhere_it_goes_back_to_the_old_password(scene: Scene, records: int) -> None:
    plan, _ = scene.offered()
    assert scene.killed_after(plan, records)

    pending = unfinished(scene.world, "default")
    assert pending
    take_back(pending, scene.world)

    scene.agrees_on(scene.old)
    assert unfinished(scene.world, "default") is None


@pytest.mark.parametrize("more", range(4))
@pytest.mark.parametrize("records", RECORDS)
def test_killed_while_it_is_taken_back_it_still_goes_both_ways(
    scene: Scene, records: int, more: int
) -> None:
    plan, new = scene.offered()
    assert scene.killed_after(plan, records)
    scene.killed_while_taken_back(more)

    pending = unfinished(scene.world, "default")
    if pending is None:  # it was taken back before it could be killed
        scene.agrees_on(scene.old)
        return
    go_on(pending, scene.world)
    scene.agrees_on(new)


def test_a_database_that_says_no_leaves_everything_as_it_was(scene: Scene) -> None:
    plan, _ = scene.offered()
    scene.play.engine.broken = "psql"
    real = scene.play.handover.give

    def give(container: str, command: Sequence[str], text: Secret) -> tuple[int, str]:
        answer = real(container, command, text)
        scene.play.engine.broken = ""  # it refuses once
        return answer

    scene.play.handover.give = give  # type: ignore[method-assign]  # of a fake
    with pytest.raises(RolledBackError, match="role thoth_app"):
        execute(plan, scene.world, operation="op")

    scene.agrees_on(scene.old)


def test_no_password_is_in_the_plan_or_the_journal(scene: Scene) -> None:
    plan, new = scene.offered()
    execute(plan, scene.world, operation="op")

    home = scene.world.home
    texts = [p.read_text() for p in (home / "journal").rglob("*.jsonl")]
    assert not [text for text in (*texts, repr(plan), str(plan)) if new in text]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [("saved_as: postgres", "saved_as: files", "who has roles"), (ROLE, "x; drop", "be a role")],
)
def test_a_stack_that_cannot_hold_its_roles_is_refused(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    file = with_database(tmp_path)
    file.write_text(file.read_text().replace(right, wrong))

    with pytest.raises(InvalidInputError, match=said):
        TemplateBundles().stack(str(file))


def test_the_shipped_stack_says_who_keeps_a_copy_of_what() -> None:
    stack, settings = TemplateBundles().stack("thoth-ai"), {"mode": "production"}
    keepers_of = {
        spec.name: [type(step).__name__ for step in keepers("x", stack, settings, spec)]
        for spec in stack.secrets
    }

    assert keepers_of["admin_password"] == ["ChangeSignIn"]
    assert stack.secret("django_secret_key").old_as == "django_secret_key_fallback"
    roles = [name for name in keepers_of if name.startswith("postgres_")]
    assert roles
    assert {tuple(keepers_of[name]) for name in roles} == {("AlignRole",)}


def test_what_runs_once_is_neither_restarted_nor_asked(scene: Scene) -> None:
    stack = TemplateBundles().stack("thoth-ai")
    once = {service.name for service in stack.services if service.once}
    settings = {"mode": "production"}
    release = replace(scene.current.release, settings=settings)

    for spec in stack.secrets:
        assert not once & set(consumers(stack, release, [spec]))
        steps = keepers("x", stack, settings, spec)
        assert not once & {str(getattr(step, "service", "")) for step in steps}
