"""A passphrase that lies in the keyring of a desktop."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_world import Play

from thothctl.cli.main import main

PHRASE = "ladder orbit velvet anchor"
RING = f"""
from keyring.backend import KeyringBackend
class Ring(KeyringBackend):
    priority = 1
    def get_password(self, service, name):
        return {PHRASE!r} if (service, name) == ("thothctl", "backups") else None
    def set_password(self, *_): pass
    def delete_password(self, *_): pass
"""
Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    (tmp_path / "rings.py").write_text(RING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "rings.Ring")
    monkeypatch.setenv("THOTHCTL_HOME", str(tmp_path / "home"))
    play = Play()

    def invoke(*argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "--output", "json"], connect=play.connect)
        said = capsys.readouterr()
        assert PHRASE not in said.out + said.err
        return code, json.loads(said.out.splitlines()[-1])

    assert invoke("setup", "--yes", "--no-demo", "--port", "18082")[0] == 0
    return invoke


def test_backups_open_with_what_the_keyring_holds(run: Run) -> None:
    words = ("backup", "key", "set", "--passphrase-file")

    code, document = run(*words, "keyring:backups")
    missing, told = run(*words, "keyring:other")

    assert code == 0, document
    assert document["data"]["kind"] == "passphrase"
    assert missing == 2
    assert told["errors"][0]["message"] == "no passphrase"
