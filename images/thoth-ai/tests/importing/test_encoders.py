"""Both encoders give the same bytes, the same misfits and the same sums."""

import math
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importing import generated
from tests.services import native
from thoth_ai.importing import inspection
from thoth_ai.importing.postgres import columns, decimals, encoding, kinds, python_decimals
from thoth_ai.importing.postgres.encoding import Encoder
from thoth_ai.importing.postgres.python_encoder import PythonEncoder
from thoth_ai.importing.postgres.python_sketch import Sketched

EDGES = (
    None, 0, 1, -1, 2**63 - 1, -(2**63), 2**53, 2**53 + 1, 0.0, -0.0, 1.5, 0.1, 1e22, 1e-7, 5e-324,
    1.7976931348623157e308, math.inf, -math.inf, 123456.789, 9007199254740993.0, "", "a", "ä", "東京",
    "🦩", "a\0b", "x" * 5_000, "2020-02-29", "2019-02-29", "0000-01-01", "0001-01-01", "9999-12-31",
    "2020-1-1", "2020-01-01 23:59:59", "2020-01-01 24:00:00", "2020-01-01T00:00:00", "1999-12-31",
    "1900-02-28 00:00:00", "2020-01-01 00:00:00.5", b"", b"\0\xff", b"2020-01-01",
)  # fmt: skip
BROKEN = ("ff41", "c3", "eda080", "f4908080", "c080", "f09f", "e0a0", "4180")
VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.decimals(-10_000, 10_000, places=2).map(float),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.binary(max_size=40),
    st.dates().map(str),
    st.datetimes().map(lambda one: str(one.replace(microsecond=0))),
)

ENCODERS = ["python", "native"]


def opened(which: str, path: Path, letter: str, kept: int = 8) -> Encoder:
    if which == "native":
        native.require()
    kind = encoding.NativeEncoder if which == "native" else PythonEncoder
    assert kind
    return kind(f"file:{path}?mode=ro&immutable=1", "SELECT a, rowid FROM t", letter, (1,), kept)


Read = tuple[bytes, list[encoding.Misfit], list[encoding.Totals], int, list[Sketched]]


class _Silent:
    def progress(self, *_: object) -> None: ...


def read(encoder: Encoder, wanted: int = 64) -> Read:
    content = b""
    misfits: list[encoding.Misfit] = []
    with closing(encoder):
        while chunk := encoder.chunk(wanted):
            content += chunk
            misfits += encoder.misfits()
        return content, misfits, list(encoder.totals()), encoder.rows, certain(encoder)


def certain(encoder: Encoder) -> list[Sketched]:
    """Return the sketches without what is frequent, which depends on the portions."""
    return [(*one[:6], list(one[6]), ()) for one in encoder.sketches()]


def filled(path: Path, values: object) -> Path:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (a)")
        connection.executemany("INSERT INTO t VALUES (?)", [(one,) for one in values])  # type: ignore[attr-defined]
        for broken in BROKEN:
            connection.execute(f"INSERT INTO t VALUES (CAST(x'{broken}' AS TEXT))")
    return path


@pytest.mark.parametrize("kind", kinds.ALL, ids=lambda kind: kind.name)
def test_the_encoders_agree_at_every_edge(tmp_path: Path, kind: kinds.Kind) -> None:
    path = filled(tmp_path / "t.sqlite", EDGES)

    found = [read(opened(which, path, kind.letter)) for which in ("python", "native")]

    assert found[0] == found[1]
    assert found[0][3] == len(EDGES) + len(BROKEN)


@settings(max_examples=40)
@given(values=st.lists(VALUES, max_size=60), kind=st.sampled_from(kinds.ALL))
def test_the_encoders_agree_on_anything(
    tmp_path_factory: pytest.TempPathFactory, values: list[object], kind: kinds.Kind
) -> None:
    path = filled(tmp_path_factory.mktemp("any") / "t.sqlite", values)

    assert read(opened("python", path, kind.letter)) == read(opened("native", path, kind.letter))


@pytest.mark.parametrize("table", generated.SHARES)
@pytest.mark.parametrize("nulls", [2, 700])
def test_the_encoders_agree_on_whole_tables(tmp_path: Path, table: str, nulls: int) -> None:
    native.require()
    path = generated.dirty(tmp_path / "t.sqlite", 12_000).path
    (schema,) = (one for one in inspection.inspect(path, _Silent()) if one.name == table)
    with closing(sqlite3.connect(path)) as connection, connection:
        letters = "".join(kind.letter for kind in columns.declared(connection, schema))
        names = [f'"{one.name}"' for one in schema.columns]
        last = names[-1]
        names[-1] = f"CASE WHEN abs(random()) % {nulls} THEN {last} END"
        made = f'CREATE TABLE made AS SELECT {", ".join(names)} FROM "{table}"'
        connection.execute(made)
    assert encoding.NativeEncoder
    query = (encoding.place(path), "SELECT *, rowid FROM made", letters, (len(names),), 16)

    found = [read(kind(*query), 9_000) for kind in (PythonEncoder, encoding.NativeEncoder)]

    assert found[0] == found[1]


