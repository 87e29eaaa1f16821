import json

import pytest

from thoth_ai.answering.draft import Declined, Draft, UnreadableReplyError, read

SQL = "SELECT COUNT(*) FROM schools"


def test_the_form_that_was_asked_for_is_read_whole() -> None:
    reply = json.dumps(
        {
            "sql": SQL,
            "explanation": "Counts.",
            "assumptions": ["All kinds."],
            "question": "How many?",
        }
    )

    assert read(reply) == Draft(SQL, "Counts.", ("All kinds.",), "How many?")


@pytest.mark.parametrize(
    "reply",
    [
        f'{{"sql": "{SQL}"}}',
        f'```json\n{{"sql": "{SQL}"}}\n```',
        f'Here you are:\n{{"sql": "{SQL}"}}\nGood luck!',
        f"```sql\n{SQL}\n```",
        f"```\n{SQL}\n```",
        f"The query is:\n\n```SQL\r\n{SQL}\r\n```\nIt counts.",
        SQL,
        f"<think>Is it {{this}}? ```sql\nDROP TABLE x\n```</think>\n{SQL}",
        f'{{"sql": "{SQL}\n"}}',
    ],
)
def test_sql_is_found_in_the_forms_that_models_fall_back_to(reply: str) -> None:
    found = read(reply)

    assert isinstance(found, Draft)
    assert found.sql == SQL


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ('{"no_answer": "There are no salaries."}', "There are no salaries."),
        ('{"sql": null, "no_answer": "There are no salaries."}', "There are no salaries."),
        ('{"sql": "", "no_answer": true}', "There is no answer."),
        ("I cannot tell from these\ntables.", "I cannot tell from these tables."),
    ],
)
def test_a_no_is_a_no(reply: str, why: str) -> None:
    assert read(reply) == Declined(why)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "   ",
        '{"sql": "SELECT COUNT(*) FR',
        "{}",
        '{"sql": 7}',
        "[1, 2]{",
        "```sql\nSELECT 1",
        "{" * 5000,
    ],
)
def test_a_reply_without_either_is_unreadable(reply: str) -> None:
    with pytest.raises(UnreadableReplyError):
        read(reply)


def test_words_about_the_sql_are_bounded_and_of_the_right_kind() -> None:
    reply = json.dumps({"sql": SQL, "explanation": ["x"], "assumptions": ["a" * 5000, 7, ""] * 20})

    found = read(reply)

    assert isinstance(found, Draft)
    assert found.explanation == ""
    assert 1 <= len(found.assumptions) <= 8
    assert all(len(text) <= 600 for text in found.assumptions)
