"""A stored example answers its own question in other words, and no other question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.answering.pairs import DIFFERENT, SAME, SAYING_NOTHING
from thoth_ai.answering.canonical import form
from thoth_ai.answering.embedding import embed
from thoth_ai.answering.matching import Candidate, Match, closest


def matched(question: str, *stored: str) -> Match | None:
    vectors = embed([question, *stored])
    similarities = [float(vectors[0] @ vector) for vector in vectors[1:]]
    candidates = [Candidate(str(key), text) for key, text in enumerate(stored)]
    return closest(question, candidates, similarities)


def test_the_pairs_are_many_and_no_pair_is_listed_twice() -> None:
    assert len(set(SAME)) == len(SAME) >= 60
    assert len(set(DIFFERENT)) == len(DIFFERENT) >= 60


@pytest.mark.parametrize(("stored", "asked"), SAME)
def test_the_same_question_in_other_words_is_answered(stored: str, asked: str) -> None:
    assert matched(asked, stored) is not None
    assert matched(stored, asked) is not None


@pytest.mark.parametrize(("stored", "asked"), DIFFERENT)
def test_another_question_is_never_answered(stored: str, asked: str) -> None:
    assert matched(asked, stored) is None
    assert matched(stored, asked) is None


@pytest.mark.parametrize("question", SAYING_NOTHING)
def test_a_question_that_says_nothing_matches_not_even_itself(question: str) -> None:
    assert matched(question, question) is None


def test_of_several_that_ask_the_same_the_most_similar_wording_is_taken() -> None:
    match = matched("Count the schools in Kern", "How many schools are there in Kern?",
                    "Count schools in Kern")  # fmt: skip

    assert match is not None
    assert match.key == "1"
    assert 0.9 < match.similarity <= 1


def test_without_stored_questions_nothing_matches() -> None:
    assert closest("How many schools are there?", [], []) is None


@given(st.text(max_size=200))
def test_any_text_has_a_form_that_equals_itself(text: str) -> None:
    assert form(text).equals(form(text))


@given(st.text(max_size=80), st.sampled_from(["Fresno", "17", "not", "highest", "-3", "or"]))
def test_one_more_meaningful_word_is_another_question(text: str, word: str) -> None:
    longer = f"{text} schools {word} rooms"

    assert not form(longer).equals(form(f"{text} schools rooms"))
