"""Vectors from hashed words: the same everywhere, and near where wordings are near."""

import subprocess
import sys

import numpy as np
import pytest

from thoth_ai.answering import vectors
from thoth_ai.answering.embedding import DIMENSIONS, MODEL_ID, embed
from thoth_ai.answering.words import fold, singular, stem

STORED = [
    "How many charter schools are there in Alameda County?",
    "Which school has the highest average math score?",
    "List the phone numbers of schools in Fresno",
    "What share of students is eligible for free meals in each county?",
    "Which districts closed a school after 2010?",
]


def test_vectors_have_length_one_and_the_promised_shape() -> None:
    found = embed(STORED)

    assert found.shape == (len(STORED), DIMENSIONS)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("text", ["", "  ", "?!"])
def test_a_text_without_words_is_the_zero_vector(text: str) -> None:
    assert not embed([text]).any()


def test_no_texts_give_no_vectors() -> None:
    assert embed([]).shape == (0, DIMENSIONS)


def test_another_process_with_another_hash_seed_computes_the_same_bytes() -> None:
    script = (
        "import sys; from thoth_ai.answering.embedding import embed;"
        "sys.stdout.buffer.write(embed(['How many schools closed in Fresno?']).tobytes())"
    )
    path = ":".join(sys.path)
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            env={"PYTHONPATH": path, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]

    assert runs[0] == runs[1] == embed(["How many schools closed in Fresno?"]).tobytes()


def test_a_vector_computed_today_is_the_one_stored_under_this_model() -> None:
    """Whoever changes the embedding must change MODEL_ID, so that indexes are built again."""
    first = embed(["charter schools of Alameda"])[0]
    strongest = [int(place) for place in np.argsort(-np.abs(first))[:3]]

    assert MODEL_ID == "thoth-hashing-1024-v1"
    assert strongest == [386, 270, 304]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("number of charter schools, Alameda county", 0),
        ("best math scores", 1),
        ("telephone of fresno school", 2),
        ("eligible for free meal per county", 3),
        ("district closings after 2010", 4),
    ],
)
def test_the_nearest_wording_comes_first(asked: str, expected: int) -> None:
    best, *_ = vectors.nearest(embed([asked])[0], embed(STORED), 3)

    assert best[0] == expected


def test_a_spelling_mistake_stays_near() -> None:
    right, wrong, other = embed(["Alameda County", "Alamedda Countty", "Sierra Valley"])

    assert right @ wrong > right @ other + 0.1


def test_nearest_is_sorted_bounded_and_breaks_ties_by_row() -> None:
    matrix = np.eye(4, dtype=np.float32)[[2, 1, 1, 0]]

    assert vectors.nearest(matrix[1], matrix, 3) == [(1, 1.0), (2, 1.0), (0, 0.0)]
    assert vectors.nearest(matrix[1], matrix, 0) == []
    assert vectors.nearest(matrix[1], matrix[:0], 3) == []


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Pérez", "perez"), ("ÅNGSTRÖM", "angstrom"), ("ﬁne", "fine"), ("が", "が"), ("Йод", "йод")],
)
def test_folding_strips_accents_of_latin_letters_only(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("word", "one"),
    [("counties", "county"), ("classes", "class"), ("boxes", "box"), ("schools", "school"),
     ("class", "class"), ("status", "status"), ("gas", "gas"), ("ties", "tie"), ("as", "as")],
)  # fmt: skip
def test_singular_drops_the_ending_only(word: str, one: str) -> None:
    assert singular(word) == one


@pytest.mark.parametrize(
    "group",
    [("score", "scores", "scoring", "scored"), ("planned", "planning"), ("offers", "offer")],
)
def test_inflections_share_a_stem(group: tuple[str, ...]) -> None:
    assert len({stem(word) for word in group}) == 1


@pytest.mark.parametrize("word", ["string", "need", "red", "king"])
def test_a_word_that_only_looks_inflected_keeps_its_sound(word: str) -> None:
    assert stem(word) == word
