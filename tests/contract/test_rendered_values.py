"""What a setting takes stands unchanged in what Compose reads, and changes nothing else."""

import functools
import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from thothctl.adapters.bundles import TemplateBundles
from thothctl.config.settings import parse
from thothctl.errors import InvalidInputError
from thothctl.model.install import Install
from thothctl.model.rendering import RenderContext
from thothctl.model.setting import Setting, SettingKind, SettingValue

BUNDLES = TemplateBundles()
STACK = BUNDLES.stack("thoth-ai")
TEXTS = [
    s for s in STACK.settings if s.kind in {SettingKind.TEXT, SettingKind.URL, SettingKind.EMAIL}
]
PATHS = ("source", "postgres.ca", "data_dir")
"""These name files of the host: Compose wants them to begin at its root."""
OTHERS = {"postgres.host": "db.example", "mode": "production", "tls": "files"}
NASTY = [
    "$HOME ${X:-y} $$ #x: {{ }} [ ] & * ! | > % @ ` ~ , - ? = é 🦉",
    "# x", '"', "'", "\\", "a\nb", "$(id)", "${A", "\u2028",
]  # fmt: skip
HASH = re.compile(r"-[0-9a-f]{12}\b")
"""Folders of mounted files are named for what is in the files."""
ANY = st.text(
    st.one_of(st.sampled_from("$\"'\\#\n{}[]&*!|>%@`:=, -?~"), st.characters()), max_size=12
)


def context(setting: Setting, value: SettingValue) -> RenderContext:
    chosen = {**OTHERS, setting.key: value}
    if setting.key == "source":
        chosen["mode"] = "development"
    complete = STACK.complete(chosen)
    images = {image.name: f"{image.name}:1" for image in STACK.images_for(complete)}
    generations = {store.name: 1 for store in STACK.stores_for(complete)}
    install = Install("default", "0000", "thoth-ai", "now")
    return RenderContext(complete, images, "1.0.0", 1, install, generations)


def read_by_compose(files: Mapping[str, str], folder: Path) -> str:
    """Every value of every service, network and volume, as Compose understands the files."""
    BUNDLES.write(folder, {**files, "compose.override.yaml": "services: {}\n"})
    words = ["docker", "compose", "--project-directory", str(folder), "config", "--format", "json"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def strings(document: Any) -> list[str]:  # noqa: ANN401 - JSON
    """All texts in a fixed order; keys are the same whatever the values are."""
    match document:
        case dict():
            return [text for key in document for text in strings(document[key])]
        case list():
            return [text for one in document for text in strings(one)]
        case str():
            return [document]
    return []


def rendered(setting: Setting, value: str, folder: Path) -> list[str]:
    files = BUNDLES.render(STACK, context(setting, value))
    release = folder / "releases/1"
    found = strings(json.loads(read_by_compose(files, release)))
    return [HASH.sub("", text).replace("$$", "$").replace(str(folder), "") for text in found]


def marked(setting: Setting) -> str:
    """A value that is found again wherever it went."""
    match setting.kind:
        case SettingKind.URL:
            return "https://marked.example/x"
        case SettingKind.EMAIL:
            return "marked@example.org"
    return "/marked" if setting.key in PATHS else "marked.example"


def plain(text: str) -> str:
    """A path that ends with a slash is the same path."""
    return text.replace("//", "/")


@functools.cache
def expected(setting: Setting) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        return rendered(setting, marked(setting), Path(folder))


def taken(setting: Setting, value: str) -> tuple[str, list[str]] | None:
    """The value as the setting takes it, and what Compose reads; every refusal has a hint."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            read = str(parse(setting, value, "here"))
            return read, rendered(setting, read, Path(folder))
        except InvalidInputError:
            return None


@pytest.mark.parametrize("setting", TEXTS, ids=lambda s: s.key)
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(values=st.lists(ANY, min_size=1, max_size=1))
@example(values=NASTY)
def test_a_value_is_read_back_unchanged_or_refused(setting: Setting, values: list[str]) -> None:
    for value in values:
        found = taken(setting, ("/" if setting.key in PATHS else "") + value)
        if found and found[0]:
            text, read = found
            wanted = [one.replace(marked(setting), text) for one in expected(setting)]
            assert [plain(one) for one in read] == [plain(one) for one in wanted]
