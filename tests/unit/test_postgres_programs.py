"""What the database's image runs, without a container: the programs beside it are played."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from thothctl.operations.outside_database import LOCALES, Found, strange_orders

LOAD = Path(__file__).parents[2] / "images/postgres/bin/thoth-load"
SERVER = f"""#!{sys.executable} -S
import os, signal  # a shell could not undo that it is to ignore SIGINT
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGINT}})
signal.signal(signal.SIGINT, signal.SIG_DFL)
open(os.environ["READY"], "w").close()
signal.sigtimedwait({{signal.SIGINT}}, 30)
"""
RESTORE = """#!/bin/sh
for dump; do :; done
case "$*" in
  *--list*) echo '5; 1262 16384 DATABASE - shop postgres' ;;
  *--use-list*) cat "$dump" ;;
esac
"""
PSQL = """#!/bin/sh
for word; do case "$word" in */sql) cat "$word" >> "$SAID" ;; esac; done
"""
PLAYED = {
    "thoth-postgres": SERVER,
    "healthcheck": '#!/bin/sh\ntest -e "$READY"\n',
    "pg_restore": RESTORE,
    "psql": PSQL,
    "sync": "#!/bin/sh\n",
}
STRANGE = ("de_DE.utf8", "en_US.iso88591", "en_GB.utf8", "C.ISO-8859-1", "Polish", "Czech", "en_US")
MIXED = (
    ("en_US.utf8", "de_DE.utf8"),
    ("de_DE.utf8", "en_US.utf8"),
    ("C", "de_DE.UTF-8"),
    ("C", "en_US.utf8"),
)
ORDERS = (*((one, one) for one in (*sorted(LOCALES), *STRANGE)), *MIXED)
OF_ICU = "LOCALE_PROVIDER = icu LOCALE = 'en_US.utf8' ICU_LOCALE = 'de-AT'"


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The statement that `thoth-load` ran for a database, by what its dump says of its order."""
    folder = tmp_path_factory.mktemp("load")
    (folder / "bin").mkdir()
    (folder / "dumps").mkdir()
    for name, script in PLAYED.items():
        (folder / "bin" / name).write_text(script)
        (folder / "bin" / name).chmod(0o755)
    orders = [*(as_dumped(*pair) for pair in ORDERS), OF_ICU]
    for number, order in enumerate(orders):
        (folder / "dumps" / f"{number:02}.dump").write_text(statement(order))
    environment = {
        "PATH": f"{folder}/bin:{os.environ['PATH']}",
        "SAID": f"{folder}/said",
        "READY": f"{folder}/ready",
    }
    argv = ["sh", str(LOAD), str(folder / "dumps")]
    subprocess.run(argv, check=True, env=environment, timeout=60, capture_output=True)
    lines = (folder / "said").read_text().splitlines(keepends=True)
    return dict(zip(orders, lines, strict=True))


def statement(order: str) -> str:
    return f"CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' {order};\n"


def as_dumped(collate: str, ctype: str) -> str:
    """In one word where both are the same."""
    if collate == ctype:
        return f"LOCALE_PROVIDER = libc LOCALE = '{collate}'"
    return f"LOCALE_PROVIDER = libc LC_COLLATE = '{collate}' LC_CTYPE = '{ctype}'"


@pytest.mark.parametrize(("collate", "ctype"), ORDERS)
def test_a_database_keeps_its_order_unless_it_was_told_that_it_cannot(
    created: Mapping[str, str], collate: str, ctype: str
) -> None:
    order = as_dumped(collate, ctype)

    told = list(strange_orders((Found("shop", (collate, ctype)),)))

    plain = "CREATE DATABASE shop WITH TEMPLATE = template0;\n"
    assert created[order] == (plain if told else statement(order))


def test_an_order_of_icu_stays_with_a_known_one_beside_it(created: Mapping[str, str]) -> None:
    assert created[OF_ICU] == statement(OF_ICU)
