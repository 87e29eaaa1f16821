"""What people say of a workspace while its database is replaced is not lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.server import databases
from thoth_ai.importing import receiving
from thoth_ai.importing.registering import Target
from thoth_ai.importing.reporting import Phase
from thoth_ai.importing.summary import Summary
from thoth_ai.workspaces import editing
from thoth_ai.workspaces.editing import ColumnWords, Details, Words
from thoth_ai.workspaces.models import Column, Database, Example, VectorPoint, Workspace

SHOPS = """
    CREATE TABLE shops (id INTEGER PRIMARY KEY, city TEXT, state TEXT);
    INSERT INTO shops VALUES (1, 'Fresno', 'open'), (2, 'Fresno', 'shut'), (3, 'Napa', 'open');
"""
COUNT = 'SELECT count(*) FROM "shops"'


@dataclass
class Meanwhile:
    """Does something in the last phase before an import is committed."""

    what: Callable[[Workspace], object] = lambda _: None
    done: list[object] = field(default_factory=list)

    def progress(self, phase: Phase, done: int, total: int, unit: str) -> None:
        if phase is Phase.VALUES and not self.done:
            self.done.append(self.what(Workspace.objects.get()) if Workspace.objects.count() else 0)


@pytest.fixture
def shops(data: Path, tmp_path: Path) -> Path:
    path = databases.make(tmp_path / "shops.sqlite", SHOPS)
    taken(path, Meanwhile())
    return path


def taken(path: Path, meanwhile: Meanwhile) -> Summary:
    target = Target(path.stem, create=True, replace=True)
    summary = receiving.from_file(target, path, path.stem, meanwhile)
    assert meanwhile.done
    return summary


def example(question: str, sql: str = COUNT) -> Callable[[Workspace], object]:
    def add(workspace: Workspace) -> object:
        kept = {"workspace": workspace, "database": Database.objects.get(), "origin": "user"}
        return Example.objects.create(question=question, sql=sql, **kept)

    return add


def say(**words: ColumnWords) -> Callable[[Workspace], object]:
    def write(workspace: Workspace) -> object:
        return editing.write(workspace, editing.prepare(workspace, Words(columns={"shops": words})))

    return write


def text(ref: str) -> str:
    return VectorPoint.objects.get(ref=ref).text


def test_values_that_are_kept_back_meanwhile_stay_back(shops: Path) -> None:
    taken(shops, Meanwhile(lambda it: editing.write_details(it, Details(values_shared="none"))))

    assert Workspace.objects.get().values_shared == "none"
    assert "Fresno" not in text("shops.city") + Column.objects.get(name="city").derived


def test_a_column_that_is_judged_meanwhile_stays_so(shops: Path) -> None:
    taken(shops, Meanwhile(say(city=ColumnWords(personal=True, description="Where it is."))))

    city = Column.objects.get(name="city")
    assert (city.personal, city.judged, city.description) == (True, True, "Where it is.")
    assert "Fresno" not in city.derived
    assert "Where it is." in text("shops.city")
    assert "'open'" in Column.objects.get(name="state").derived


def test_an_example_that_is_added_meanwhile_stays(shops: Path) -> None:
    taken(shops, Meanwhile(example("How many are there?")))

    assert list(Example.objects.filter(origin="user").values_list("question", "sql")) == [
        ("How many are there?", COUNT)
    ]
    point = VectorPoint.objects.get(text="How many are there?")
    assert point.ref == str(Example.objects.get(origin="user").pk)


def test_an_example_that_does_not_run_any_more_is_told(shops: Path) -> None:
    taken(shops, Meanwhile(example("What else?", "SELECT * FROM nothing")))

    assert not Example.objects.filter(origin="user").exists()
    assert Workspace.objects.get().rejected_examples.get(question="What else?").reason


def test_an_example_that_is_taken_away_meanwhile_is_gone(shops: Path) -> None:
    example("How many are there?")(Workspace.objects.get())
    before = Example.objects.count()

    taken(shops, Meanwhile(lambda _: Example.objects.filter(origin="user").delete()))

    assert not VectorPoint.objects.filter(text="How many are there?").exists()
    assert Example.objects.count() == before - 1
    refs = VectorPoint.objects.filter(kind="example").values_list("ref", "text")
    assert dict(refs) == {str(one.pk): one.question for one in Example.objects.all()}


def test_without_any_change_nothing_is_embedded_again(shops: Path) -> None:
    before = sorted(VectorPoint.objects.values_list("text", "vector"))

    taken(shops, Meanwhile())

    assert sorted(VectorPoint.objects.values_list("text", "vector")) == before
