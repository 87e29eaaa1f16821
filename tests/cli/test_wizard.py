"""The wizard by its keyboard, on a terminal of 80 columns."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from provider_stub import Stub, by_key, provider
from terminal import BACK, CTRL_C, DOWN, ENTER, UP, Terminal

from thothctl.model.provider import PROVIDERS

GOOD, BAD = "sk-canary-good-0001", "sk-canary-bad-0003"
MODELS = {"data": [{"id": name} for name in ("zeta-2", "alpha-1", "text-embedding-x")]}


@pytest.fixture
def server() -> Iterator[Stub]:
    with provider(by_key(GOOD, MODELS)) as stub:
        yield stub


def sit_down(home: Path, *words: str, command: str = "setup") -> Terminal:
    variables = dict.fromkeys((v for p in PROVIDERS.values() for v in p.variables), "")
    environment = {"THOTHCTL_HOME": str(home), **variables}
    return Terminal(*command.split(), *words, environment=environment)


def path_of(server: Stub) -> list[tuple[str, str]]:
    """Question and keys, from the first to the summary."""
    return [
        ("▸ Mode", ENTER),
        ("▸ Provider", UP + ENTER),
        ("▸ Base URL", f"{server.url}/v1{ENTER}"),
        ("▸ API key", GOOD + ENTER),
        ("▸ Model", ENTER),
        ("▸ Made by", ENTER),
        ("▸ Port", f"8099{ENTER}"),
        ("▸ Listen on", ENTER),
        ("▸ E-mail", f"me@example.org{ENTER}"),
        ("▸ Demo database", DOWN + ENTER),
    ]


def written(home: Path) -> str:
    files = [p for p in home.rglob("*") if p.is_file()]
    return "".join(p.read_text(errors="replace") for p in files)


def settings_of(home: Path) -> dict[str, object]:
    values = yaml.safe_load((home / "installs/default/settings.yaml").read_text())
    assert isinstance(values, dict)
    return values


def test_from_the_first_question_to_a_running_stack(tmp_path: Path, server: Stub) -> None:
    with sit_down(tmp_path) as terminal:
        for question, keys in path_of(server):
            terminal.answers(question, keys)
        terminal.sees("Container sees")
        terminal.answers("▸ All right?", ENTER)
        terminal.sees("Ready: release 1")
        assert terminal.code == 0

    found = settings_of(tmp_path)
    assert (found["llm_provider"], found["llm_model"]) == ("custom", "alpha-1")
    assert (found["llm_key"], found["port"], found["demo"]) == ("stored", 8099, False)
    assert (tmp_path / "installs/default/secrets/custom_api_key").read_text() == GOOD
    assert "sk-canary" not in terminal.shown
    assert not list((tmp_path / "wizard").glob("*"))


def test_back_and_forth_keeps_what_was_answered(tmp_path: Path, server: Stub) -> None:
    asked = path_of(server)
    with sit_down(tmp_path) as terminal:
        for question, keys in asked[:5]:
            terminal.answers(question, keys)
        terminal.answers("▸ Made by", BACK)
        terminal.answers("▸ Model", BACK)
        terminal.answers("▸ API key", f"<{ENTER}")
        terminal.answers("▸ Base URL", ENTER)
        terminal.answers("keeps the one you gave", ENTER)
        terminal.answers("▸ Model", DOWN + ENTER)
        for question, keys in asked[5:]:
            terminal.answers(question, keys)
        terminal.answers("▸ All right?", BACK)
        terminal.answers("▸ Demo database", ENTER)
        terminal.answers("▸ All right?", DOWN + ENTER)
        terminal.answers("▸ Which one?", DOWN + ENTER)
        terminal.answers("▸ Provider", UP * 2 + ENTER)
        terminal.answers("▸ Base URL", ENTER)
        terminal.answers("▸ Model", f"llama{ENTER}")
        terminal.answers("▸ All right?", UP + ENTER)
        assert terminal.code == 130

    assert "canary" not in written(tmp_path)


def test_a_refused_key_is_asked_for_again_and_can_be_skipped(tmp_path: Path, server: Stub) -> None:
    with sit_down(tmp_path, "--llm-provider", "openai", "--llm-base-url", server.url) as terminal:
        terminal.answers("▸ Mode", ENTER)
        terminal.answers("▸ API key", BAD + ENTER)
        terminal.sees("refuses the key")
        terminal.answers("skips it for now", f"two words{ENTER}")
        terminal.answers("breaks or letters", "\x15" + ENTER)
        for question, keys in path_of(server)[4:]:
            terminal.answers(question, keys)
        terminal.sees("skipped for now")
        terminal.answers("▸ All right?", ENTER)
        assert terminal.code == 0

    assert settings_of(tmp_path)["llm_key"] == "skipped"
    assert "canary" not in written(tmp_path) + terminal.shown


def test_a_network_that_is_away_is_said_and_the_model_is_typed(tmp_path: Path) -> None:
    with sit_down(
        tmp_path, "--llm-provider", "openai", "--llm-base-url", "http://127.0.0.1:9"
    ) as t:
        t.answers("▸ Mode", ENTER)
        t.answers("▸ API key", GOOD + ENTER)
        t.sees("not proved: no connection")
        t.answers("▸ Model", ENTER)
        t.answers("▸ Made by", CTRL_C)
        assert t.code == 130

    assert yaml.safe_load((tmp_path / "wizard/default.yaml").read_text())["llm_model"]


@pytest.mark.parametrize("question", range(11))
def test_ctrl_c_leaves_no_secret_and_remembers_the_answers(
    tmp_path: Path, server: Stub, question: int
) -> None:
    path = [*path_of(server), ("▸ All right?", "")]
    with sit_down(tmp_path) as terminal:
        for words, keys in path[:question]:
            terminal.answers(words, keys)
        terminal.answers(path[question][0], GOOD[:8] if question == 3 else "")
        terminal.types(CTRL_C)
        assert terminal.code == 130

    assert "canary" not in written(tmp_path) + terminal.shown
    assert not (tmp_path / "installs").exists()
    memory = tmp_path / "wizard/default.yaml"
    assert memory.exists() is (question > 0)
    if question > 6:
        assert yaml.safe_load(memory.read_text())["port"] == 8099


def test_cancel_changes_nothing(tmp_path: Path, server: Stub) -> None:
    with sit_down(tmp_path) as terminal:
        for question, keys in path_of(server):
            terminal.answers(question, keys)
        terminal.answers("▸ All right?", UP + ENTER)
        assert terminal.code == 130

    assert not (tmp_path / "installs").exists()


def test_the_summary_saves_answers_that_setup_takes(tmp_path: Path, server: Stub) -> None:
    file = tmp_path / "mine.yaml"
    with sit_down(tmp_path / "a") as terminal:
        for question, keys in path_of(server):
            terminal.answers(question, keys)
        terminal.answers("▸ All right?", DOWN * 2 + ENTER)
        terminal.answers("▸ Save as", f"{file}{ENTER}")
        terminal.sees("▸ All right?")
        terminal.answers("saved as", ENTER)
        assert terminal.code == 0
    (tmp_path / "key").write_text(GOOD)

    words = ["--yes", "--answers", str(file), "--llm-key-file", str(tmp_path / "key")]
    with sit_down(tmp_path / "b", *words) as terminal:
        assert terminal.code == 0

    assert settings_of(tmp_path / "a") == settings_of(tmp_path / "b")
    assert "canary" not in file.read_text()


def test_the_demo_alone_asks_nothing(tmp_path: Path) -> None:
    with sit_down(tmp_path, "--demo") as terminal:
        assert terminal.code == 0
    assert "▸" not in terminal.shown


def test_keys_set_asks_for_the_key_without_showing_it(tmp_path: Path, server: Stub) -> None:
    with sit_down(tmp_path, "--demo") as terminal:
        assert terminal.code == 0

    words = ["openai", "--base-url", f"{server.url}/v1"]
    with sit_down(tmp_path, *words, command="keys set") as terminal:
        terminal.answers("▸ API key", ENTER)
        terminal.sees("a key is needed")
        terminal.types(GOOD + ENTER)
        terminal.sees("is set for answers, release 2")
        assert terminal.code == 0
    assert "sk-canary" not in terminal.shown
    assert (tmp_path / "installs/default/secrets/openai_api_key").read_text() == GOOD

    with sit_down(tmp_path, "openai", "--model", "zeta-2", command="keys set") as terminal:
        terminal.answers("keeps the stored one", ENTER)
        terminal.sees("release 3")
        assert terminal.code == 0
    assert settings_of(tmp_path)["llm_model"] == "zeta-2"
