import pytest
from django.test import Client

from tests.server.cards import LAST, call
from thoth_ai.questions.ask import Asker
from thoth_ai.questions.asked import Asked
from thoth_ai.workspaces.models import (
    Example,
    VectorPoint,
)


def test_an_example_is_tried_stored_and_answers_at_once(cards: Client) -> None:
    answer = call(cards, "POST", "/examples", LAST)

    assert answer.status_code == 201
    assert answer.json()["origin"] == "user"
    assert Asker().ask(Asked("Which card is last?", "cards")).answered
    listed = call(cards, "GET", "/examples?limit=1").json()
    assert listed["examples"] == [answer.json()]
    assert listed["total"] == Example.objects.count()
    older = call(cards, "GET", f"/examples?before={answer.json()['id']}").json()["examples"]
    assert LAST["question"] not in [one["question"] for one in older]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**LAST, "sql": "DELETE FROM cards"}, "SELECT"),
        ({**LAST, "sql": "SELECT x FROM nowhere"}, "nowhere"),
        ({"question": "Which?"}, "sql is missing"),
        ({**LAST, "question": " "}, "question is empty"),
        ({**LAST, "origin": "bird"}, "origin"),
        ({**LAST, "difficulty": "hard", "database": "x"}, "database"),
    ],
)
def test_an_example_that_does_not_prove_itself_is_refused(
    cards: Client, body: object, named: str
) -> None:
    before = Example.objects.count()

    answer = call(cards, "POST", "/examples", body)

    assert answer.status_code == 422
    assert named in answer.json()["detail"]
    assert Example.objects.count() == before


def test_the_same_example_is_not_stored_twice(cards: Client) -> None:
    call(cards, "POST", "/examples", LAST)

    assert call(cards, "POST", "/examples", LAST).status_code == 422


def test_a_taught_question_takes_the_place_of_the_generated_one(cards: Client) -> None:
    asked = {"question": "How many cards are there?", "sql": "SELECT count(id) FROM cards"}

    call(cards, "POST", "/examples", asked)

    stored = Example.objects.filter(question=asked["question"])
    assert [one.origin for one in stored] == ["user"]


def test_an_example_can_be_forgotten(cards: Client) -> None:
    number = call(cards, "POST", "/examples", LAST).json()["id"]

    assert call(cards, "DELETE", f"/examples/{number}").status_code == 204
    assert call(cards, "DELETE", f"/examples/{number}").status_code == 404
    assert not VectorPoint.objects.filter(kind="example", ref=str(number)).exists()
