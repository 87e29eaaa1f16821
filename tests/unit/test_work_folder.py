"""What a command works on is its own, and is gone with it or with the next one."""

import os
import time
from pathlib import Path

from thothctl.adapters.work_folder import KEPT_SECONDS, kept_folder, work_folder


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))


def never() -> None:
    raise AssertionError


def test_a_folder_is_gone_afterwards_and_so_is_what_a_killed_command_left(tmp_path: Path) -> None:
    (tmp_path / "work/unpacked-killed/dev").mkdir(parents=True)
    (tmp_path / "work/import-x").mkdir()

    with work_folder(tmp_path, "unpacked") as one, work_folder(tmp_path, "unpacked") as other:
        assert names(tmp_path / "work") == sorted([one.name, other.name, "import-x"])

    assert [item.name for item in (tmp_path / "work").iterdir()] == ["import-x"]


def test_what_was_fetched_in_part_waits_some_time(tmp_path: Path) -> None:
    for name, age in (("old", KEPT_SECONDS + 60), ("young", 60), ("held", KEPT_SECONDS + 60)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part").touch()
        for path in (tmp_path / name / "part", tmp_path / name):
            os.utime(path, (time.time() - age,) * 2)

    with kept_folder(tmp_path / "held", never), kept_folder(tmp_path / "new", never):
        assert names(tmp_path) == ["held", "young"]
