"""`thothctl upgrade` by way of other versions, and what it tells of those that are out of reach."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from local_world import Play, PlayedWorld

from thothctl.cli.main import main
from thothctl.model.observed import OfferedImage
from thothctl.world import Report, World

REGISTRY = ("--registry", "r.example/path")
FROM, REQUIRES = "io.thoth.upgrade-from", "io.thoth.requires-thothctl"
Run = Callable[..., tuple[int, dict[str, Any]]]


@dataclass
class PlayedRegistry:
    """Offers versions with these labels."""

    versions: dict[str, OfferedImage] = field(default_factory=dict)

    def put(self, version: str, labels: Mapping[str, str] = {}, size: int = 0) -> None:
        image = OfferedImage(f"r.example/path/thoth-ai@sha256:{version}", labels, size)
        self.versions[version] = image

    def tags(self, repository: str) -> tuple[str, ...]:
        return tuple(self.versions)

    def image(self, repository: str, name: str, architecture: str) -> OfferedImage:
        return self.versions[name]


class Ladder(Play):
    """Makes worlds with a registry."""

    def __init__(self) -> None:
        super().__init__()
        self.registry = PlayedRegistry()

    def connect(self, report: Report) -> World:
        world = PlayedWorld(self, report)
        world.registry = self.registry  # type: ignore[assignment]  # in place of the cached property
        return cast("World", world)


@pytest.fixture
def play(home: Path) -> Ladder:
    """1.0.0 is installed; 1.1.0 is a stop on the way to 1.2.0."""
    play = Ladder()
    assert main(["setup", "--yes", "--no-demo", "--output", "json"], play.connect) == 0
    play.registry.put("1.0.0")
    play.registry.put("1.1.0")
    play.registry.put("1.2.0", {FROM: "1.1.0"})
    return play


@pytest.fixture
def run(play: Ladder, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code and the document."""
    capsys.readouterr()

    def invoke(*argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "--yes", "--output", "json"], play.connect)
        return code, json.loads(capsys.readouterr().out)

    return invoke


def up(run: Run, *argv: str) -> tuple[int, dict[str, Any]]:
    return run("upgrade", *REGISTRY, "--soak", "0", *argv)


def installed(run: Run) -> list[tuple[str, str]]:
    return [(r["version"], r["outcome"]) for r in run("releases")[1]["data"]["releases"]]


def test_check_names_the_newest_version_within_reach_and_warns_of_a_newer_one(
    play: Ladder, run: Run
) -> None:
    play.registry.put("3.0.0", {REQUIRES: "99.0.0"})

    code, told = up(run, "--check")

    assert code == 100
    assert told["data"] == {
        "installed": "1.0.0", "newest": "1.2.0", "to": "1.2.0", "available": True,
    }  # fmt: skip
    (warning,) = told["warnings"]
    assert "3.0.0 needs thothctl 99.0.0 or newer, this is 1.0.0; upgrade thothctl" in warning


def test_check_is_silent_to_scripts_where_nothing_newer_can_be_gone_to(
    play: Ladder, run: Run
) -> None:
    play.registry.versions.clear()
    play.registry.put("3.0.0", {REQUIRES: "99.0.0"})

    code, told = up(run, "--check")

    assert (code, told["data"]["newest"], told["data"]["available"]) == (0, "1.0.0", False)
    assert "3.0.0" in told["warnings"][0]


def test_check_is_about_the_version_that_is_named(play: Ladder, run: Run) -> None:
    play.registry.put("3.0.0", {REQUIRES: "99.0.0"})

    code, told = up(run, "--check", "--to", "1.1.0")

    assert (code, told["data"]["to"], told["data"]["newest"]) == (100, "1.1.0", "1.2.0")
    assert up(run, "--check", "--to", "1.0.0")[0] == 0
    assert up(run, "--check", "--to", "3.0.0")[0] == 13


def test_without_a_version_the_newest_within_reach_is_gone_to(play: Ladder, run: Run) -> None:
    play.registry.put("3.0.0", {REQUIRES: "99.0.0"})

    code, told = up(run)

    assert (code, told["data"]["to"], told["data"]["hops"]) == (0, "1.2.0", ["1.1.0", "1.2.0"])
    assert "3.0.0 needs thothctl 99.0.0" in told["warnings"][0]
    again, told = up(run)
    assert (again, told["data"]["changed"]) == (0, False)
    assert "3.0.0 needs thothctl 99.0.0" in told["warnings"][0]
