"""`thothctl secrets` on real records and a played engine."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pyrage  # type: ignore[import-untyped]  # it has no types
import pytest
from cli.conftest import SCHEMA
from local_world import Play
from terminal import ENTER, Terminal

from thothctl.adapters.installs_folder import InstallsFolder
from thothctl.cli.main import main
from thothctl.model.provider import PROVIDERS

PHRASE = "violet otter bicycle granite"
GOOD = "canary7Qm-xW2rTfV9pLs4KdHzYn6Bc8Ge3Ua"
GENERATED = ("django_secret_key", "django_secret_key_fallback", "admin_password", "api_token")


@dataclass
class Place:
    """A home, a played engine, and everything that was ever printed."""

    home: Path
    capture: pytest.CaptureFixture[str]
    play: Play = field(default_factory=Play)
    printed: str = ""

    @property
    def secrets(self) -> Path:
        return self.home / "installs/default/secrets"

    def value(self, name: str) -> str:
        return (self.secrets / name).read_text()

    def values(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.secrets.iterdir()}

    def run(self, *argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "-vv", "--output", "json"], self.play.connect)
        captured = self.capture.readouterr()
        self.printed += captured.out + captured.err
        document = json.loads(captured.out.splitlines()[-1])
        jsonschema.validate(document, SCHEMA)
        return code, document

    def ok(self, *argv: str) -> dict[str, Any]:
        code, document = self.run(*argv)
        assert code == 0, document
        data = document["data"]
        assert isinstance(data, dict)
        return data

    def file(self, text: str) -> str:
        path = self.home.parent / "value.txt"
        path.write_text(text)
        return str(path)


@pytest.fixture
def at(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """Whatever a test did, no value may have been printed or written beside its file."""
    for name in [v for one in PROVIDERS.values() for v in one.variables]:
        monkeypatch.delenv(name, raising=False)
    place = Place(home, capsys)
    place.ok("setup", "--yes", "--no-demo", "--port", "8099")
    known = set(place.values().values())
    yield place
    known |= set(place.values().values()) | {text for _, text in place.play.handover.given}
    known = {value.strip() for value in known} - {""}
    leaked = [v for v in known if v in place.printed]
    assert leaked == []
    for path in home.rglob("*"):
        if path.is_file() and path.parent != place.secrets:
            assert not [v for v in known if v.encode() in path.read_bytes()], path


def test_list_shows_everything_but_values(at: Place) -> None:
    found = {one["name"]: one for one in at.ok("secrets", "list")["secrets"]}

    assert set(found) >= set(GENERATED)
    assert not [name for name in found if name.endswith("_api_key")]
    assert found["api_token"]["kind"] == "generated"
    assert found["api_token"]["consumers"] == ["app"]
    assert found["api_token"]["written"]


def test_a_rotated_secret_is_strong_and_its_readers_are_restarted(at: Place) -> None:
    before, calls = at.values(), len(at.play.engine.calls)

    at.ok("secrets", "rotate", "api_token")

    after = at.values()
    assert {name for name in after if after[name] != before[name]} == {"api_token"}
    assert len(after["api_token"]) >= 43
    assert at.play.compose.seen["api_token"] == after["api_token"]
    assert at.play.engine.calls[calls:] == ["stop app", "up 1"]
    assert (at.secrets / "api_token").stat().st_mode & 0o777 == 0o444


def test_the_old_signing_key_lives_on_for_one_rotation(at: Place) -> None:
    first = at.value("django_secret_key")

    at.ok("secrets", "rotate", "django_secret_key")
    second = at.value("django_secret_key")
    assert at.value("django_secret_key_fallback") == first

    at.ok("secrets", "rotate", "django_secret_key")
    assert at.value("django_secret_key_fallback") == second
    assert at.play.compose.seen["django_secret_key_fallback"] == second


def test_the_password_of_the_administrator_changes_in_the_server(at: Place) -> None:
    at.ok("secrets", "rotate", "admin_password")

    ((command, text),) = at.play.handover.given
    assert command == ("manage.py", "set_password", "admin@localhost")
    assert text == at.value("admin_password")
    assert "stop app" not in at.play.engine.calls


@pytest.mark.parametrize("broken", ["manage.py", "gone"])
def test_a_password_that_the_server_refuses_is_taken_back(at: Place, broken: str) -> None:
    before = at.values()
    at.play.engine.broken = broken
    at.play.engine.gone = broken == "gone"

    code, _ = at.run("secrets", "rotate", "admin_password")

    assert code in {6, 10}
    at.play.engine.broken, at.play.engine.gone = "", False
    assert at.run("secrets", "rotate", "api_token")[0] == 16
    at.ok("rollback")
    assert at.values() == before
    assert at.play.handover.given[-1][1] == before["admin_password"]


def test_all_means_what_is_generated_and_asks_first(at: Place) -> None:
    before = at.values()
    assert at.run("secrets", "rotate", "--all")[0] == 2
    assert at.values() == before

    at.ok("secrets", "rotate", "--all", "--yes")

    after = at.values()
    assert not [name for name in GENERATED if after[name] == before[name]]
    assert after["django_secret_key_fallback"] == before["django_secret_key"]


@pytest.mark.parametrize("words", [(), ("api_token", "--all")])
def test_rotate_takes_a_name_or_all(at: Place, words: tuple[str, ...]) -> None:
    assert at.run("secrets", "rotate", *words)[0] == 2


def test_a_dry_run_shows_the_plan_and_changes_nothing(at: Place) -> None:
    before = at.values()

    plan = at.ok("secrets", "rotate", "django_secret_key", "--dry-run")["plan"]

    assert [line.split(":")[0] for line in plan[1:]] == [
        "1. ReplaceSecret", "2. ReplaceSecret", "3. KeepConsumers", "4. RestartConsumers",
        "5. AwaitHealthy",
    ]  # fmt: skip
    assert at.values() == before


def test_a_value_of_ones_own_comes_from_a_file_a_variable_or_a_pipe(
    at: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.ok("secrets", "set", "api_token", "--from-file", at.file(f"{GOOD}\n"))
    assert at.value("api_token") == GOOD
    assert at.ok("secrets", "set", "api_token", "--from-file", at.file(GOOD))["changed"] is False

    monkeypatch.setenv("MINE", GOOD[::-1])
    at.ok("secrets", "set", "api_token", "--from-env", "MINE")
    assert at.value("api_token") == GOOD[::-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("admin_password", "password"),
        ("admin_password", "Passw0rd123!"),
        ("admin_password", "changeme2024!!"),
        ("admin_password", "aaaaaaaaaaaaaaaaaaaaaaa"),
        ("admin_password", "abcdefghijklmnopqrst"),
        ("admin_password", "short1!"),
        ("admin_password", "123456789012345678901234"),
        ("api_token", "not-so-long-1"),
        ("api_token", "two words and more, quite a long text it is"),
        ("api_token", "line\nbreaks-are-in-this-one-xyz-8472-qwpo"),
        ("api_token", ""),
    ],
)
def test_a_weak_value_is_refused_and_nothing_changes(at: Place, name: str, value: str) -> None:
    before = at.values()

    code, document = at.run("secrets", "set", name, "--from-file", at.file(value))

    assert code == 7
    assert document["errors"][0]["hint"]
    assert at.values() == before
    assert len(value) < 9 or value not in json.dumps(document["errors"])


def test_an_unknown_name_and_a_value_that_nobody_gave_are_usage_errors(at: Place) -> None:
    assert at.run("secrets", "rotate", "nothing")[0] == 2
    assert at.run("secrets", "set", "api_token")[0] == 2
    assert at.run("secrets", "set", "api_token", "--from-env", "NOT_SET_AT_ALL")[0] == 2


def test_a_provider_makes_its_own_keys(at: Place) -> None:
    code, document = at.run("secrets", "rotate", "openai_api_key")

    assert code == 7
    assert "keys set openai" in document["errors"][0]["hint"]


def test_a_providers_key_in_use_is_a_new_release(at: Place) -> None:
    at.ok("config", "set", "llm_provider=openai", "llm_key=skipped")

    at.ok("secrets", "set", "openai_api_key", "--from-file", at.file(GOOD))

    assert at.play.compose.seen["openai_api_key"] == GOOD
    assert at.play.engine.running == at.home / "installs/default/releases/3"


def test_check_passes_what_setup_made(at: Place) -> None:
    document = at.run("secrets", "check")[1]

    assert document["exit_code"] == 0
    assert {one["verdict"] for one in document["checks"]} == {"pass"}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: folder.chmod(0o755), "mode 0755"),
        (lambda folder: (folder / "api_token").unlink(), "missing"),
        (lambda folder: rewrite(folder / "api_token", ""), "empty"),
        (lambda folder: rewrite(folder / "api_token", "changeme"), "tries first"),
        (lambda folder: rewrite(folder / "admin_password", "Thoth-2026!"), "tries first"),
        (lambda folder: (folder / "api_token").chmod(0o600), "mode 0600"),
    ],
)
def test_check_names_what_is_wrong(at: Place, spoil: Any, said: str) -> None:  # noqa: ANN401
    spoil(at.secrets)

    code, document = at.run("secrets", "check")
    (at.secrets).chmod(0o700)

    assert code == 3
    assert said in document["errors"][0]["message"]
    assert document["errors"][0]["hint"]


def rewrite(path: Path, text: str) -> None:
    path.chmod(0o644)
    path.write_text(text)
    path.chmod(0o444)


def test_check_warns_of_strays_and_age(at: Place) -> None:
    (at.secrets / "old.bak").write_text("x")
    year_ago = 1_600_000_000
    os.utime(at.secrets / "api_token", (year_ago, year_ago))

    checks = {one["probe"]: one for one in at.run("secrets", "check")[1]["checks"]}
    (at.secrets / "old.bak").unlink()

    assert checks["secrets-strays"]["verdict"] == "warn"
    assert "days old" in checks["secret-api_token"]["summary"]


def test_what_is_exported_comes_back(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THOTHCTL_PASSPHRASE", PHRASE)
    before, file = at.values(), at.home.parent / "secrets.age"
    at.ok("secrets", "export", "--to", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert not [v for v in before.values() if v.encode() in file.read_bytes()]
    at.ok("secrets", "rotate", "--all", "--yes")

    at.ok("secrets", "import", str(file))

    assert at.values() == before
    assert at.play.handover.given[-1][1] == before["admin_password"]
    assert at.ok("secrets", "import", str(file))["changed"] is False


def test_another_passphrase_is_exit_12_and_changes_nothing(
    at: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THOTHCTL_PASSPHRASE", PHRASE)
    file = at.home.parent / "secrets.age"
    at.ok("secrets", "export", "--to", str(file))
    before = at.values()
    other = at.file("quite another one altogether")

    assert at.run("secrets", "import", str(file), "--passphrase-file", other)[0] == 12
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 1
    file.write_bytes(damaged)
    assert at.run("secrets", "import", str(file))[0] == 12
    file.write_bytes(b"something else")
    assert at.run("secrets", "import", str(file))[0] == 7
    assert at.values() == before


def test_an_export_for_a_recipient_opens_with_the_private_key(at: Place) -> None:
    identity = pyrage.x25519.Identity.generate()
    key, file = at.home.parent / "key.txt", at.home.parent / "secrets.age"
    key.write_text(f"# mine\n{identity}\n")
    at.ok("secrets", "export", "--to", str(file), "--recipient", str(identity.to_public()))
    at.ok("secrets", "rotate", "api_token")

    assert at.ok("secrets", "import", str(file), "--identity", str(key))["changed"] is True

    key.write_text(str(pyrage.x25519.Identity.generate()))
    assert at.run("secrets", "import", str(file), "--identity", str(key))[0] == 12
    assert at.run("secrets", "import", str(file), "--identity", at.file("no key"))[0] == 7
    assert at.run("secrets", "export", "--to", str(key.parent / "n"), "--recipient", "age1")[0] == 7


def test_a_weak_passphrase_writes_nothing(at: Place) -> None:
    file = at.home.parent / "secrets.age"

    for phrase in ("password", "123", "aaaaaaaaaaaaaaaaaaaa"):
        words = ("--to", str(file), "--passphrase-file", at.file(phrase))
        assert at.run("secrets", "export", *words)[0] == 7
    assert at.run("secrets", "export", "--to", str(file))[0] == 2
    assert not file.exists()


def test_a_stopped_stack_is_started_first(at: Place) -> None:
    at.ok("stop")
    before = at.values()

    code, document = at.run("secrets", "rotate", "api_token")

    assert code == 3
    assert "thothctl start" in document["errors"][0]["hint"]
    assert at.values() == before
    assert InstallsFolder(at.home).active("default") == 1


def sources(at: Place, text: str) -> None:
    (at.home / "installs/default/secret-sources.yaml").write_text(text)


def test_a_secret_comes_from_where_the_file_says(
    at: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", GOOD)
    sources(at, "secrets:\n  api_token: {backend: env, variable: MINE}\n")

    assert at.ok("secrets", "fetch")["secrets"] == ["api_token"]
    assert at.play.compose.seen["api_token"] == GOOD
    assert at.ok("secrets", "fetch")["changed"] is False
    code, document = at.run("secrets", "rotate", "api_token")
    assert code == 7
    assert "secrets fetch" in document["errors"][0]["hint"]


def test_a_new_release_reads_them_and_tells_who_keeps_a_copy(
    at: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", GOOD)
    monkeypatch.setenv("PASSWORD", GOOD[::-1])
    sources(
        at,
        "env: {prefix: ''}\nsecrets:\n  api_token: {backend: env, variable: TOKEN}\n"
        "  admin_password: {backend: env, variable: PASSWORD}\n",
    )

    assert at.ok("setup", "--yes")["release"] == 2
    assert at.play.compose.seen["api_token"] == GOOD
    assert at.play.handover.given[-1][1] == GOOD[::-1]
    assert at.ok("setup", "--yes")["changed"] is False


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        ("backend: vlt\n", "must be one of", 7),
        ("bakend: vault\n", "unknown setting bakend", 7),
        ("secrets: {api_tokn: {backend: env}}\n", "api_tokn", 7),
        ("secrets: {api_token: {backend: vault}}\n", "vault.address is not given", 7),
        ("secrets: {api_token: {backend: command, argv: 'echo x'}}\n", "list of words", 7),
        ("secrets: {api_token: {backend: command, argv: [a], seconds: 0}}\n", "from 1 to", 7),
        ("secrets: {api_token: {backend: env, variable: NOT_THERE}}\n", "NOT_THERE", 2),
        ("secrets: {api_token: {backend: command, argv: [/nowhere/x]}}\n", "be started", 7),
        ("secrets: {api_token: {backend: age, file: /nowhere}}\n", "passphrase", 2),
        ("secrets: {api_token: {backend: command, argv: [echo, changeme]}}\n", "tries first", 7),
    ],
)
def test_a_source_that_gives_nothing_changes_nothing(
    at: Place, text: str, said: str, code: int
) -> None:
    before = at.values()
    sources(at, text)

    for words in (("secrets", "fetch"), ("setup", "--yes", "--port", "8098")):
        got, document = at.run(*words)
        assert got == code
        assert said in document["errors"][0]["message"]
        assert document["errors"][0]["hint"]
    assert at.values() == before


def test_a_value_is_typed_unseen_and_a_weak_one_is_refused(at: Place) -> None:
    environment = {"THOTHCTL_HOME": str(at.home)}

    with Terminal("secrets", "set", "api_token", environment=environment) as terminal:
        terminal.answers("▸ api_token", "changeme" + ENTER)
        terminal.sees("tries first")
        assert terminal.code == 7
    with Terminal("secrets", "set", "api_token", "--dry-run", environment=environment) as terminal:
        terminal.answers("▸ api_token", GOOD + ENTER)
        terminal.sees("Nothing was changed")
        assert terminal.code == 0
    assert GOOD not in terminal.shown
