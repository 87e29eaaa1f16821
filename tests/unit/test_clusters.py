"""What is refused before a server starts on data that it would not find, and what has to move."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from played_containers import INSTALL, RELEASE, container

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import IncompatibleError
from thothctl.model.backup import Cluster, Manifest
from thothctl.model.observed import Layout, ObservedImage, ObservedStack, OfferedImage
from thothctl.operations.cloning import as_it_is
from thothctl.operations.clusters import (
    clusters_in,
    major_of,
    other_cluster,
    refuse_second_postgres,
    refuse_unfit,
)
from thothctl.operations.collations import watched
from thothctl.operations.move_cluster import moves_to
from thothctl.operations.restore_gates import Chosen, refuse_newer_server
from thothctl.operations.survey import differences
from thothctl.world import World
from thothctl.world.backups import Ended, Task

STACK = TemplateBundles().stack("thoth-ai")
RUN = replace(
    RELEASE,
    settings={**RELEASE.settings, "mode": "production"},
    generations={"postgres": 1},
    images={"thoth-postgres": "p:17"},
)
VOLUME = INSTALL.volume("postgres", 1)


def image(major: str = "17", cluster: str = "/data/17") -> ObservedImage:
    labels = {"io.thoth.postgres-major": major}
    return ObservedImage("id", (), 1, "", labels, layout=Layout(("/data",), cluster))


def world(
    *found: str, runs: ObservedImage | None = None, running: tuple[str, ...] = ()
) -> tuple[World, list[Task]]:
    """A volume with these clusters, as `MAJOR PLACE`; and the programs that looked at it."""
    looked: list[Task] = []

    def run(program: Task, *, into: Callable[[bytes], object]) -> Ended:
        looked.append(program)
        lines = (f"{m} /volume/{place}/PG_VERSION\n" for m, place in (f.split() for f in found))
        into("".join(lines).encode())
        return Ended(0)

    containers = tuple(container(name) for name in running)
    engine = SimpleNamespace(
        observe=lambda _: ObservedStack(containers, (VOLUME,)),
        image=lambda reference: (runs or image()) if reference == "p:17" else None,
    )
    made = SimpleNamespace(
        engine=engine, toolbox=SimpleNamespace(run=run), bundles=TemplateBundles()
    )
    return cast("World", made), looked


def test_f8_data_of_another_major_is_refused_before_anything_starts() -> None:
    with pytest.raises(
        IncompatibleError, match=r"holds data of PostgreSQL 15.* runs PostgreSQL 17"
    ):
        refuse_unfit(world("15 15")[0], INSTALL, RUN)


def test_f7_a_dump_of_a_newer_postgresql_is_refused_and_others_are_not() -> None:
    known = Chosen(RUN.settings, RUN.images)

    def gate(major: int, *stores: str, chosen: Chosen = known) -> None:
        manifest = SimpleNamespace(id="b", clusters={"postgres": Cluster(major, "", "", {})})
        refuse_newer_server(world()[0], cast("Manifest", manifest), STACK, chosen, stores)

    with pytest.raises(IncompatibleError, match="by PostgreSQL 18; postgres runs PostgreSQL 17"):
        gate(18, "postgres")
    gate(17, "postgres")
    gate(15, "postgres")
    gate(18, "redis")
    gate(18, "postgres", chosen=Chosen(RUN.settings, {"thoth-postgres": "r/p@sha256:1"}))
    gate(18, "postgres", chosen=Chosen(RELEASE.settings, {}))


def test_f9_an_image_that_moved_its_data_path_is_refused() -> None:
    elsewhere = image(cluster="/var/lib/postgresql/18/docker")
    below = image(cluster="/data/17/docker")

    with pytest.raises(IncompatibleError, match="would be gone with its container"):
        refuse_unfit(world("17 17", runs=elsewhere)[0], INSTALL, RUN)
    with pytest.raises(IncompatibleError, match="looks for it in 17/docker: it would start empty"):
        refuse_unfit(world("17 17", runs=below)[0], INSTALL, RUN)


def test_f11_data_would_not_lie_in_the_layer_of_a_container() -> None:
    moved = ObservedImage("id", (), 1, "", layout=Layout(("/var/lib/postgresql",), ""))

    with pytest.raises(IncompatibleError, match="keeps its data in /var/lib/postgresql, and the"):
        refuse_unfit(world(runs=moved)[0], INSTALL, RUN)


def test_what_fits_starts_and_what_runs_is_not_looked_at() -> None:
    refuse_unfit(world("17 17")[0], INSTALL, RUN)
    refuse_unfit(world()[0], INSTALL, RUN)
    there, looked = world("15 15", running=("postgres",))
    refuse_unfit(there, INSTALL, RUN)

    assert looked == []


def test_what_lies_in_a_cluster_or_is_not_finished_is_no_cluster_of_its_own() -> None:
    there, looked = world("17 17", "17 17/base/1", "17 17.new")

    found = clusters_in(there, INSTALL, VOLUME, "p:17")

    assert [(one.major, one.place) for one in found] == [("17", "17")]
    assert not any(mount.writable for mount in looked[0].mounts)


def test_an_image_tells_its_major_by_label_or_by_the_name_of_its_folder() -> None:
    assert [major_of(image()), major_of(None)] == ["17", ""]
    official = ObservedImage("id", (), 1, "", layout=Layout((), "/var/lib/postgresql/18/docker"))
    assert major_of(official) == "18"
    config = {"Volumes": {"/data": {}}, "Env": ["A=b", "PGDATA=/data/15"]}
    assert Layout.of(config) == Layout(("/data",), "/data/15")
    assert Layout.of({}) == Layout()


def offered(major: str) -> dict[str, OfferedImage]:
    one = image(major, f"/data/{major}")
    return {"thoth-postgres": OfferedImage("r/p@sha256:1", one.labels, layout=one.layout)}


def test_only_data_of_an_older_major_moves() -> None:
    assert moves_to(world("17 17")[0], INSTALL, RUN, offered("17")) == ()
    (move,) = moves_to(world("15 15")[0], INSTALL, RUN, offered("17"))
    assert (move.store.name, move.before, move.after) == ("postgres", "15", "17")
    with pytest.raises(IncompatibleError, match="there is no way back"):
        moves_to(world("17 17")[0], INSTALL, RUN, offered("16"))


def test_what_a_version_before_it_moved_is_not_moved_again_and_not_back() -> None:
    there, first = world("15 15")[0], offered("17")

    assert moves_to(there, INSTALL, RUN, offered("17"), first) == ()
    (move,) = moves_to(there, INSTALL, RUN, offered("18"), first)
    assert (move.before, move.after) == ("17", "18")
    with pytest.raises(IncompatibleError, match="the data is of PostgreSQL 17"):
        moves_to(there, INSTALL, RUN, offered("16"), first)


def test_releases_of_another_postgresql_share_no_data() -> None:
    older = replace(RUN, postgres_majors={"thoth-postgres": "15"})
    newer = replace(RUN, generations={"postgres": 2})

    assert other_cluster(world()[0], STACK, newer, older)
    assert not other_cluster(world()[0], STACK, RUN, older), "one volume is of one server"
    assert not other_cluster(world()[0], STACK, newer, RUN)


def test_what_is_lost_or_changed_by_a_move_is_named_and_what_came_is_not() -> None:
    before = {"tables": {"public.a": "3 77", "public.b": "1 5"}, "roles": {"x": "there"}}
    whole = {kind: before.get(kind, {}) for kind in ("sequences", "extensions", "owner")} | before
    after = json.loads(json.dumps(whole))
    after["tables"]["public.c"] = "0 0"
    assert differences(whole, after) == ()

    after["tables"]["public.a"] = "3 78"
    del after["roles"]["x"]
    assert differences(whole, after) == ("public.a (3 77, then 3 78)", "x (there, then nothing)")


def test_f10_only_a_server_that_gets_another_image_is_asked_how_it_sorts() -> None:
    same = watched(as_it_is(RUN), STACK, RUN, RUN.images, "default")
    other = watched(as_it_is(RUN), STACK, RUN, {"thoth-postgres": "p:18"}, "default")

    assert (same.steps, same.after) == ((), ())
    assert [type(one).__name__ for one in (*other.steps, *other.after)] == [
        "KeepSorting", "CheckSorting",
    ]  # fmt: skip


def test_a_rehearsal_goes_to_another_postgresql_once_and_at_its_first_version() -> None:
    def runs(version: str, major: str) -> tuple[str, dict[str, OfferedImage]]:
        label = {"io.thoth.postgres-major": major}
        offered = {"thoth-postgres": OfferedImage("p@1", label), "thoth-ai": OfferedImage("a@1")}
        return version, offered

    refuse_second_postgres([runs("1.1.0", "17"), runs("1.2.0", "17"), ("1.3.0", {})])
    refuse_second_postgres([runs("1.1.0", "")])
    with pytest.raises(IncompatibleError, match=r"1\.2\.0 runs PostgreSQL 17") as refused:
        refuse_second_postgres([runs("1.1.0", "15"), runs("1.2.0", "17")])
    assert "--rehearse --to 1.1.0" in refused.value.hint
