"""Differences show what changed and never a credential."""

import pytest

from thothctl.config.differences import concealed, differences
from thothctl.model.secret import Secret


def test_a_file_that_comes_and_one_that_goes_are_told() -> None:
    found = differences({"a": "1\n", "same": "x"}, {"b": "2\n", "same": "x"})

    assert found == {
        "a": "--- a\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n",
        "b": "--- /dev/null\n+++ b\n@@ -0,0 +1 @@\n+2\n",
    }


@pytest.mark.parametrize(
    "line",
    [
        "+OPENAI_API_KEY=CANARY",
        "+      OPENAI_API_KEY: CANARY",
        "+      - POSTGRES_PASSWORD=CANARY",
        '-      "API_TOKEN": "CANARY"',
        " django_secret: CANARY",
    ],
)
def test_what_a_line_calls_a_credential_is_hidden(line: str) -> None:
    assert "CANARY" not in concealed(f"{line}\n", ())


@pytest.mark.parametrize(
    "line",
    [
        "+      API_TOKEN_FILE: /run/secrets/api_token",
        "+    file: ../../secrets/api_token",
        "     secrets:",
        "+THOTH_PORT=8080",
    ],
)
def test_other_lines_stay(line: str) -> None:
    assert concealed(f"{line}\n", ()) == f"{line}\n"


def test_a_known_value_is_hidden_wherever_it_stands() -> None:
    assert concealed("+X=a-CANARY-b\n", [Secret("CANARY")]) == "+X=a-********-b\n"
