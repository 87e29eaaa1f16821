"""`thothctl upgrade` by way of other versions, and what it tells of those that are out of reach."""

import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from local_world import GIB, Play, PlayedCompose, PlayedEngine, PlayedHandover, PlayedWorld

from thothctl.cli.main import main
from thothctl.model.observed import Layout, ObservedImage, OfferedImage
from thothctl.world import Report, World

REGISTRY = ("--registry", "r.example/path")
FROM, REQUIRES = "io.thoth.upgrade-from", "io.thoth.requires-thothctl"
REVISION = "io.thoth.database-revision"
Run = Callable[..., tuple[int, dict[str, Any]]]


@dataclass
class PlayedRegistry:
    """Offers versions with these labels."""

    versions: dict[str, OfferedImage] = field(default_factory=dict)

    def put(self, version: str, labels: Mapping[str, str] = {}, size: int = 0,
            volumes: tuple[str, ...] = ()) -> None:  # fmt: skip
        reference = f"r.example/path/thoth-ai@sha256:{version}"
        image = OfferedImage(reference, labels, size, layout=Layout(volumes))
        self.versions[version] = image

    def tags(self, repository: str) -> tuple[str, ...]:
        return tuple(self.versions)

    def image(self, repository: str, name: str, architecture: str) -> OfferedImage:
        return self.versions[name]


class Shop(PlayedEngine):
    """Lacks the images whose references hold `absent`."""

    absent = "nothing"

    def image(self, reference: str) -> ObservedImage | None:
        return None if self.absent in reference else super().image(reference)


class Starting(PlayedCompose):
    """Does something as release `at` starts."""

    at, then = "", staticmethod(lambda: None)

    def up(self, folder: Path, *words: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        if folder.name == self.at:
            self.then()
        super().up(folder, *words, **options)


class Ladder(Play):
    """Makes worlds with a registry."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = self.shop = Shop()
        self.compose = self.starting = Starting(self.engine)
        self.handover = PlayedHandover(self.engine)
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


def interrupted() -> None:
    raise KeyboardInterrupt


def killed_at(play: Ladder, run: Run, release: str) -> None:
    """An upgrade in a process that is killed as this release starts."""
    play.starting.at, play.starting.then = release, lambda: os.kill(os.getpid(), signal.SIGKILL)
    if not (child := os.fork()):
        try:
            up(run)
        finally:
            os._exit(1)  # whatever comes, this process runs no other test
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    play.starting.at = ""


@pytest.mark.parametrize(
    ("second", "code", "said"),
    [
        ({"volumes": ("/elsewhere",)}, 13, "keeps its data in /elsewhere"),
        ({"size": 20 * GIB}, 14, "the images of 1.1.0 and 1.2.0 need about 120.0 GiB"),
        ({"labels": {FROM: "1.1.0", REVISION: "0002"}}, 2, "without a copy"),
    ],
)
def test_what_speaks_against_the_second_version_is_said_before_the_first(
    play: Ladder, run: Run, second: dict[str, Any], code: int, said: str
) -> None:
    play.registry.put("1.1.0", size=second.get("size", 0))
    play.registry.put("1.2.0", **{"labels": {FROM: "1.1.0"}, **second})
    play.shop.absent = "sha256:" if "size" in second else "nothing"
    calls = [*play.engine.calls]

    done, told = up(run, "--no-clone")

    assert (done, said in told["errors"][0]["message"]) == (code, True), told
    assert installed(run) == [("1.0.0", "active")]
    assert play.engine.calls == calls


def test_the_plan_is_that_of_every_version_on_the_way(play: Ladder, run: Run) -> None:
    play.registry.put("1.1.0", size=GIB)
    play.registry.put("1.2.0", {FROM: "1.1.0"}, size=2 * GIB)
    play.shop.absent = "sha256:"

    code, told = up(run, "--plan")

    data = told["data"]
    assert (code, data["hops"]) == (0, ["1.1.0", "1.2.0"])
    assert [one for one in data["plan"] if one.startswith("upgrade")] == [
        "upgrade default from 1.0.0 to 1.1.0", "upgrade default from 1.1.0 to 1.2.0",
    ]  # fmt: skip
    assert [one.split(": ")[1] for one in data["plan"] if "ActivateRelease" in one] == [
        "release 2 answers", "release 3 answers",
    ]  # fmt: skip
    assert [(one["name"], one["version"]) for one in data["images"]] == [
        ("thoth-ai", "1.1.0"), ("thoth-ai", "1.2.0"),
    ]  # fmt: skip
    assert data["disk"]["images"] == 9 * GIB
    assert data["downtime_seconds"] == 20
    assert installed(run) == [("1.0.0", "active")]


def test_a_second_version_that_fails_leaves_the_first_and_says_so(play: Ladder, run: Run) -> None:
    play.engine.broken = "3"

    code, told = up(run)

    (error,) = told["errors"]
    assert code == 9
    assert "upgrade default from 1.1.0 to 1.2.0 failed: it will not start" in error["message"]
    assert "default runs 1.1.0 now, and the upgrade as far as that stays" in error["message"]
    assert "`thothctl upgrade --to 1.2.0` goes on from 1.1.0" in error["hint"]
    assert installed(run) == [("1.0.0", "earlier"), ("1.1.0", "active")]
    play.engine.broken = ""
    assert run("resume")[1]["warnings"] == []
    assert up(run, "--to", "1.2.0")[1]["data"]["from"] == "1.1.0"


def test_ctrl_c_at_the_second_version_tells_which_one_runs(play: Ladder, run: Run) -> None:
    play.starting.at, play.starting.then = "3", interrupted

    code, told = up(run)

    assert code == 130
    assert "interrupted; default runs 1.1.0 now" in told["errors"][0]["message"]


def test_what_is_resumed_after_a_kill_tells_which_version_was_asked_for(
    play: Ladder, run: Run
) -> None:
    killed_at(play, run, "2")

    code, told = run("resume")

    assert code == 0
    assert (told["data"]["version"], told["data"]["towards"]) == ("1.1.0", "1.2.0")
    wanted = "default runs 1.1.0, and 1.2.0 was asked for: `thothctl upgrade --to 1.2.0` goes on"
    assert told["warnings"] == [wanted]
    assert run("resume")[1]["warnings"] == [wanted], "nothing went on since"
    assert up(run, "--to", "1.2.0")[0] == 0
    assert run("resume")[1]["warnings"] == []
