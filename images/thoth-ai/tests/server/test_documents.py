from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.server import bird, databases, imports
from tests.server.cards import LAST, call, points_of
from thoth_ai.importing import teaching
from thoth_ai.questions.ask import Asker
from thoth_ai.questions.asked import Asked
from thoth_ai.workspaces import upkeep
from thoth_ai.workspaces.models import (
    Evidence,
    VectorPoint,
)


def test_a_document_moves_everything_to_another_workspace(cards: Client, tmp_path: Path) -> None:
    call(cards, "POST", "/examples", LAST)
    call(cards, "PATCH", body={"title": "Our cards", "notice": "Old."})
    call(cards, "PATCH", "/descriptions", {"tables": {"cards": "All"}})
    document = call(cards, "GET", "/export").json()
    call(cards, "DELETE")
    imports.from_file(databases.make(tmp_path / "c.sqlite", bird.CARDS), name="cards")

    answer = call(cards, "POST", "/import", document).json()

    assert answer["skipped"] == []
    assert answer["added"]["examples"] == 2
    assert answer["added"]["evidence"] == 1
    assert call(cards, "GET", "/export").json() == document
    assert Asker().ask(Asked("Which card is last?", "cards")).answered
    assert {text for _, text in points_of("evidence")} == {"rarest refers to MIN(Percent (%))"}
    assert {ref for ref, _ in points_of("evidence")} == {str(Evidence.objects.get().pk)}


def test_importing_a_document_twice_adds_nothing(cards: Client) -> None:
    document = call(cards, "GET", "/export").json()
    count = VectorPoint.objects.count()

    answer = call(cards, "POST", "/import", document).json()

    assert answer["added"] == {"examples": 0, "evidence": 0, "descriptions": 0}
    assert [one["why"] for one in answer["skipped"]] == ["It is stored already."]
    assert VectorPoint.objects.count() == count


def test_what_does_not_fit_is_skipped_with_its_reason(cards: Client) -> None:
    document = {
        "format": "thoth-workspace/1",
        "tables": {"nowhere": "x", "cards": "All"},
        "columns": {"cards": {"nothing": "x", "id": "the number"}},
        "examples": [LAST, {**LAST, "sql": "DROP TABLE cards"}, {**LAST, "sql": "SELECT zz"}],
    }

    answer = call(cards, "POST", "/import", document).json()

    assert answer["added"] == {"examples": 1, "evidence": 0, "descriptions": 2}
    assert [one["what"] for one in answer["skipped"]] == [
        "table nowhere",
        "column cards.nothing",
        "example Which card is last?",
        "example Which card is last?",
    ]
    assert all(one["why"] for one in answer["skipped"])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"format": "thoth-workspace/2"}, "format"),
        ({"exmaples": []}, "exmaples"),
        ({"examples": [{**LAST, "sqll": ""}]}, "examples[0] has the unknown field 'sqll'"),
        ({"examples": [{"question": "Which?"}]}, "examples[0].sql"),
        ({"examples": [{**LAST, "origin": "generated"}]}, "examples[0].origin"),
        ({"examples": {}}, "examples must be a list"),
        ({"evidence": [3]}, "evidence[0]"),
        ({"evidence": [""]}, "evidence[0] is empty"),
        ({"columns": {"cards": {"id": {"personal": "yes"}}}}, "personal"),
        ({"columns": []}, "columns"),
        ({"tables": {"cards": "x" * 20_001}}, "tables.cards is longer"),
        ({"notice": "\ud83d"}, "notice"),
    ],
)
def test_a_wrong_document_is_refused_whole(
    cards: Client, change: dict[str, Any], named: str
) -> None:
    before = call(cards, "GET", "/export").json()
    document = {"format": "thoth-workspace/1", "title": "changed", "evidence": ["new"], **change}

    answer = call(cards, "POST", "/import", document)

    assert answer.status_code == 422
    assert named in answer.json()["detail"]
    assert call(cards, "GET", "/export").json() == before


def test_a_failure_half_way_leaves_nothing_of_a_document(
    cards: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = call(cards, "GET", "/export").json()
    monkeypatch.setattr(upkeep, "create", lambda *_: 1 / 0)
    document = {"format": "thoth-workspace/1", "title": "new", "tables": {"cards": "new"}}

    assert call(cards, "POST", "/import", document).status_code == 500
    assert call(cards, "GET", "/export").json() == before


def test_a_document_that_takes_too_long_says_what_is_left(
    cards: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "SECONDS_TO_TRY", -1.0)
    document = {"format": "thoth-workspace/1", "examples": [LAST]}

    answer = call(cards, "POST", "/import", document).json()

    assert answer["added"]["examples"] == 0
    assert "no time" in answer["skipped"][0]["why"]


def test_a_large_document_is_taken_and_a_huge_one_refused(cards: Client) -> None:
    large = {"format": "thoth-workspace/1", "evidence": [f"{n} " * 400 for n in range(1000)]}

    assert call(cards, "POST", "/import", large).json()["added"]["evidence"] == 1000
    assert call(cards, "POST", "/import", b" " * (16 * 1024 * 1024 + 1)).status_code == 413
