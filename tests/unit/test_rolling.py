"""Which container comes and which one goes while a service is exchanged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from fakes import FakeClock
from played_containers import INSTALL, RELEASE, container

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import IncompatibleError, NotHealthyError
from thothctl.model.observed import Condition, LogLine, ObservedContainer, ObservedStack
from thothctl.model.rendering import RenderContext
from thothctl.model.setting import SettingValue
from thothctl.model.version import Version, published
from thothctl.operations import upgrade
from thothctl.operations.cloning import as_it_is
from thothctl.operations.compatibility import works_on
from thothctl.operations.offers import Target
from thothctl.operations.rolling import ExchangeReplicas, StartOthers, TryReplica
from thothctl.operations.rolling_gate import narrowed, refuse_unfit, rolled
from thothctl.operations.upgrade import UpgradeRequest, Wanted, new_release
from thothctl.world import World

PRODUCTION: Mapping[str, SettingValue] = {**RELEASE.settings, "mode": "production"}
EXCHANGE = ExchangeReplicas("default", 2, 1, "app", 30, why="")
TRIAL = TryReplica("default", 2, "app", 30, why="")


@dataclass
class Place:
    """An engine on which new containers of a release become what `becomes` says."""

    there: list[ObservedContainer]
    becomes: Callable[[str], Condition] = lambda _: Condition.HEALTHY
    replicas: int = 2
    least: int = 99
    said: list[str] = field(default_factory=list)
    trial: ObservedContainer | None = None

    def observe(self, install: str) -> ObservedStack:
        serving = [one for one in self.there if one.is_up and one.service == "app"]
        self.least = min(self.least, len(serving))
        return ObservedStack(tuple(self.there))

    def logs(self, _: str, *, tail: int) -> Iterator[LogLine]:
        yield LogLine("", "cannot start")

    def task(self, install: str, task: str) -> ObservedContainer | None:
        return self.trial

    def retire(self, identity: str, *, seconds: int) -> None:
        self.said.append(f"- {identity}")
        self.there = [one for one in self.there if one.id != identity]
        self.trial = None

    def add(
        self,
        folder: Path,
        services: Sequence[str],
        *,
        watch: Callable[[], None],
        count: int = 0,
        alone: bool = False,
    ) -> None:
        (service,) = services
        assert alone == (folder.name == "1"), "the way back counts on nobody"
        for _ in range(count - len([one for one in self.there if one.service == service])):
            number = max((one.replica for one in self.there), default=0) + 1
            condition = self.becomes(folder.name)
            made = container(service, condition, replica=number, release=folder.name)
            self.said.append(f"+ {made.id} of {folder.name}")
            self.there.append(made)

    def aside(self, folder: Path, service: str, name: str, labels: Mapping[str, str]) -> None:
        self.said.append("+ trial")
        self.trial = container("trial", self.becomes(folder.name))

    def world(self) -> World:
        settings = {**PRODUCTION, "services.app.replicas": self.replicas}
        installs = SimpleNamespace(
            find=lambda _: INSTALL,
            release=lambda _, number: replace(RELEASE, number=number, settings=settings),
            release_folder=lambda _, number: Path(f"/{number}"),
            rendered=lambda *_: {},
        )
        parts = SimpleNamespace(
            engine=self, compose=self, installs=installs, clock=FakeClock(),
            bundles=TemplateBundles(), report=lambda _: None,
        )  # fmt: skip
        return cast("World", parts)


def apps(*releases: str, condition: Condition = Condition.HEALTHY) -> list[ObservedContainer]:
    return [
        container(condition=condition, replica=number, release=release)
        for number, release in enumerate(releases, 1)
    ]


@pytest.mark.parametrize(
    ("there", "replicas", "said"),
    [
        (apps("1"), 1, ["+ app-2 of 2", "- app-1"]),
        (apps("1", "1"), 2, ["+ app-3 of 2", "- app-1", "+ app-4 of 2", "- app-2"]),
        (apps("1", "1", "2"), 2, ["- app-1", "+ app-4 of 2", "- app-2"]),
        (apps("1", "2"), 2, ["+ app-3 of 2", "- app-1"]),
        (apps("2", "2"), 2, []),
        (apps("2", "2", "2"), 2, ["- app-3"]),
        (apps("1", "1"), 1, ["+ app-3 of 2", "- app-1", "- app-2"]),
        ([], 1, ["+ app-1 of 2"]),
    ],
)
def test_there_are_never_fewer_than_before_wherever_it_begins(
    there: Sequence[ObservedContainer], replicas: int, said: list[str]
) -> None:
    place = Place(list(there), replicas=replicas)

    EXCHANGE.apply(place.world())

    assert place.said == said
    assert place.least >= min(len(there), replicas)


def test_one_that_does_not_become_healthy_stops_the_exchange_and_goes_first_on_the_way_back() -> (
    None
):
    place = Place(apps("1", "1"), lambda _: Condition.UNHEALTHY)

    with pytest.raises(NotHealthyError, match="not healthy after 30 s"):
        EXCHANGE.apply(place.world())
    with pytest.raises(NotHealthyError):
        EXCHANGE.apply(place.world())  # gone on with: nobody else has to leave for it
    EXCHANGE.undo(place.world())

    assert place.said == ["+ app-3 of 2", "- app-3"]


def test_the_way_back_from_the_middle_is_an_exchange_as_well() -> None:
    place = Place(apps("1", "2"))

    EXCHANGE.undo(place.world())

    assert place.said == ["+ app-3 of 1", "- app-2"]
    assert place.least == 2


def test_a_container_that_was_stopped_makes_room() -> None:
    stopped = container(condition=Condition.STOPPED, replica=9, release="2")
    place = Place([*apps("1"), stopped], replicas=1)

    EXCHANGE.apply(place.world())

    assert place.said == ["- app-9", "+ app-2 of 2", "- app-1"]


def test_the_way_back_waits_for_all_that_was_started_beside() -> None:
    others = StartOthers("default", 2, 1, "app", 30, why="")
    place = Place([*apps("1"), container("worker", Condition.STARTING)], replicas=1)

    with pytest.raises(NotHealthyError, match="not healthy after 120 s"):
        others.undo(place.world())


def test_a_trial_leaves_nothing_behind_whatever_comes_of_it() -> None:
    good = Place(apps("1"))
    TRIAL.apply(good.world())
    assert good.said == ["+ trial", "- trial-1"]

    for condition in (Condition.UNHEALTHY, Condition.RESTARTING, Condition.STARTING):
        bad = Place(apps("1"), lambda _, found=condition: found)  # type: ignore[misc]
        with pytest.raises(NotHealthyError, match="app of release 2 does not become healthy"):
            TRIAL.apply(bad.world())
        TRIAL.undo(bad.world())
        assert bad.trial is None


def test_only_what_is_behind_nginx_and_has_no_port_of_its_own_is_exchanged() -> None:
    place = Place(apps("1"))
    release = replace(RELEASE, settings=PRODUCTION)
    assert rolled(place.world(), "default", release).name == "app"

    with pytest.raises(IncompatibleError, match="nothing shares requests out"):
        rolled(place.world(), "default", RELEASE)
    place.there = [replace(place.there[0], ports=("127.0.0.1:5678->5678/tcp",))]
    with pytest.raises(IncompatibleError, match="has a port of this machine"):
        rolled(place.world(), "default", release)


def test_another_database_is_refused_and_other_images_stay() -> None:
    release = replace(RELEASE, settings=PRODUCTION, database_revision="0001")
    other = replace(release, number=2, version="2", database_revision="0002")
    world = Place(apps("1")).world()

    with pytest.raises(IncompatibleError, match="cannot work side by side"):
        refuse_unfit(world, "default", release, other, shared=False)

    offered = {name: cast("object", name) for name in ("thoth-ai", "thoth-nginx")}
    told = published(Version((2, 0, 0)), [])
    target = narrowed(Target(told, offered), rolled(world, "default", release))  # type: ignore[arg-type]
    assert set(target.images) == {"thoth-ai"}


def test_another_image_of_the_application_makes_only_its_own_services_anew() -> None:
    """Else the gate would refuse every version of the product."""
    bundles = TemplateBundles()
    stack = bundles.stack("thoth-ai")
    settings = stack.complete(PRODUCTION)

    def sections(digest: str, version: str, release: int) -> Mapping[str, str]:
        images = {image.name: f"r/{image.name}@sha256:0" for image in stack.images_for(settings)}
        images["thoth-ai"] = f"r/thoth-ai@sha256:{digest}"
        since = dict.fromkeys((service.name for service in stack.services), 1)
        context = RenderContext(
            settings=settings, images=images, version=version, release=release, install=INSTALL,
            generations={store.name: 1 for store in stack.stores_for(settings)}, since=since,
        )  # fmt: skip
        return bundles.sections(bundles.render(stack, context))

    before, after = sections("1", "1.0.0", 1), sections("2", "1.0.1", 2)

    changed = {name for name, text in after.items() if text != before[name]}
    assert changed == {"setup", "app", "worker"}


@pytest.mark.parametrize(
    ("compatible", "version", "expected"),
    [
        ("0001", "1.0.0", True),
        ("0002", "1.0.0", False),
        ("", "1.0.0", False),
        ("0001", "3.0.0", False),
    ],
)
def test_only_a_newer_version_says_which_older_ones_work_on_its_database(
    compatible: str, version: str, *, expected: bool
) -> None:
    now = replace(RELEASE, version="2.0.0", images={"app": "a"}, database_revision="0002")
    other = replace(RELEASE, version=version, database_revision="0001")
    labels = {"io.thoth.compatible-from": compatible}
    engine = SimpleNamespace(image=lambda _: SimpleNamespace(labels=labels))

    assert works_on(cast("World", SimpleNamespace(engine=engine)), now, other) is expected


def test_where_both_serve_a_migrated_database_it_is_migrated_before_one_is_tried() -> None:
    wanted = Wanted("upgrade", "2.0.0", RELEASE.settings, RELEASE.images, as_it_is(RELEASE))

    def steps(*, migrates: bool) -> list[str]:
        request = UpgradeRequest("default", rolls="app", migrates=migrates)
        made = new_release(request, "thoth-ai", wanted, upgrade.Place(2, 1, "now"))
        return [type(step).__name__ for step in made][1:4]

    assert steps(migrates=False) == ["TryReplica", "StartOthers", "ExchangeReplicas"]
    assert steps(migrates=True) == ["StartOthers", "TryReplica", "ExchangeReplicas"]
