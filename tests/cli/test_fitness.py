"""What does not go together is refused before anything is touched."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_world import Play

from thothctl.cli.main import main

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    play = Play()

    def invoke(*argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "--output", "json", "--yes"], play.connect)
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return invoke


def refused(answer: tuple[int, dict[str, Any]]) -> str:
    code, document = answer
    assert code == 7, document
    [error] = document["errors"]
    return f"{error['message']} {error['hint']}"


def test_development_takes_the_source_of_this_checkout(run: Run) -> None:
    code, document = run("setup", "--mode", "development", "--dry-run")

    assert code == 0, document


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--source", "/usr"), "--source FOLDER"),
        (("--bind", "0.0.0.0"), "--bind 127.0.0.1"),  # noqa: S104 - refused
        (("--set", "postgres.sslmode=verify-ca", "--set", "postgres.host=x"), "postgres.ca=FILE"),
        (("--set", "postgres.database=No Name"), "no plain name"),
    ],
)
def test_what_development_cannot_be_is_refused(run: Run, words: tuple[str, ...], told: str) -> None:
    assert told in refused(run("setup", "--mode", "development", "--dry-run", *words))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("changeme123456", "everybody tries first"),
        ("throw-away-admin-password", "everybody tries first"),
        ("aaaaaaaaaaaaaaaa", "bits"),
        ("short", "fewer than"),
        ("two words and more", "spaces"),
    ],
)
def test_a_weak_secret_of_one_s_own_is_refused(
    run: Run, tmp_path: Path, value: str, told: str
) -> None:
    (tmp_path / "secret").write_text(value + "\n")

    text = refused(run("setup", "--demo", "--secret-file", f"admin_password={tmp_path / 'secret'}"))

    assert told in text
    assert value not in text


@pytest.mark.parametrize("word", ["admin_password", "no_such=/etc/hostname", "openai_api_key=/x"])
def test_a_secret_file_that_makes_no_sense_is_a_usage_error(run: Run, word: str) -> None:
    assert run("setup", "--demo", "--secret-file", word)[0] == 2


def test_a_good_secret_of_one_s_own_is_stored(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("correct-Horse7-battery\n")

    code, document = run(
        "setup", "--demo", "--secret-file", f"admin_password={tmp_path / 'secret'}"
    )

    assert code == 0, document
    [stored] = home.rglob("secrets/admin_password")
    assert stored.read_text() == "correct-Horse7-battery"
