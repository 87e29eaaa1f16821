"""Answers files: written and read back alike, and refused by name when they are wrong."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from local_world import Play

from thothctl.adapters.bundles import TemplateBundles
from thothctl.cli.main import main
from thothctl.model.provider import PROVIDERS
from thothctl.model.setting import Setting, SettingKind

SETTINGS = TemplateBundles().stack("thoth-ai").questions
SAMPLES: dict[str, Any] = {
    "mode": "standalone",
    "llm_provider": "ollama",
    "llm_base_url": "https://gate.example/v1",
    "llm_key": "skipped",
    "llm_model": "some/model:7b",
    "embedding_provider": "lmstudio",
    "embedding_base_url": "http://10.0.0.1:1234/v1",
    "embedding_key": "skipped",
    "embedding_model": "nomic",
    "port": 8123,
    "bind": "::1",
    "tls": "off",
    "host_name": "thoth.example.org",
    "tls_certificate": "/etc/mine/chain.pem",
    "tls_key_file": "/etc/mine/key.pem",
    "trusted_proxies": "10.0.0.5/32",
    "vector": "embedded",
    "monitoring": False,
    "source": "/home/me/thoth-ai",
    "admin_email": "me@example.org",
    "demo": False,
}
CANARY = "sk-canary-0001"
Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.fixture
def run(
    home: Path, play: Play, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    for one in PROVIDERS.values():
        for name in one.variables:
            monkeypatch.delenv(name, raising=False)

    def invoke(*argv: str) -> tuple[int, dict[str, Any]]:
        code = main(["setup", "--yes", *argv, "-vv", "--output", "json"], play.connect)
        printed = capsys.readouterr()
        assert CANARY not in printed.out + printed.err
        return code, json.loads(printed.out.splitlines()[-1])

    return invoke


def test_every_question_has_a_sample() -> None:
    assert {setting.key for setting in SETTINGS} == set(SAMPLES)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.key)
def test_flag_variable_and_answers_key_give_the_same_settings(
    setting: Setting, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, saved = SAMPLES[setting.key], tmp_path / "saved.yaml"
    context = []
    if setting.kind is SettingKind.KEY:
        context = [f"--{setting.belongs_to.replace('_', '-')}", "openai"]

    def settings(*words: str) -> dict[str, Any]:
        code, document = run("--dry-run", "--save-answers", str(saved), *context, *words)
        assert code == 0, document
        values = yaml.safe_load(saved.read_text())
        assert isinstance(values, dict)
        return values

    answers = tmp_path / "answers.yaml"
    answers.write_text(yaml.safe_dump({setting.key: value}))
    by_file = settings("--answers", str(answers))
    by_flag = settings(*_flag(setting, value))
    monkeypatch.setenv(setting.variable, str(value).lower() if value is False else str(value))
    by_variable = settings()

    assert by_file[setting.key] == value
    assert by_file == by_flag == by_variable


def _flag(setting: Setting, value: object) -> list[str]:
    if setting.kind is SettingKind.KEY:
        return [setting.flag]
    if setting.kind is SettingKind.BOOLEAN:
        return [setting.flag if value else setting.flag.replace("--", "--no-")]
    return [setting.flag, str(value)]


def test_saved_answers_are_read_back_to_the_same_settings(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    everything = {**SAMPLES, "llm_provider": "openai", "embedding_provider": "cohere"}
    (tmp_path / "in.yaml").write_text(yaml.safe_dump(everything))

    run("--dry-run", "--answers", str(tmp_path / "in.yaml"), "--save-answers", str(first))
    code, _ = run("--dry-run", "--answers", str(first), "--save-answers", str(second))

    assert code == 0
    assert yaml.safe_load(first.read_text()) == everything
    assert first.read_text() == second.read_text()


@dataclass(frozen=True)
class Mutant:
    """An answers file with one thing wrong, and the name that the refusal must carry."""

    text: str
    named: str


ANY: tuple[object, ...] = ([], {}, ["a"], {"a": 1}, "bell\x07", "nul\x00", "x" * 5000, "two\nlines")
WRONG: dict[SettingKind, tuple[object, ...]] = {
    SettingKind.CHOICE: ("", " ", "OPENAI", "openai ", "nobody", 5, True, -1, 1.5, CANARY),
    SettingKind.PORT: (
        "", 0, -1, 65536, 10**12, 80.5, "80a", True, "0x50", "8 0", "+80", "\uff18\uff10",
        "1e3",
        "none",
    ),
    SettingKind.ADDRESS: (
        "", "everywhere", "1.2.3", "1.2.3.4.5", "256.0.0.1", "::g", 5, True, "1.2.3.4/8",
    ),
    SettingKind.EMAIL: (
        "", "a", "a@", "@b", "a b@c.d", "a@b..c", "a'@b.c", "a$@b.c", 5, True, "a@b@c",
    ),
    SettingKind.BOOLEAN: ("", "perhaps", 2, -1, 1.5, "truee", "ja", "none"),
    SettingKind.URL: (
        "api.openai.com", "ftp://x/v1", "http://", "://x", "https://u:pw@x/v1", "https://k@x/v1",
        f"http://x/v1?key={CANARY}", "http://x/#a", "http://x y/", "http://x:99999/", "http://[::1/v1",
        "http://x/'a'", "http://x:0/v1", "file:///etc/passwd", "javascript:x", 5, True, CANARY,
    ),
    SettingKind.TEXT: ("it's", "back\\", 5, True, 1.5, "a\tb"),
    SettingKind.KEY: (CANARY, "Skipped", "", True, 1, "skip"),
}  # fmt: skip


def mutants() -> Iterator[Mutant]:
    for setting in SETTINGS:
        for value in (*WRONG[setting.kind], *ANY):
            yield Mutant(yaml.safe_dump({setting.key: value}), setting.key)
        yield from _misspelt(setting.key)
        good = yaml.safe_dump({setting.key: SAMPLES[setting.key]})
        yield Mutant(good + good, setting.key)
    for name in ("openai_api_key", "llm_api_key", "password", "llm_key_stdin", "THOTHCTL_PORT"):
        yield Mutant(yaml.safe_dump({name: CANARY}), name)
    for name in ("llm_key_file", "embedding_key_file"):
        provider = name.replace("key_file", "provider")
        for value in (5, True, ["a"], {"a": 1}):
            yield Mutant(yaml.safe_dump({provider: "openai", name: value}), name)
        for value in ("/nowhere/key", "/"):
            yield Mutant(yaml.safe_dump({provider: "openai", name: value}), value)
    for text in ("- a", "just words", "port: [", "port: 1: 2", "\tport: 1", "!!python/object:x {}"):
        yield Mutant(text, "answers.yaml")


def _misspelt(key: str) -> Iterator[Mutant]:
    value = SAMPLES[key]
    for wrong in (key[:-1], key + "s", key.upper(), key.replace("_", "-") + "x", key[1:]):
        yield Mutant(yaml.safe_dump({wrong: value}), wrong)


def test_wrong_answers_are_refused_by_name_before_anything_starts(
    run: Run, play: Play, home: Path, tmp_path: Path
) -> None:
    tried, passed = list(mutants()), []
    file = tmp_path / "answers.yaml"
    for mutant in tried:
        file.write_text(mutant.text)
        code, document = run("--answers", str(file))
        error = (document["errors"] or [{"message": "", "hint": ""}])[0]
        if code != 7 or mutant.named not in error["message"] or not error["hint"]:
            passed.append((mutant, code, error["message"]))

    assert len(tried) >= 300
    assert passed == []
    assert play.engine.calls == []
    assert not (home / "installs").exists()
