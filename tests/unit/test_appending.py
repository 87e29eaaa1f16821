"""Lines that several commands add to one file."""

import threading
from pathlib import Path

from thothctl.adapters.files import append_durably


def test_no_line_is_lost_where_several_add_at_once(tmp_path: Path) -> None:
    file = tmp_path / "log"
    words = [f"{n} {'x' * 500}" for n in range(40)]
    words.sort()
    threads = [threading.Thread(target=append_durably, args=(file, one)) for one in words]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(file.read_text().splitlines()) == words


def test_a_line_that_a_power_cut_tore_spoils_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text('{"event": "whole"}\n{"event": "to')

    append_durably(file, '{"event": "next"}')

    assert file.read_text().splitlines()[1:] == ['{"event": "to', '{"event": "next"}']
