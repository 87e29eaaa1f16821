import json
import random
from pathlib import Path

import pytest

from tests.profiles.sketching import ENCODERS, profile
from thoth_ai.importing.postgres.encoding import Asked
from thoth_ai.profiles import shapes, telling
from thoth_ai.profiles.column import ColumnProfile

MANY = 60_000

pytestmark = pytest.mark.parametrize("which", ENCODERS)


def test_few_values_are_counted_and_listed(tmp_path: Path, which: str) -> None:
    values = ["b", "a", None, "b", "c", "b", "a", None]

    found = profile(tmp_path / "t.sqlite", values, "s", which)

    assert (found.rows, found.nulls, found.distinct, found.exact) == (8, 2, 3, True)
    assert found.listed == ("a", "b", "c")
    assert found.top == (("b", 3), ("a", 2))
    assert (found.low, found.high, found.unique) == ("a", "c", False)


def test_many_values_are_estimated(tmp_path: Path, which: str) -> None:
    found = profile(tmp_path / "t.sqlite", range(-MANY, MANY), "i", which)

    assert not found.exact
    assert found.unique
    assert abs(found.distinct - 2 * MANY) < 0.2 * 2 * MANY
    assert (found.low, found.high) == (-MANY, MANY - 1)
    assert not found.listed
    assert len(found.sample) > 20


def test_what_is_frequent_among_many_is_found(tmp_path: Path, which: str) -> None:
    values = ["often"] * (MANY // 10) + ["seldom"] * (MANY // 50)
    values += [f"value {number}" for number in range(MANY)]
    random.Random(3).shuffle(values)  # noqa: S311 - repeatable

    found = profile(tmp_path / "t.sqlite", values, "s", which)

    (first, often), (second, seldom) = found.top[:2]
    assert (first, second) == ("often", "seldom")
    assert 0.8 * MANY / 10 <= often <= 1.2 * MANY / 10
    assert 0.6 * MANY / 50 <= seldom <= 1.4 * MANY / 50
    assert not found.unique


def test_a_value_that_repeats_makes_no_key(tmp_path: Path, which: str) -> None:
    twice = [number // 2 for number in range(MANY)]

    assert not profile(tmp_path / "t.sqlite", twice, "i", which).unique


@pytest.mark.parametrize(
    ("letter", "values", "range_"),
    [
        ("f", [1.5, -2.25, 0.0, 1e300], (-2.25, 1e300)),
        ("n", [7, -1.5, 3], (-1.5, 7)),
        ("b", [0, 1, 1], (False, True)),
        ("d", ["2020-02-29", "1969-12-31"], ("1969-12-31", "2020-02-29")),
        ("t", ["2020-02-29 12:00:01"], ("2020-02-29 12:00:01", "2020-02-29 12:00:01")),
        ("s", ["ä", "z", "a" * 500], ("a" * 48, "ä")),
        ("y", [b"\0", b"\xff"], (None, None)),
        ("s", [None], (None, None)),
        ("s", [], (None, None)),
    ],
)  # fmt: skip
def test_the_range_is_told_as_people_write_it(
    tmp_path: Path, which: str, letter: str, values: list[object], range_: object
) -> None:
    found = profile(tmp_path / "t.sqlite", values, letter, which)

    assert (found.low, found.high) == range_


def test_shapes_say_where_digits_and_letters_stand(tmp_path: Path, which: str) -> None:
    values = [f"AB-{number:04}" for number in range(90)] + ["Long-Word 12345"]

    found = profile(tmp_path / "t.sqlite", values, "s", which)

    assert found.shapes[0] == ("AA-9999", 0.989)
    assert shapes.of("Long-Word 12345") == "Aaaa-Aaaa 9{5}"
    assert found.longest == 15


def test_a_profile_is_kept_as_json(tmp_path: Path, which: str) -> None:
    found = profile(tmp_path / "t.sqlite", ["x", "x", "y"], "s", which)

    assert ColumnProfile.read(json.loads(json.dumps(found.as_document()))) == found


def test_many_columns_keep_few_values_each(which: str) -> None:
    assert which
    kept = {width: Asked("", "", "s" * width, ()).kept for width in (1, 64, 128, 1_600)}

    assert kept == {1: 512, 64: 512, 128: 256, 1_600: 20}


def test_facts_name_values_only_where_they_may_be_told(tmp_path: Path, which: str) -> None:
    found = profile(tmp_path / "t.sqlite", ["M", "F", "M", "F", None], "s", which)

    assert telling.facts(found, values=True) == "values: 'F', 'M'; 20% empty"
    assert telling.facts(found, values=False) == "2 different values; 20% empty"


def test_a_value_that_one_row_has_is_no_fact(tmp_path: Path, which: str) -> None:
    found = profile(tmp_path / "t.sqlite", ["ape", "bear", "elephant"], "s", which)

    assert telling.facts(found, values=True) == "every value once"
