"""Which services Compose is given when a release is brought up."""

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from fakes import FakeClock
from played_containers import INSTALL, RELEASE, PlayedContainers, container

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import EndlessError
from thothctl.model.observed import Condition, ObservedContainer
from thothctl.operations.bringing_up import bring_up, outdated
from thothctl.operations.clone_steps import StopServices
from thothctl.operations.waiting import START_SECONDS

if TYPE_CHECKING:
    from thothctl.world import Watch, World

COMPOSE = "services: {setup: {}, app: {}, postgres: {}, nginx: {}}"
SINCE = replace(RELEASE, number=3, since={"postgres": 1, "nginx": 2, "setup": 1})
FITTING = (
    container("setup", Condition.STOPPED, release="1"),
    container("app", release="3"),
    container("postgres", release="1"),
    container("nginx", release="2"),
)


def needed(*containers: ObservedContainer, replicas: int = 1) -> tuple[str, ...] | None:
    world = SimpleNamespace(
        engine=PlayedContainers(*containers),
        bundles=TemplateBundles(),
        installs=SimpleNamespace(rendered=lambda *_: {"compose.yaml": COMPOSE}),
    )
    settings = {**RELEASE.settings, "services.app.replicas": replicas}
    return outdated(cast("World", world), INSTALL, replace(SINCE, settings=settings))


def test_nothing_there_is_everything() -> None:
    assert needed() is None


@pytest.mark.parametrize(
    ("at", "other", "names"),
    [
        (1, container("app", release="2"), ("app",)),
        (1, container("app", Condition.STOPPED, release="3"), ("app",)),
        (1, container("app", Condition.UNHEALTHY, release="3"), ()),
        (2, container("postgres", release="0"), ("postgres",)),
        (0, container("setup", Condition.STOPPED, release="1", exit_code=1), ("setup",)),
        (0, container("setup", Condition.STOPPED, release="0"), ("setup",)),
    ],
)
def test_what_is_not_as_the_release_wants_it_is_named(
    at: int, other: ObservedContainer, names: tuple[str, ...]
) -> None:
    found = list(FITTING)
    found[at] = other

    assert needed(*found) == names


def test_another_number_of_containers_is_brought_about() -> None:
    second = container("app", release="3", replica=2)

    assert needed(*FITTING, replicas=2) == ("app",)
    assert needed(*FITTING, second, replicas=2) == ()
    assert needed(*FITTING, second) == ("app",)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (FITTING, {"alone": False, "keep": True}),
        (FITTING[1:], {"alone": True, "keep": False}),
        ((), {"alone": False, "keep": False}),
    ],
)
def test_what_is_as_the_release_wants_it_is_never_made_anew(
    found: tuple[ObservedContainer, ...], told: dict[str, bool]
) -> None:
    """Compose would: what was started alone differs for it from what was started with the rest."""
    asked: list[dict[str, object]] = []
    compose = SimpleNamespace(up=lambda *_, **words: asked.append(words))
    installs = SimpleNamespace(
        rendered=lambda *_: {"compose.yaml": COMPOSE}, release_folder=lambda *_: None
    )
    engine, bundles = PlayedContainers(*found), TemplateBundles()
    world = SimpleNamespace(
        engine=engine, bundles=bundles, installs=installs, compose=compose, clock=FakeClock()
    )

    bring_up(cast("World", world), INSTALL, SINCE)

    assert [{key: words[key] for key in told} for words in asked] == [told]


def test_where_nothing_lasting_runs_everything_is_started_in_order() -> None:
    stopped = [replace(one, condition=Condition.STOPPED) for one in FITTING]

    assert needed(*stopped) is None


def test_f17_the_way_back_is_not_waited_for_without_end() -> None:
    """What waits with it, a migration of before say, may hang as well."""
    engine = PlayedContainers(container("setup", Condition.RUNNING, release="1"))
    clock = FakeClock()

    def up(*_: object, watch: "Watch", **__: object) -> None:
        while True:
            clock.pause(1)
            watch()

    installs = SimpleNamespace(
        find=lambda _: INSTALL,
        release=lambda *_: SINCE,
        release_folder=lambda *_: "/3",
        rendered=lambda *_: {"compose.yaml": COMPOSE},
    )
    world = SimpleNamespace(
        engine=engine,
        clock=clock,
        bundles=TemplateBundles(),
        installs=installs,
        compose=SimpleNamespace(up=up),
    )

    with pytest.raises(EndlessError, match="setup has not come to an end"):
        StopServices("default", 3, ("app",), why="copy").undo(cast("World", world))

    assert START_SECONDS < clock.monotonic() < START_SECONDS + 5
