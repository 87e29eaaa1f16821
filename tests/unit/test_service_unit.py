"""Who may install units, and what the others are told."""

import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from thothctl.errors import InvalidInputError
from thothctl.model.unit import Account, Caller, UnitPlace
from thothctl.operations.service_unit import by_hand, installed, refuse_unfit, uninstall
from thothctl.operations.unit_files import UnitRequest, mark
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


class Folders:
    """Unit files of the machine and of one account; remembers what the manager was told."""

    def __init__(self, home: Path) -> None:
        text = f"# {mark('default', home)}\n[Unit]\n"
        own = {"thoth-default.service": text, "thoth-other.service": "# of somebody else\n"}
        self.files = {False: dict(own), True: dict(own)}
        self.told: list[str] = []
        self.running = True

    def manages(self) -> bool:
        return self.running

    def caller(self) -> Caller:
        return CALLER

    def read(self, place: UnitPlace) -> dict[str, str]:
        return dict(self.files[place.for_user])

    def remove(self, place: UnitPlace, name: str) -> None:
        del self.files[place.for_user][name]

    def control(self, place: UnitPlace, words: list[str]) -> tuple[int, str]:
        self.told.append(" ".join(words))
        return 0, ""


def with_units(folders: Folders, *, root: bool) -> World:
    host = SimpleNamespace(is_root=lambda: root)
    return cast("World", SimpleNamespace(units=folders, host=host, home=Path("/srv/my data")))


def test_units_of_the_install_are_found_where_they_lie_and_removed_with_it() -> None:
    folders = Folders(Path("/srv/my data"))
    machine = with_units(folders, root=True)

    for request in installed(machine, "default"):
        assert by_hand(machine, request) == ""
        uninstall(machine, request)

    assert [list(files) for files in folders.files.values()] == [["thoth-other.service"]] * 2
    assert folders.told[0] == "disable --now thoth-default.service"
    assert installed(machine, "default") == ()


def test_what_this_account_may_not_remove_is_told_as_a_line_to_run() -> None:
    folders = Folders(Path("/srv/my data"))
    ordinary = with_units(folders, root=False)
    system, own = installed(ordinary, "default")

    assert by_hand(ordinary, system).startswith("sudo env 'THOTHCTL_HOME=/srv/my data'")
    assert by_hand(ordinary, own) == ""
    folders.running = False
    assert by_hand(ordinary, own).endswith("service uninstall --install default --user-unit")