@pytest.mark.parametrize("which", ENCODERS)
def test_nothing_is_lost_whatever_the_kind(tmp_path: Path, which: str) -> None:
    path = filled(tmp_path / "t.sqlite", EDGES)
    for kind in kinds.ALL:
        _, misfits, ((nulls, diverted, _, classes),), rows, _ = read(
            opened(which, path, kind.letter)
        )

        assert (nulls, diverted) == (1, len(misfits))
        assert nulls + sum(classes) == rows
        for _, reason, _, ((number, key),) in misfits:
            assert number == 1
            assert 1 <= struct.unpack(">q", key)[0] <= rows
            assert encoding.REASONS[reason]


@pytest.mark.parametrize("which", ENCODERS)
def test_a_misfit_keeps_its_bytes(tmp_path: Path, which: str) -> None:
    path = filled(tmp_path / "t.sqlite", (b"\0\xff", 7, 1.5, "tä\0xt"))

    _, misfits, *_ = read(opened(which, path, "d"))

    stored = [(encoding.CLASSES[kind], raw) for _, _, (kind, raw), _ in misfits]
    assert stored[:4] == [
        ("blob", b"\0\xff"),
        ("integer", struct.pack(">q", 7)),
        ("real", struct.pack(">d", 1.5)),
        ("text", "tä\0xt".encode()),
    ]
    assert stored[4:] == [("text", bytes.fromhex(one)) for one in BROKEN]


@pytest.mark.parametrize("which", ENCODERS)
def test_halves_of_a_character_are_no_text_however_close_they_are(
    tmp_path: Path, which: str
) -> None:
    path = filled(tmp_path / "t.sqlite", ("ä",))
    with closing(sqlite3.connect(path)) as connection, connection:
        for half in ("61c3", "a4", ""):
            connection.execute(f"INSERT INTO t VALUES (CAST(x'{half}' AS TEXT))")

    _, misfits, *_ = read(opened(which, path, "s"))

    assert [raw.hex() for _, _, (_, raw), _ in misfits[-2:]] == ["61c3", "a4"]


@settings(max_examples=60)
@given(values=st.lists(st.one_of(
    st.decimals(-(10**9), 10**9, places=6).map(float), st.floats(allow_nan=False),
    st.integers(-(2**63), 2**63 - 1), st.sampled_from((1e15, 999999999999999.0, -0.0, 1e-6)),
), min_size=1, max_size=40))  # fmt: skip
def test_many_decimals_are_those_of_each(values: list[float]) -> None:
    together = python_decimals.of(values)

    sizes = zip(together.front, together.widths.tolist(), strict=True)
    assert [row[:size].tobytes() for row, size in sizes] == [
        decimals.encoded(decimals.plain(value)) for value in values
    ]


@pytest.mark.parametrize("which", ENCODERS)
def test_a_damaged_file_is_an_error_of_sqlite(tmp_path: Path, which: str) -> None:
    path = filled(tmp_path / "t.sqlite", [b"x" * 900] * 200)
    raw = bytearray(path.read_bytes())
    raw[8192:] = b"\xa5" * (len(raw) - 8192)
    path.write_bytes(raw)

    with pytest.raises(sqlite3.DatabaseError):
        read(opened(which, path, "y"))
    with pytest.raises(sqlite3.DatabaseError):
        read(opened(which, tmp_path / "none.sqlite", "y"))


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_decimal_means_the_double_it_came_from(value: float) -> None:
    assert float(decimals.plain(value)) == value


@pytest.mark.parametrize("which", ENCODERS)
def test_long_values_after_short_ones_do_not_fill_the_memory(which: str, tmp_path: Path) -> None:
    long = "x" * 5_000
    path = filled(tmp_path / "long", ["a"] * 20_000 + [long] * 4_000)

    with closing(opened(which, path, "s")) as encoder:
        pieces = []
        while chunk := encoder.chunk(encoding.CHUNK):
            pieces.append(len(chunk))

    assert encoder.rows == 24_000 + len(BROKEN)
    assert max(pieces) < 3_000_000 < sum(pieces)
