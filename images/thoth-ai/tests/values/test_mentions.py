import pytest

from tests.values import made
from thoth_ai.values import mentions
from thoth_ai.values.index import Place, ValueIndex

COLUMNS = {
    "schools.District": ["Fresno Unified", "Fresno County Office of Education", "Oakland Unified"],
    "schools.County": ["Fresno", "Los Ángeles", "Alameda"],
    "schools.Mail": ["ricci@example.org"],
    "schools.Admin": ["Ricci", "Larson"],
    "schools.Year": ["2013", "2014"],
    "schools.Status": ["Active", "Closed"],
    **{f"t{number}.flag": ["Yes", "No"] for number in range(9)},
}
PERSONAL = frozenset({Place("schools", "Admin"), Place("schools", "Mail")})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ValueIndex:
    return made.index(tmp_path_factory.mktemp("values"), COLUMNS)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many schools are in fresno unified?", ["Fresno Unified"]),
        ("How many schools are in Fresno?", ["Fresno"]),
        ("Schools in los angeles opened in 2014", ["Los Ángeles", "2014"]),
        ("Is Ricci still the administrator?", ["Ricci"]),
        ("Which are Yes?", []),
        ("How many are there of the first?", []),
        ("", []),
    ],
)
def test_what_a_question_says_is_found(index: ValueIndex, question: str, told: list[str]) -> None:
    found = mentions.found(question, index, PERSONAL)

    assert [one.value for one in found] == told
    assert all(one.exact for one in found)


@pytest.mark.parametrize(
    ("question", "said", "value"),
    [
        ("How many schools has Oaklnd Unifed?", "Oaklnd Unifed", "Oakland Unified"),
        ('Schools in the county "alamda"', "alamda", "Alameda"),
    ],
)
def test_what_is_spelled_otherwise_is_found(
    index: ValueIndex, question: str, said: str, value: str
) -> None:
    (found,) = mentions.found(question, index, PERSONAL)

    assert (found.said, found.value, found.exact) == (said, value, False)


def test_nobody_is_told_of_people_the_question_does_not_name(index: ValueIndex) -> None:
    assert mentions.found("Is Riccii the administrator, or Larsson?", index, PERSONAL) == []
    assert mentions.found("Is Riccii the administrator?", index, frozenset()) != []
