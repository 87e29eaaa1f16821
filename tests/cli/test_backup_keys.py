"""What backups are made for, and what opens them: a passphrase, told or typed, or a public key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_world import Play
from played_toolbox import backup_of
from terminal import ENTER, Terminal

from thothctl.adapters.backup_keys import AgeKeys
from thothctl.cli.main import main
from thothctl.model.backup_key import fingerprint_of
from thothctl.model.secret import Secret

Run = Callable[..., tuple[int, dict[str, Any]]]
PHRASE, OTHER = "ladder orbit velvet anchor", "ladder orbit velvet anchors"
VARIABLE = "THOTHCTL_PASSPHRASE"


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    monkeypatch.setenv("THOTHCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("THOTHCTL_INSTALL", "default")
    monkeypatch.delenv(VARIABLE, raising=False)
    return Play()


@pytest.fixture
def run(play: Play, capsys: pytest.CaptureFixture[str]) -> Run:
    def invoke(*argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "--output", "json"], connect=play.connect)
        said = capsys.readouterr()
        assert PHRASE not in said.out + said.err
        return code, json.loads(said.out.splitlines()[-1])

    assert invoke("setup", "--yes", "--no-demo", "--port", "18084")[0] == 0
    return invoke


@pytest.fixture
def sealed(play: Play, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup whose key lies in it, closed by a passphrase, on a machine that has nothing else."""
    keys, installs = AgeKeys(tmp_path), play.connect(lambda _: None).installs
    install, file = installs.find("default"), tmp_path / "made.thoth-backup"
    assert install
    own = keys.make()
    key = fingerprint_of(keys.recipient(own)), keys.seal(own, Secret(PHRASE))
    backup_of(install, installs.release("default", 1), file, key=key)
    monkeypatch.setenv("THOTHCTL_HOME", str(tmp_path / "elsewhere"))
    return file


def test_the_environment_opens_a_backup(
    run: Run, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("backup", "verify", str(sealed), "--deep")
    code, document = run(*words)
    assert code == 2
    assert VARIABLE in document["errors"][0]["hint"]

    monkeypatch.setenv(VARIABLE, OTHER)
    assert run(*words)[0] == 12
    monkeypatch.setenv(VARIABLE, PHRASE)
    assert run(*words[:-1])[0] == 0


def test_whoever_sits_there_is_asked_for_what_opens_a_backup(sealed: Path, tmp_path: Path) -> None:
    around = {"THOTHCTL_HOME": str(tmp_path / "elsewhere")}
    words = ("backup", "verify", str(sealed), "--deep")

    with Terminal(*words, environment=around) as terminal:
        terminal.answers("▸ passphrase", OTHER + ENTER)
        assert terminal.code == 12
    with Terminal(*words, environment=around) as terminal:
        terminal.answers("▸ passphrase", PHRASE + ENTER)
        assert terminal.code == 12
    assert "data.tar" in terminal.shown, "it opened, and what is in it is no data"
    assert PHRASE not in terminal.shown


def test_nobody_is_asked_for_a_passphrase_where_hashes_suffice(
    sealed: Path, tmp_path: Path
) -> None:
    around = {"THOTHCTL_HOME": str(tmp_path / "elsewhere")}

    with Terminal("backup", "verify", str(sealed), environment=around) as terminal:
        assert terminal.code == 0
    assert "passphrase" not in terminal.shown


@pytest.mark.parametrize(("again", "code", "kind"), [(PHRASE, 0, "passphrase"), (OTHER, 2, "key")])
def test_a_new_passphrase_is_typed_twice(
    run: Run, tmp_path: Path, again: str, code: int, kind: str
) -> None:
    around = {"THOTHCTL_HOME": str(tmp_path / "home")}

    with Terminal("backup", "key", "set", "--passphrase", environment=around) as terminal:
        terminal.answers("▸ passphrase", PHRASE + ENTER)
        terminal.answers("The passphrase again", again + ENTER)
        assert terminal.code == code

    assert PHRASE not in terminal.shown
    assert run("backup", "key", "show")[1]["data"]["kind"] == kind


def test_backups_for_somebody_else_and_for_the_own_key_again(run: Run, tmp_path: Path) -> None:
    own = run("backup", "key", "show")[1]["data"]
    theirs = AgeKeys(tmp_path).recipient(AgeKeys(tmp_path).make())
    words = ("backup", "key", "set")

    code, document = run(*words, "--recipient", theirs)

    assert code == 0, document
    told = document["data"]
    assert (told["kind"], told["recipient"]) == ("recipient", theirs)
    assert told["fingerprint"] == fingerprint_of(theirs) != own["fingerprint"]
    assert told["safe_elsewhere"] is True
    assert run(*words, "--recipient", "age1nonsense")[0] == 7
    assert run(*words, "--recipient", theirs, "--own")[0] == 2
    assert run(*words, "--own")[1]["data"] == own
