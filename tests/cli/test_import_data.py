"""A project is adopted under a name that an install can have, and that says whose it was."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from local_world import Play, PlayedEngine
from played_outsiders import PlayedDatabase, server, world_of

from thothctl.cli.main import main
from thothctl.model.observed import ObservedImage
from thothctl.operations import outside
from thothctl.world import Report, World


class Beside(Play):
    """A played engine that runs somebody's project, too."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = BesideEngine()

    def connect(self, report: Report) -> World:
        world = super().connect(report)
        theirs = world_of(server("web"), toolbox=PlayedDatabase())
        world.outsiders = theirs.outsiders  # type: ignore[misc]  # in place of the real one
        world.toolbox = theirs.toolbox  # type: ignore[misc]
        return world


class BesideEngine(PlayedEngine):
    """Its images are of the application."""

    def image(self, reference: str) -> ObservedImage | None:
        found = super().image(reference)
        return found and replace(found, labels={outside.TITLE: "thoth-ai"})


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> SimpleNamespace:
    capsys.readouterr()
    code = main(["import-data", *words, "--output", "json"], Beside().connect)
    told = json.loads(capsys.readouterr().out)
    return SimpleNamespace(code=code, text=json.dumps(told))


@pytest.fixture
def place(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Path:
    folder: Path = tmp_path / "at" / request.param
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("place", "source", "name"),
    [
        ("shop", ".", "shop"),
        ("shop/inner", "..", "shop"),
        ("My Shop (old)", ".", "my-shop-old"),
        ("thoth-x", ".", "x"),
        ("x", "Shop", "shop"),
        ("x", "a" * 60, "a" * 33),
    ],
    indirect=["place"],
)
def test_the_install_is_named_after_the_project_or_its_folder(
    place: Path, capsys: pytest.CaptureFixture[str], source: str, name: str
) -> None:
    told = answer(capsys, source, "--plan")

    assert told.code == 0, told.text
    assert f"as {name}-adopted" in told.text


def test_a_name_that_is_taken_is_told_with_the_option_there_is(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["setup", "--yes", "--no-demo", "--port", "8099"], Play().connect) == 0

    told = answer(capsys, "shop", "--install", "default", "--plan")

    assert told.code == 7
    assert "--install NAME" in told.text
