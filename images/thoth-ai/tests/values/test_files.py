import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from thoth_ai.values import files
from thoth_ai.values.files import BrokenFileError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "some.values"
    numbers = np.arange(1000, dtype=np.uint64)
    arrays: dict[str, files.Array] = {"small": numbers[:5].astype(np.uint8), "long": numbers}
    arrays["none"] = np.empty(0, np.uint32)
    files.write(path, {"of": "us"}, arrays)
    return path


def test_what_is_written_is_read_as_it_was(path: Path) -> None:
    opened = files.read(path)

    assert opened.about == {"of": "us"}
    assert opened.arrays["small"].tolist() == [0, 1, 2, 3, 4]
    assert int(opened.arrays["long"].sum()) == 999 * 500
    assert len(opened.arrays["none"]) == 0
    assert list(path.parent.iterdir()) == [path]


def test_a_changed_byte_is_noticed_wherever_it_is(path: Path) -> None:
    whole = path.read_bytes()
    padding = {at for at in range(len(whole)) if whole[at] == 0}
    noticed = 0
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            files.read(path)
        except BrokenFileError:
            noticed += 1
        else:
            assert at in padding, f"byte {at} counts"
    assert noticed


@pytest.mark.parametrize("share", [0, 0.01, 0.1, 0.5, 0.999])
def test_a_file_that_is_cut_short_is_refused(path: Path, share: float) -> None:
    os.truncate(path, int(path.stat().st_size * share))

    with pytest.raises(BrokenFileError):
        files.read(path)


def test_a_pickle_is_refused_and_never_loaded(path: Path, tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "harm"),)

    path.write_bytes(pickle.dumps([Harm(), "x" * 1000]))

    with pytest.raises(BrokenFileError, match="not of this format"):
        files.read(path)
    assert not (tmp_path / "harm").exists()
