"""What we quote is what Compose reads, asked of Compose itself."""

import json
import subprocess
from pathlib import Path

import pytest

from thothctl.config.env_file import env_quote

NASTY = ["$HOME", "${X:-y}", '"', "a b", "#x", "a\\b", "ü", "", "`id`", "$$", "a=b", " x "]


@pytest.mark.parametrize("value", NASTY)
def test_compose_reads_a_quoted_value_back_unchanged(tmp_path: Path, value: str) -> None:
    (tmp_path / ".env").write_text(f"VALUE={env_quote('VALUE', value)}\n")
    (tmp_path / "compose.yaml").write_text(
        "services:\n  a:\n    image: x\n    environment:\n      V: ${VALUE}\n"
    )

    read = subprocess.run(
        ["docker", "compose", "config", "--no-interpolate=false", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    got = json.loads(read)["services"]["a"]["environment"]["V"]
    assert got.replace("$$", "$") == value  # Compose prints $ as $$
