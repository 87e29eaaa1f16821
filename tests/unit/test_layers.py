"""What was written into a container's own layer, told from mounts and from what passes."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from played_containers import INSTALL

from thothctl.adapters.inspection import written
from thothctl.model.finding import Verdict
from thothctl.model.inspected import InspectedContainer, Mounted
from thothctl.probes.layers import unchanged

if TYPE_CHECKING:
    from thothctl.model.finding import Finding
    from thothctl.world import World


def found(**paths: tuple[str, ...]) -> "Finding":
    engine = SimpleNamespace(written=lambda _: paths)
    return unchanged(cast("World", SimpleNamespace(engine=engine)), INSTALL)


def test_mounts_and_the_folders_that_lead_to_them_are_nobody_s_writing() -> None:
    one = InspectedContainer(
        name="app",
        service="app",
        image="app",
        mounts=(Mounted("volume", "v", "/data"), Mounted("bind", "k", "/run/secrets/key")),
        memory_folders=("/scratch",),
    )
    same = ["/run", "/run/secrets", "/run/secrets/key", "/data", "/scratch"]

    assert written(one, same) == ()
    assert written(one, [*same, "/opt", "/opt/a", "/opt/a/b", "/database"]) == (
        "/database", "/opt/a/b",
    )  # fmt: skip


def test_f11_what_lies_in_a_container_itself_is_named_with_what_to_do() -> None:
    assert found(app=(), worker=("/root/x", "/run/y")).verdict is Verdict.PASS

    told = found(app=tuple(f"/opt/{n}" for n in range(6)))

    assert told.verdict is Verdict.WARN
    assert told.summary == (
        "written into containers: app:/opt/0, app:/opt/1, app:/opt/2, app:/opt/3 and 2 more"
    )
    assert "compose.override.yaml" in told.hint
