import pytest
from hypothesis import given
from hypothesis import strategies as st

from thoth_ai.answering import words
from thoth_ai.values import grams, ranking
from thoth_ai.values.folding import END, fold, fold_all

TEXTS = st.lists(st.text(min_size=1, max_size=12).filter(fold), min_size=1, max_size=20)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20))
def test_many_texts_fold_as_each_of_them_does(texts: list[str]) -> None:
    assert fold_all(texts).split(END) == [fold(text) for text in texts]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LOS ÁNGELES", "los angeles"),
        ("Straße", "strasse"),
        ("\tSan\n José ", "san jose"),
        ("\uff21\uff22\uff23", "abc"),
        ("Köln", "koln"),
    ],
)
def test_spellings_of_one_value_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == other


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N"]), max_size=20))
def test_folding_is_that_of_questions(text: str) -> None:
    assert fold(text) == words.fold(text)


@given(TEXTS, st.sampled_from(list(grams.SIZES)))
def test_a_block_has_for_each_text_the_grams_of_that_text(texts: list[str], size: int) -> None:
    run = grams.of_block(fold_all(texts), len(texts), size)
    begin = 0
    found: dict[int, set[int]] = {number: set() for number in range(len(texts))}
    for gram, count in zip(run.grams, run.counts, strict=True):
        for document in run.documents[begin : begin + int(count)]:
            found[int(document)].add(int(gram))
        begin += int(count)

    for number, text in enumerate(texts):
        folded = fold(text)
        assert found[number] == {int(one) for one in grams.of_text(folded, size)}
        assert run.sizes[number] == min(255, len(found[number]))
        assert run.hashes[number] == grams.hash_of(folded)


@pytest.mark.parametrize("size", grams.SIZES)
@pytest.mark.parametrize("code", ["F", "CA", "09"])
def test_the_shortest_codes_have_grams_of_their_own(code: str, size: int) -> None:
    mine = set(grams.of_text(fold(code), size).tolist())

    assert mine
    assert mine != set(grams.of_text(fold(code + "x"), size).tolist())


@given(st.text(alphabet="abc", max_size=9), st.text(alphabet="abc", max_size=9))
def test_the_distance_is_that_of_the_textbook(one: str, other: str) -> None:
    row = list(range(len(other) + 1))
    for at, mine in enumerate(one, 1):
        before, row[0] = row[0], at
        for to, theirs in enumerate(other, 1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (mine != theirs))

    assert ranking.distance(one, other) == row[-1]
