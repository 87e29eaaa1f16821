"""What we quote is what Compose reads, asked of Compose itself."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thothctl.config.env_file import env_quote, env_values
from thothctl.config.settings import parse
from thothctl.errors import InvalidInputError
from thothctl.model.setting import Setting, SettingKind

NASTY = ["$HOME", "${X:-y}", '"', "a b", "#x", "a\\b", "ü", "", "`id`", "$$", "a=b", " x "]
ANY = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("$\"'\\#\n\r\t{}=` ")))


def read_by_compose(lines: Sequence[str], folder: Path) -> list[str]:
    """The values of `V0`, `V1` … as a service sees them."""
    (folder / ".env").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    variables = "".join(f"      V{n}: ${{V{n}}}\n" for n in range(len(lines)))
    compose = f"services:\n  a:\n    image: x\n    environment:\n      X: x\n{variables}"
    (folder / "compose.yaml").write_text(compose)
    read = subprocess.run(
        ["docker", "compose", "config", "--no-interpolate=false", "--format", "json"],
        cwd=folder,
        capture_output=True,
        check=True,
    ).stdout
    got = json.loads(read)["services"]["a"]["environment"]
    return [got[f"V{n}"].replace("$$", "$") for n in range(len(lines))]  # Compose prints $ as $$


@pytest.mark.parametrize("value", NASTY)
def test_compose_reads_a_quoted_value_back_unchanged(tmp_path: Path, value: str) -> None:
    assert read_by_compose([f"V0={env_quote('V0', value)}"], tmp_path) == [value]


def quoted(value: str) -> str | None:
    try:
        return env_quote("V", value)
    except InvalidInputError:  # every error of ours has a hint
        return None


@settings(max_examples=30)
@given(st.lists(ANY, min_size=1, max_size=60))
@example(["\\", "a\\'b", "'", "\n", "\\n", "${A", "$(id)", "%s", "\u2028", "\x7f", "\x1b[0m"])
def test_any_value_is_read_back_unchanged_or_refused(values: list[str]) -> None:
    kept = [(v, q) for v in values if (q := quoted(v)) is not None]
    lines = [f"V{n}={text}" for n, (_, text) in enumerate(kept)]
    with tempfile.TemporaryDirectory() as folder:
        assert read_by_compose(lines, Path(folder)) == [value for value, _ in kept]
    ours = env_values("\n".join(lines))
    assert [ours[f"V{n}"] for n in range(len(kept))] == [value for value, _ in kept]


@settings(max_examples=300)
@given(ANY)
def test_a_text_that_a_setting_takes_can_be_quoted(value: str) -> None:
    setting = Setting("llm_model", SettingKind.TEXT, "Model", "Name.", default="")
    try:
        taken = parse(setting, value, "here")
    except InvalidInputError:
        return
    assert env_values(f"V={env_quote('V', str(taken))}\n")["V"] == taken
