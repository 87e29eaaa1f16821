"""`thothctl keys` and the keys of setup, on real records and a played engine."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cli.conftest import SCHEMA
from local_world import Play
from provider_stub import MODELS, Answer, Handler, Stub, provider

from thothctl.adapters.shipped import shipped
from thothctl.cli.main import main
from thothctl.model.provider import PROVIDERS

GOOD, OTHER, BAD = "sk-canary-good-0001", "sk-canary-other-0002", "sk-canary-bad-0003"


@dataclass
class Place:
    """A home, a played engine and a provider that takes two keys."""

    home: Path
    server: Stub
    capture: pytest.CaptureFixture[str]
    play: Play = field(default_factory=Play)

    @property
    def folder(self) -> Path:
        return self.home / "installs/default"

    def run(self, *argv: str) -> tuple[int, dict[str, Any]]:
        """Exit code and document of a command; no canary may be in anything that is printed."""
        code = main([*argv, "-vv", "--output", "json"], self.play.connect)
        printed = self.capture.readouterr()
        assert "sk-canary" not in printed.out + printed.err
        document = json.loads(printed.out.splitlines()[-1])
        jsonschema.validate(document, SCHEMA)
        return code, document

    def key(self, text: str) -> str:
        path = self.home.parent / "key.txt"
        path.write_text(f"{text}\n")
        return str(path)

    def set_good(self) -> dict[str, Any]:
        code, document = self.run(
            "keys", "set", "openai", "--base-url", f"{self.server.url}/v1",
            "--model", "gpt-4.1-mini", "--key-file", self.key(GOOD), "--yes",
        )  # fmt: skip
        assert code == 0
        return document


def answer(handler: Handler) -> Answer:
    given = handler.headers.get("Authorization")
    if given in {f"Bearer {GOOD}", f"Bearer {OTHER}"}:
        return 200, MODELS
    return 401, {"error": f"wrong: {given}"}


@pytest.fixture
def at(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    for one in PROVIDERS.values():
        for name in one.variables:
            monkeypatch.delenv(name, raising=False)
    with provider(answer) as server:
        yield Place(home, server, capsys)


@pytest.fixture
def installed(at: Place) -> None:
    assert at.run("setup", "--yes", "--no-demo", "--port", "8099")[0] == 0


def tree(path: Path) -> dict[str, bytes]:
    files = (p for p in sorted(path.rglob("*")) if p.is_file() and "locks" not in p.parts)
    return {str(p.relative_to(path)): p.read_bytes() for p in files}


def test_a_key_is_checked_stored_and_answered_with(at: Place, installed: None) -> None:
    document = at.set_good()

    assert document["data"]["changed"] is True
    assert document["data"]["release"] == 2
    assert at.play.compose.seen["openai_api_key"] == GOOD
    env = (at.folder / "releases/2/.env").read_text()
    assert f"THOTH_LLM_BASE_URL=http://host.docker.internal:{at.server.server_port}/v1\n" in env
    secret = at.folder / "secrets/openai_api_key"
    assert secret.stat().st_mode & 0o777 == 0o444
    assert secret.parent.stat().st_mode & 0o777 == 0o700
    assert not list(secret.parent.glob(".*"))


def test_the_same_key_again_is_nothing_to_do(at: Place, installed: None) -> None:
    at.set_good()
    before = tree(at.folder)

    assert at.set_good()["data"]["changed"] is False
    assert tree(at.folder) == before
    assert at.run("setup", "--yes")[1]["data"]["changed"] is False


def test_another_key_is_a_new_release_with_the_same_settings(at: Place, installed: None) -> None:
    at.set_good()

    code, document = at.run("keys", "set", "openai", "--key-file", at.key(OTHER), "--yes")

    assert code == 0
    assert document["data"]["release"] == 3
    assert at.play.compose.seen["openai_api_key"] == OTHER
    assert not (at.folder / "secrets/.previous").exists()
    assert GOOD.encode() not in b"".join(tree(at.home).values())


@pytest.mark.parametrize("text", [BAD, "", "two words", "smart“quote”", "x" * 5000, "a\nb"])
def test_a_key_that_is_none_or_refused_changes_nothing(
    at: Place, installed: None, text: str
) -> None:
    at.set_good()
    before = tree(at.folder)

    code, document = at.run("keys", "set", "openai", "--key-file", at.key(text), "--yes")

    assert code == 7
    assert document["errors"][0]["hint"]
    assert tree(at.folder) == before


def test_a_release_that_does_not_start_gets_the_old_key_back(at: Place, installed: None) -> None:
    at.set_good()
    at.play.engine.broken = "3"

    code, _ = at.run("keys", "set", "openai", "--key-file", at.key(OTHER), "--yes")

    assert code == 9
    assert at.play.compose.seen["openai_api_key"] == GOOD
    assert (at.folder / "secrets/openai_api_key").read_text() == GOOD
    assert OTHER.encode() not in b"".join(tree(at.home).values())


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("way_out", "left"), [("resume", OTHER), ("rollback", GOOD)])
def test_cut_off_between_key_and_release_it_goes_both_ways(
    at: Place, way_out: str, left: str
) -> None:
    at.set_good()
    at.play.engine.broken = "gone"
    words = ["keys", "set", "openai", "--key-file", at.key(OTHER), "--yes"]
    assert at.run(*words)[0] == 6

    at.play.engine.broken, at.play.engine.gone = "", False
    assert at.run(*words)[0] == 16
    assert at.run(way_out)[0] == 0

    assert at.play.compose.seen["openai_api_key"] == left
    holding = [content for content in tree(at.home).values() if b"sk-canary" in content]
    assert holding == [left.encode()]


def test_a_first_setup_that_was_cut_off_goes_on_with_its_key(at: Place) -> None:
    at.play.engine.broken = "gone"
    words = ["setup", "--yes", "--llm-provider", "openai", "--llm-base-url", at.server.url]
    assert at.run(*words, "--llm-key-file", at.key(GOOD))[0] == 6

    at.play.engine.broken, at.play.engine.gone = "", False

    assert at.run(*words)[0] == 0
    assert at.play.compose.seen["openai_api_key"] == GOOD


@pytest.mark.usefixtures("installed")
def test_an_install_from_before_the_providers_has_nothing_to_do(at: Place) -> None:
    record = at.folder / "releases/1/release.json"
    release = json.loads(record.read_text())
    older = {k: v for k, v in release["settings"].items() if not k.startswith(("llm", "embed"))}
    record.write_text(json.dumps({**release, "settings": older}))
    (at.folder / "settings.yaml").write_text(yaml.safe_dump(older))

    code, document = at.run("setup", "--yes")

    assert (code, document["data"]["changed"]) == (0, False)
    assert at.run("keys", "check")[1]["data"]["keys"] == []


def test_a_network_that_is_away_warns_and_goes_on(at: Place, installed: None) -> None:
    code, document = at.run(
        "keys", "set", "groq", "--base-url", "http://127.0.0.1:9/v1",
        "--key-file", at.key(GOOD), "--yes",
    )  # fmt: skip

    assert code == 0
    assert "no connection" in document["warnings"][0]
    assert at.play.compose.seen["groq_api_key"] == GOOD


def test_without_an_install_set_says_so(at: Place) -> None:
    code, document = at.run("keys", "set", "openai", "--key-file", at.key(GOOD), "--yes")

    assert code == 3
    assert document["code"] == "not_installed"
    assert "thothctl setup" in document["errors"][0]["hint"]
    assert not at.folder.exists()


def test_check_tells_every_class_and_the_worst_decides(
    at: Place, installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.set_good()
    code, document = at.run("keys", "check")
    (one,) = document["data"]["keys"]
    assert (code, one["provider"], one["class"], one["for"]) == (0, "openai", "valid", "llm")

    at.server.answer = (402, {})
    assert at.run("keys", "check")[0] == 3
    at.server.answer = (503, {})
    code, document = at.run("keys", "check", "openai")
    assert (code, document["data"]["keys"][0]["class"]) == (15, "network")
    assert at.run("keys", "check", "mistral")[0] == 3
    assert at.run("keys", "check", "nobody")[0] == 2


def test_a_key_can_come_from_the_variable_of_its_provider(
    at: Place, installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_MISTRAL_KEY", GOOD)

    code, _ = at.run(
        "keys", "set", "mistral", "--base-url", at.server.url, "--yes", "--for", "both"
    )

    assert code == 0
    assert at.play.compose.seen["mistral_api_key"] == GOOD


def test_cohere_is_for_embeddings_only(at: Place, installed: None) -> None:
    words = ["keys", "set", "cohere", "--no-check", "--key-file", at.key(GOOD), "--yes"]

    assert at.run(*words, "--for", "llm")[0] == 2
    code, document = at.run(*words)
    assert code == 0
    assert document["data"]["for"] == ["embedding"]


def test_a_key_for_no_use_is_stored_without_a_release(at: Place, installed: None) -> None:
    words = [
        "keys",
        "set",
        "groq",
        "--no-check",
        "--for",
        "none",
        "--key-file",
        at.key(GOOD),
        "--yes",
    ]

    code, document = at.run(*words)

    assert (code, document["data"]["release"]) == (0, 1)
    assert (at.folder / "secrets/groq_api_key").read_text() == GOOD
    assert at.play.engine.calls.count("up 1") == 1
    assert [k["provider"] for k in at.run("keys", "list")[1]["data"]["keys"]] == ["groq"]


def test_removing_a_key_ends_its_use_first(at: Place, installed: None) -> None:
    at.set_good()
    assert at.run("keys", "remove", "openai", "--non-interactive")[0] == 2

    code, document = at.run("keys", "remove", "openai", "--yes")

    assert (code, document["data"]["ended"]) == (0, ["llm"])
    assert "openai_api_key" not in at.play.compose.seen
    assert GOOD.encode() not in b"".join(tree(at.home).values())
    assert at.run("keys", "remove", "openai", "--yes")[0] == 3


def test_a_custom_server_needs_an_address_and_no_key(at: Place, installed: None) -> None:
    at.server.answer = (200, MODELS)

    code, document = at.run("keys", "set", "custom", "--yes")
    assert code == 2
    assert "--base-url" in document["errors"][0]["hint"]
    assert at.run("keys", "set", "custom", "--base-url", at.server.url, "--yes")[0] == 0


def test_a_provider_without_its_key_is_a_missing_answer_unless_it_is_skipped(at: Place) -> None:
    words = ["setup", "--yes", "--no-demo", "--llm-provider", "openai"]

    code, document = at.run(*words)
    assert code == 2
    assert all(
        name in document["errors"][0]["hint"]
        for name in ("--llm-key-file", "OPENAI_API_KEY", "--skip-llm-key")
    )

    assert at.run(*words, "--skip-llm-key")[0] == 0
    assert "openai_api_key" not in at.play.compose.seen
    code, document = at.run("keys", "check")
    assert (code, document["data"]["keys"][0]["class"]) == (0, "skipped")
    (finding,) = [c for c in at.run("health")[1]["checks"] if c["probe"] == "key-llm"]
    assert finding["verdict"] == "warn"
    assert "thothctl keys set" in finding["hint"]


@pytest.mark.parametrize("source", ["file", "variable", "own variable", "answers", "env file"])
def test_setup_takes_a_key_from_wherever_it_is(
    at: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    words = ["setup", "--yes", "--llm-provider", "openai", "--llm-base-url", at.server.url]
    match source:
        case "file":
            words += ["--llm-key-file", at.key(GOOD)]
        case "variable":
            monkeypatch.setenv("THOTHCTL_LLM_API_KEY", GOOD)
        case "own variable":
            monkeypatch.setenv("OPENAI_API_KEY", GOOD)
        case "answers":
            (tmp_path / "a.yaml").write_text(f"llm_key_file: {at.key(GOOD)}\n")
            words += ["--answers", str(tmp_path / "a.yaml")]
        case _:
            (tmp_path / "x.env").write_text(f"LLM_API_KEY={BAD}\nOPENAI_API_KEY='{GOOD}'\n")
            words += ["--env-file", str(tmp_path / "x.env")]

    assert at.run(*words)[0] == 0
    assert at.play.compose.seen["openai_api_key"] == GOOD


def test_an_env_file_is_taken_over_by_name(at: Place, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"export OPENAI_API_KEY={GOOD}\nLLM_BASE_URL={at.server.url}/v1\nADMIN_EMAIL=a@b.org\n"
        "PORT=8123\nSECRET_THING=hush-hush\nLLM_MODEL=\n"
    )

    code, document = at.run("setup", "--yes", "--no-demo", "--env-file", str(tmp_path / ".env"))

    assert code == 0
    settings = document["data"]["settings"]
    assert (settings["llm_provider"], settings["port"]) == ("openai", 8123)
    told = " ".join(document["data"]["notes"])
    assert "took OPENAI_API_KEY, LLM_BASE_URL, ADMIN_EMAIL, PORT" in told
    assert "ignored SECRET_THING, LLM_MODEL" in told
    assert "hush" not in json.dumps(document)
    assert b"hush" not in b"".join(tree(at.home).values())


def test_a_refused_key_ends_setup_before_anything_starts(at: Place) -> None:
    code, _ = at.run(
        "setup", "--yes", "--llm-provider", "openai", "--llm-base-url", at.server.url,
        "--llm-key-file", at.key(BAD),
    )  # fmt: skip

    assert code == 7
    assert not at.play.engine.calls
    assert not at.folder.exists()


def test_no_canary_is_anywhere_but_in_its_secret_file(at: Place, installed: None) -> None:
    at.set_good()
    at.run(
        "keys",
        "set",
        "openai",
        "--key-file",
        at.key(OTHER),
        "--yes",
        "--log-file",
        f"{at.home}/log",
    )
    at.run(
        "keys", "set", "openai", "--key-file", at.key(BAD), "--yes", "--log-file", f"{at.home}/log"
    )

    holding = [name for name, content in tree(at.home).items() if b"sk-canary" in content]

    assert holding == ["installs/default/secrets/openai_api_key"]


RINGS = {"Good": "", "Hangs": "did not answer", "Breaks": "no keyring"}


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("backend", RINGS)
def test_a_keyring_is_asked_only_when_told_and_never_for_long(
    at: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    (tmp_path / "rings.py").write_text(
        "import time\nfrom keyring.backend import KeyringBackend\n"
        "class Good(KeyringBackend):\n    priority = 1\n"
        f"    def get_password(self, s, n): return {GOOD!r} if n == 'openai_api_key' else None\n"
        "    def set_password(self, *a): pass\n    def delete_password(self, *a): pass\n"
        "class Hangs(Good):\n    def get_password(self, s, n): time.sleep(60)\n"
        "class Breaks(Good):\n    def get_password(self, s, n): raise OSError('no bus')\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path)]))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"rings.{backend}")

    words = ["keys", "set", "openai", "--base-url", at.server.url, "--yes"]
    assert at.run(*words)[0] == 2
    code, document = at.run(*words, "--keyring")

    assert code == (7 if RINGS[backend] else 0)
    if RINGS[backend]:
        assert RINGS[backend] in document["errors"][0]["message"]
    else:
        assert at.play.compose.seen["openai_api_key"] == GOOD


@pytest.mark.usefixtures("installed")
def test_a_key_never_goes_to_another_provider_than_it_is_for(
    at: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THOTHCTL_LLM_API_KEY", GOOD)
    file = tmp_path / "a.env"
    file.write_text(f"LLM_PROVIDER=openai\nLLM_API_KEY={GOOD}\n")
    url = at.server.url

    assert at.run("keys", "set", "cohere", "--base-url", url, "--yes")[0] == 2
    assert at.run("keys", "set", "groq", "--base-url", url, "--env-file", str(file))[0] == 2
    monkeypatch.delenv("THOTHCTL_LLM_API_KEY")
    words = ["setup", "--yes", "--llm-provider", "groq", "--llm-base-url", url]
    assert at.run(*words, "--env-file", str(file))[0] == 2

    assert at.server.asked == []


@pytest.mark.usefixtures("installed")
def test_a_dry_run_checks_and_changes_nothing(at: Place) -> None:
    before = tree(at.home)
    words = ["keys", "set", "openai", "--base-url", at.server.url, "--dry-run"]

    assert at.run(*words, "--key-file", at.key(BAD))[0] == 7
    code, document = at.run(*words, "--key-file", at.key(GOOD))

    assert code == 0
    assert any("ReplaceSecret" in line for line in document["data"]["plan"])
    assert tree(at.home) == before


def test_a_stack_of_ones_own_may_know_no_provider(at: Place, tmp_path: Path) -> None:
    text = (shipped("templates") / "stacks/thoth-ai.yaml").read_text()
    stack = yaml.safe_load(text)
    kept = ("mode", "port", "bind", "admin_email", "demo")
    stack["settings"] = {k: stack["settings"][k] for k in kept}
    given = {"provider", "asked_by"}
    stack["secrets"] = {k: v for k, v in stack["secrets"].items() if not given & v.keys()}
    del stack["services"]["nginx"]["follows"]
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump(stack, sort_keys=False))

    done = at.run("setup", "--yes", "--stack", str(own))[1]
    assert done["data"].get("changed") is True, done["errors"]
    assert at.run("setup", "--yes", "--stack", str(own))[1]["data"]["changed"] is False
    assert at.run("keys", "list")[1]["data"]["keys"] == []
