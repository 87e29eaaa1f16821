"""Who may install units, and what the others are told."""

import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from thothctl.errors import InvalidInputError
from thothctl.model.unit import Account, Caller, UnitPlace
from thothctl.operations.service_unit import refuse_unfit
from thothctl.operations.unit_files import UnitRequest
from thothctl.world import World

CALLER = Caller(
    ("/opt/thothctl",), {"THOTHCTL_HOME": "/srv/my data"}, Account("ann", 1000, may_use_docker=True)
)


def world(*, root: bool) -> World:
    units = SimpleNamespace(
        manages=lambda: True, caller=lambda: CALLER, folder=lambda _: "/etc/systemd/system"
    )
    return cast("World", SimpleNamespace(units=units, host=SimpleNamespace(is_root=lambda: root)))


def test_without_root_the_line_for_sudo_is_given_with_the_records_of_the_caller() -> None:
    with pytest.raises(InvalidInputError) as caught:
        refuse_unfit(world(root=False), UnitRequest("default"))

    line = caught.value.hint.split("`")[1]
    assert shlex.split(line) == [
        "sudo", "env", "THOTHCTL_HOME=/srv/my data", "/opt/thothctl", "service", "install",
        "--install", "default", "--user", "ann",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("is_root", "place"),
    [
        (True, UnitPlace()),
        (False, UnitPlace(for_user=True)),
        (False, UnitPlace(root=Path("/elsewhere"))),
    ],
)
def test_root_may_and_anybody_in_a_place_of_their_own(is_root: bool, place: UnitPlace) -> None:  # noqa: FBT001 - parametrized
    refuse_unfit(world(root=is_root), UnitRequest("default", place))
