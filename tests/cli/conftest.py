"""Commands run in process, against a real home folder and an engine that is not there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import thothctl
from thothctl.cli.main import main

SCHEMA = json.loads((Path(thothctl.__file__).parent / "cli/envelope.schema.json").read_text())
Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THOTHCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine.sock")
    monkeypatch.delenv("THOTHCTL_INSTALL", raising=False)
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code and the JSON document, checked against the schema."""

    def invoke(*argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "--output", "json"])
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 1, "exactly one document on standard output"
        document = json.loads(lines[0])
        jsonschema.validate(document, SCHEMA)
        assert document["exit_code"] == code
        return code, document

    return invoke
