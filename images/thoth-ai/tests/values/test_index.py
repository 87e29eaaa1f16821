import random
from pathlib import Path

import pytest

from tests.bench import texts
from tests.values import made
from thoth_ai.values import building
from thoth_ai.values.files import BrokenFileError
from thoth_ai.values.index import Effort, Place, ValueIndex

VALUES = texts.values(20_000)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ValueIndex:
    folder = tmp_path_factory.mktemp("values")
    codes = ["F", "CA", "Ca", "09", "Los Ángeles", " ", ""]
    return made.index(folder, {"t.names": VALUES, "u.codes": codes, "t.same": ["CA", "Ricci"]})


def values(index: ValueIndex, text: str) -> list[str]:
    return [hit.value for hit in index.search(text)]


@pytest.mark.parametrize("spelled", ["f", "F", " f "])
def test_a_code_of_one_letter_is_found(index: ValueIndex, spelled: str) -> None:
    assert [hit.value for hit in index.exact(spelled)] == ["F"]
    assert values(index, spelled)[0] == "F"


def test_a_value_is_told_once_with_every_column_it_stands_in(index: ValueIndex) -> None:
    (upper, lower) = index.exact("ca")

    assert (upper.value, upper.places) == (
        "CA",
        (Place("t", "names"), Place("u", "codes"), Place("t", "same")),
    )
    assert (lower.value, lower.places) == ("Ca", (Place("u", "codes"),))


@pytest.mark.parametrize(
    ("spelled", "least"),
    [(texts.other_case, 1.0), (texts.one_typo, 0.99), (texts.two_typos, 0.9)],
)
def test_a_value_is_among_the_first_ten(
    index: ValueIndex, spelled: texts.Spelled, least: float
) -> None:
    chance = random.Random(1)  # noqa: S311 - the same ones every time
    asked = chance.choices(VALUES, k=200)

    right = sum(value in values(index, spelled(value, chance)) for value in asked)

    assert right / len(asked) >= least


def test_another_order_of_words_is_found(index: ValueIndex) -> None:
    value = next(value for value in VALUES if value.count(" ") == 2)

    assert value in values(index, " ".join(reversed(value.split())))


@pytest.mark.parametrize("text", ["", " ", "\n", "\0", "☃", "no such thing at all", "x" * 5000])
def test_what_nothing_resembles_finds_nothing(index: ValueIndex, text: str) -> None:
    assert index.search(text) == []
    assert index.exact(text) == []


def test_texts_are_given_back_column_by_column(index: ValueIndex) -> None:
    assert bytes(index.texts_of(2)) == b"CA\0Ricci\0"
    assert bytes(index.texts_of(0)).decode().split("\0")[:-1] == VALUES


@pytest.mark.parametrize("size", [2, 3, 4])
def test_each_size_of_grams_finds(tmp_path: Path, size: int) -> None:
    index = made.index(tmp_path, {"t.a": VALUES[:500]}, size)

    assert values(index, VALUES[100].upper())[0] == VALUES[100]


def test_an_index_without_values_finds_nothing(tmp_path: Path) -> None:
    index = made.index(tmp_path, {})

    assert (len(index), index.search("a"), index.exact("a")) == (0, [], [])


def test_more_blocks_find_as_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "BLOCK", 333)
    index = made.index(tmp_path, {"t.a": VALUES[:1000], "t.b": VALUES[500:2000]})

    assert len(index) == 2500
    hit = index.exact(VALUES[700])[0]
    assert hit.places == (Place("t", "a"), Place("t", "b"))
    assert values(index, VALUES[1999].upper())[0] == VALUES[1999]


def test_the_threshold_keeps_out_what_is_less_alike(tmp_path: Path) -> None:
    made.index(tmp_path, {"t.a": ["Fresno Unified"]})
    strict = ValueIndex(tmp_path / "made.values", Effort(threshold=0.95))

    assert strict.search("Fresno Unifed") == []
    assert values(strict, "fresno unified") == ["Fresno Unified"]


def test_a_whole_file_of_something_else_is_refused(tmp_path: Path) -> None:
    from thoth_ai.values import files  # noqa: PLC0415

    files.write(tmp_path / "other", {"size": 3}, {"texts": VALUES_AS_BYTES})

    with pytest.raises(BrokenFileError, match="other parts"):
        ValueIndex(tmp_path / "other")


VALUES_AS_BYTES = made.column("t", "a", VALUES[:3]).texts
