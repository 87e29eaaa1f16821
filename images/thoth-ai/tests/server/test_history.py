import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from provider_server import ProviderServer

from tests.server import databases, imports
from tests.server.conversations import ask, delete, get, post
from thoth_ai.accounts.models import ApiToken, User
from thoth_ai.providers.types import ProviderSettings
from thoth_ai.workspaces.models import Example

QUESTION = "Which animal is the last?"
SQL = 'SELECT "name" FROM "animals" ORDER BY "id" DESC LIMIT 1'


@pytest.fixture
def zoo(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    assert imports.from_file(databases.small(tmp_path / "zoo.sqlite", rows=30)).status == 0
    with ProviderServer([{"match": "", "reply": json.dumps({"sql": SQL})}]) as server:
        chosen = ProviderSettings("custom", "m", server.openai)
        monkeypatch.setattr("django.conf.settings.LANGUAGE_MODEL", chosen)
        yield client


def test_what_was_asked_is_listed_newest_first_without_rows(zoo: Client) -> None:
    first = ask(zoo, QUESTION)
    second = ask(zoo, "How many animals are there?")

    listed = get(zoo, "questions?workspace=zoo").json()["questions"]

    assert [entry["id"] for entry in listed] == [second["id"], first["id"]]
    assert get(zoo, f"questions?before={second['id']}").json()["questions"][0]["id"] == first["id"]
    kept = get(zoo, f"questions/{first['id']}").json()
    assert (kept["sql"], kept["rows"], kept["row_count"]) == (SQL, [], 1)


def test_a_question_is_forgotten_on_request(zoo: Client) -> None:
    asked = ask(zoo, QUESTION)

    assert delete(zoo, f"questions/{asked['id']}") == 204

    assert get(zoo, f"questions/{asked['id']}").status_code == 404
    assert delete(zoo, f"questions/{asked['id']}") == 404


def test_the_history_of_others_is_not_shown(zoo: Client) -> None:
    asked = ask(zoo, QUESTION)
    other = User.objects.create_user("other@example.org", "a long password")
    _, token = ApiToken.mint(other, "test", None)
    theirs = {"Authorization": f"Bearer {token}"}

    assert zoo.get("/api/v1/questions", headers=theirs).json() == {"questions": []}
    assert zoo.get(f"/api/v1/questions/{asked['id']}", headers=theirs).status_code == 404


def test_a_right_answer_becomes_an_example_that_answers_next_time(zoo: Client) -> None:
    asked = ask(zoo, QUESTION)

    judged = post(zoo, f"questions/{asked['id']}/verdict", {"verdict": "up"}).json()

    assert judged["example"]
    again = ask(zoo, "which animal is last?")
    assert (again["source"]["kind"], again["rows"]) == ("example", asked["rows"])


def test_corrected_sql_is_what_is_kept_and_wins_over_an_older_example(zoo: Client) -> None:
    asked = ask(zoo, "How many animals are there?")
    corrected = 'SELECT COUNT(*) AS animals FROM "animals"'

    judged = post(
        zoo, f"questions/{asked['id']}/verdict", {"verdict": "up", "sql": corrected}
    ).json()

    assert Example.objects.get(pk=judged["example"]).sql == corrected
    assert ask(zoo, "How many animals are there?")["sql"] == corrected


@pytest.mark.parametrize("verdict", ["down", ""])
def test_a_verdict_taken_back_takes_its_example_away(zoo: Client, verdict: str) -> None:
    asked = ask(zoo, QUESTION)
    judged = post(zoo, f"questions/{asked['id']}/verdict", {"verdict": "up"}).json()

    after = post(zoo, f"questions/{asked['id']}/verdict", {"verdict": verdict}).json()

    assert after["example"] is None
    assert not Example.objects.filter(pk=judged["example"]).exists()


def test_an_example_is_not_stored_twice(zoo: Client) -> None:
    asked = ask(zoo, "How many animals are there?")
    before = Example.objects.count()

    judged = post(zoo, f"questions/{asked['id']}/verdict", {"verdict": "up"}).json()

    assert judged["example"] is None
    assert "already" in judged["note"]
    assert Example.objects.count() == before


def test_a_follow_up_that_does_not_stand_alone_is_not_stored(zoo: Client) -> None:
    first = ask(zoo, QUESTION)
    second = ask(zoo, "And the first?", previous=first["id"])

    judged = post(zoo, f"questions/{second['id']}/verdict", {"verdict": "up"}).json()

    assert judged["example"] is None
    assert "follow-up" in judged["note"]


@pytest.mark.parametrize("sql", ["DROP TABLE animals", "SELECT nothing FROM animals"])
def test_a_correction_that_does_not_run_changes_nothing(zoo: Client, sql: str) -> None:
    asked = ask(zoo, QUESTION)
    post(zoo, f"questions/{asked['id']}/verdict", {"verdict": "up"})
    before = list(Example.objects.values_list("pk", "sql"))

    response = post(zoo, f"questions/{asked['id']}/verdict", {"verdict": "up", "sql": sql})

    assert response.status_code == 422
    assert list(Example.objects.values_list("pk", "sql")) == before


def test_edited_sql_is_run_and_kept(zoo: Client) -> None:
    asked = ask(zoo, QUESTION)

    reply = post(
        zoo, "sql", {"workspace": "zoo", "sql": "SELECT 1 AS one;", "question": asked["id"]}
    ).json()

    assert (reply["columns"], reply["rows"], reply["sql"]) == (["one"], [[1]], "SELECT 1 AS one")
    assert reply["source"] == {"kind": "edited"}
    assert reply["question"] == QUESTION
    assert get(zoo, f"questions/{reply['id']}").json()["sql"] == "SELECT 1 AS one"


def test_running_the_sql_of_a_question_again_is_no_new_question(zoo: Client) -> None:
    asked = ask(zoo, QUESTION)
    body = {"workspace": "zoo", "sql": asked["sql"], "question": asked["id"]}

    reply = post(zoo, "sql", body).json()

    assert (reply["id"], reply["rows"]) == (asked["id"], asked["rows"])
    assert [one["id"] for one in get(zoo, "questions").json()["questions"]] == [asked["id"]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"workspace": "zoo", "sql": "DELETE FROM animals"}, 422),
        ({"workspace": "zoo", "sql": "SELECT nothing"}, 422),
        ({"workspace": "nowhere", "sql": "SELECT 1"}, 404),
        ({"workspace": "zoo"}, 400),
        ({"workspace": "zoo", "sql": "SELECT 1", "question": "x"}, 400),
        ({"workspace": "zoo", "sql": "SELECT 1", "typo": 1}, 400),
    ],
)
def test_sql_that_cannot_run_is_a_problem(zoo: Client, body: object, status: int) -> None:
    response = post(zoo, "sql", body)

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["hint"]


def test_csv_holds_the_whole_result(zoo: Client) -> None:
    sql = "SELECT a.id, a.name || ',\"' FROM animals a, animals b, animals c"

    response = post(zoo, "sql", {"workspace": "zoo", "sql": sql}, Accept="text/csv")

    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert len(rows) == 1 + 30**3
    assert rows[1] == ["0", 'name 0,"']
    assert response["X-Truncated"] == "false"
    assert "attachment" in response["Content-Disposition"]
