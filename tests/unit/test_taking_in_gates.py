"""What was packed goes where it is read, or nowhere."""

from dataclasses import replace
from typing import cast

import pytest
from played_containers import INSTALL, RELEASE
from played_outsiders import world_of

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import IncompatibleError
from thothctl.operations.restore import Present
from thothctl.operations.taking_in import look_through, stores_of
from thothctl.world.backups import Ended, Mount, Toolbox
from thothctl.world.outsiders import VolumeTar

STACK = TemplateBundles().stack("thoth-ai")
FILE = VolumeTar("v.tar", ".", 1, 1, database="thoth.sqlite")
CLUSTER = VolumeTar("p.tar", ".", 1, 1, major="17")


def seen(mode: str) -> Present:
    release = replace(RELEASE, settings=STACK.complete({"mode": mode}))
    return Present(INSTALL, release, (release,), (), release.settings)


@pytest.mark.parametrize(
    ("mode", "tar", "store"),
    [("standalone", FILE, "data"), ("production", CLUSTER, "postgres")],
)
def test_each_goes_to_the_store_of_its_kind(mode: str, tar: VolumeTar, store: str) -> None:
    assert stores_of(STACK, seen(mode), [tar]) == {store: tar}


@pytest.mark.parametrize(
    ("mode", "tar"),
    [("standalone", CLUSTER), ("production", FILE), ("development", FILE)],
)
def test_what_the_mode_would_never_read_is_refused(mode: str, tar: VolumeTar) -> None:
    with pytest.raises(IncompatibleError):
        stores_of(STACK, seen(mode), [tar])


class Looked:
    """A toolbox whose server found these databases."""

    def __init__(self, *names: str) -> None:
        self._said = "".join(f"{name}\t{{}}\n" for name in names).encode()

    def run(self, *_: object, into: object = None, **__: object) -> Ended:
        if callable(into):
            into(self._said)
        return Ended(0)


@pytest.mark.parametrize("names", [("shop",), ("thoth", "thoth_data", "thoth_g2")])
def test_a_cluster_whose_databases_would_not_be_served_is_refused(names: tuple[str, ...]) -> None:
    world = world_of(toolbox=cast("Toolbox", Looked(*names)))

    with pytest.raises(IncompatibleError, match=names[-1]):
        look_through(world, STACK, INSTALL, Mount("v", "/data"), "image")


def test_a_cluster_of_ours_is_looked_through() -> None:
    world = world_of(toolbox=cast("Toolbox", Looked("thoth", "thoth_data")))

    look_through(world, STACK, INSTALL, Mount("v", "/data"), "image")
