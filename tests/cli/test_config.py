"""`thothctl config` on real records and a played engine."""

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cli.conftest import SCHEMA
from local_world import Play
from terminal import Terminal

from thothctl.cli.main import main
from thothctl.model.provider import PROVIDERS

CANARY = "canary-hand-written-0001"


@dataclass
class Place:
    """A home and a played engine."""

    home: Path
    capture: pytest.CaptureFixture[str]
    play: Play = field(default_factory=Play)

    @property
    def folder(self) -> Path:
        return self.home / "installs/default"

    @property
    def settings(self) -> Path:
        return self.folder / "settings.yaml"

    def run(self, *argv: str) -> tuple[int, dict[str, Any]]:
        code = main([*argv, "--output", "json"], self.play.connect)
        document = json.loads(self.capture.readouterr().out.splitlines()[-1])
        jsonschema.validate(document, SCHEMA)
        return code, document

    def ok(self, *argv: str) -> dict[str, Any]:
        code, document = self.run(*argv)
        assert code == 0, document["errors"]
        data = document["data"]
        assert isinstance(data, dict)
        return data

    def text(self, *argv: str) -> str:
        main(list(argv), self.play.connect)
        return self.capture.readouterr().out

    def tree(self) -> dict[str, bytes]:
        files = (p for p in sorted(self.home.rglob("*")) if p.is_file())
        return {str(p): p.read_bytes() for p in files if "locks" not in p.parts}


@pytest.fixture
def at(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in [v for one in PROVIDERS.values() for v in one.variables]:
        monkeypatch.delenv(name, raising=False)
    for name in [
        name for name in os.environ if name.startswith("THOTHCTL_") and "HOME" not in name
    ]:
        monkeypatch.delenv(name)
    place = Place(home, capsys)
    place.ok("setup", "--yes", "--no-demo", "--port", "8099")
    return place


def test_several_keys_at_once_are_one_release(at: Place) -> None:
    data = at.ok("config", "set", "port=8098", "admin_email=you@example.org")

    assert data["release"] == 2
    assert data["settings"] == {"port": 8098, "admin_email": "you@example.org"}
    assert at.play.engine.running == at.folder / "releases/2"
    assert "THOTH_PORT=8098\n" in (at.folder / "releases/2/.env").read_text()


def test_what_is_set_already_is_nothing_to_do(at: Place) -> None:
    before = at.tree()

    assert at.ok("config", "set", "port=8099")["changed"] is False
    assert at.tree() == before


def test_comments_and_order_of_the_file_stay(at: Place) -> None:
    lines = at.settings.read_text().splitlines()
    marked = [f"{line}  # mine" if line.startswith("port") else line for line in reversed(lines)]
    at.settings.write_text("# kept\n" + "\n".join(marked) + "\n\n# the end\n")

    at.ok("config", "set", "port=8098")

    wanted = [line.replace("8099", "8098") for line in marked]
    assert at.settings.read_text() == "# kept\n" + "\n".join(wanted) + "\n\n# the end\n"


def test_an_unknown_key_is_refused_with_the_nearest(at: Place) -> None:
    before = at.tree()

    for words in (("set", "prt=1"), ("unset", "prt"), ("get", "prt"), ("show", "prt")):
        code, document = at.run("config", *words)
        assert code == 7
        assert document["errors"][0]["hint"] == "did you mean port?"
    assert at.tree() == before


@pytest.mark.parametrize(
    "word", ["port=0", "port=x", "bind=here", "demo=perhaps", "admin_email=x", "mode=none"]
)
def test_a_value_of_another_kind_is_refused(at: Place, word: str) -> None:
    before = at.tree()

    assert at.run("config", "set", word)[0] == 7
    assert at.tree() == before


@pytest.mark.parametrize("words", [(), ("port",), ("=1",), ("port=1", "port=2")])
def test_words_that_are_no_assignment_are_a_usage_error(at: Place, words: tuple[str, ...]) -> None:
    assert at.run("config", "set", *words)[0] == 2


@pytest.mark.parametrize("value", ["a'b", "a\\b", "two\nlines", "nul\0"])
def test_what_no_file_carries_is_refused_with_a_hint(at: Place, value: str) -> None:
    code, document = at.run("config", "set", f"llm_model={value}")

    assert code == 7
    assert document["errors"][0]["hint"]


def test_a_dry_run_shows_each_difference_and_changes_nothing(at: Place) -> None:
    before = at.tree()

    data = at.ok("config", "set", "port=8098", "--dry-run")

    assert "-THOTH_PORT=8099\n+THOTH_PORT=8098\n" in data["differences"][".env"]
    assert data["recreated"] == ["app"]
    assert at.tree() == before
    text = at.text("config", "set", "port=8098", "--dry-run")
    assert "+THOTH_PORT=8098" in text
    assert "New containers: app" in text


def test_unset_brings_the_default_back(at: Place) -> None:
    assert at.ok("config", "unset", "port", "demo")["settings"] == {"port": 8080, "demo": True}
    assert at.ok("config", "unset", "port")["changed"] is False


def test_show_says_who_chose_a_value(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THOTHCTL_DEMO", "no")

    found = {one["key"]: one for one in at.ok("config", "show")["settings"]}

    assert found["port"]["source"] == "chosen"
    assert found["bind"]["source"] == "default"
    assert found["demo"]["source"] == "environment"
    assert "8099" in at.text("config", "show")
    assert (
        at.text("config", "show", "port", "--output", "csv").splitlines()[1].startswith("port,8099")
    )


def test_get_prints_values_alone(at: Place) -> None:
    assert at.text("config", "get", "port", "demo") == "8099\nfalse\n"


def test_an_edit_of_the_file_is_shown_as_not_running_yet(at: Place) -> None:
    at.settings.write_text(at.settings.read_text().replace("8099", "8098"))

    (port,) = at.ok("config", "show", "port")["settings"]
    assert (port["value"], port["installed"], port["changed"]) == (8098, 8099, True)
    assert "+THOTH_PORT=8098" in at.ok("config", "diff")["differences"][".env"]
    assert at.ok("config", "set", "demo=no")["settings"] == {"port": 8098}


def test_diff_compares_releases(at: Place) -> None:
    at.ok("config", "set", "port=8098")
    at.ok("config", "set", "demo=yes")

    assert at.ok("config", "diff", "1", "2")["settings"] == {
        "port": {"before": 8099, "after": 8098}
    }
    assert set(at.ok("config", "diff", "1")["settings"]) == {"port", "demo"}
    assert at.ok("config", "diff")["differences"] == {}
    assert at.run("config", "diff", "9")[0] == 2


def test_render_writes_what_setup_would_and_applies_nothing(at: Place, tmp_path: Path) -> None:
    before = at.tree()

    at.ok("config", "render", "--to", str(tmp_path / "out"))

    active = at.folder / "releases/1"
    for name in ("compose.yaml", ".env"):
        assert (tmp_path / "out" / name).read_bytes() == (active / name).read_bytes()
    assert at.tree() == before
    assert "THOTH_PORT=8099" in at.text("config", "render")


def test_validate_names_everything_that_is_wrong(at: Place, tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("port: many\nbnd: 1\n")

    assert at.ok("config", "validate")["valid"] is True
    code, document = at.run("config", "validate", str(file))
    assert code == 7
    assert "port" in document["errors"][0]["message"]
    assert "bnd" in document["errors"][0]["message"]


def test_the_schema_takes_the_installed_settings_and_refuses_others(at: Place) -> None:
    schema = at.ok("config", "schema")["schema"]
    settings = yaml.safe_load(at.settings.read_text())

    jsonschema.validate(settings, schema)
    for wrong in ({"prt": 1}, {"port": "x"}, {"port": 0}, {"demo": "maybe"}, {"mode": "x"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**settings, **wrong}, schema)
    assert json.loads(at.text("config", "schema")) == schema


def edited_by_hand(at: Place) -> Path:
    env = at.folder / "releases/1/.env"
    env.write_text(env.read_text() + f"MINE=yes\nMY_API_KEY={CANARY}\n")
    return env


def test_a_file_edited_by_hand_is_never_left_behind_silently(at: Place) -> None:
    edited_by_hand(at)
    before = at.tree()

    for words in (("config", "set", "port=8098"), ("setup", "--yes", "--port", "8098")):
        code, document = at.run(*words)
        assert code == 7
        assert ".env" in document["errors"][0]["message"]
        assert "compose.override.yaml" in document["errors"][0]["hint"]
        assert "--discard-edits" in document["errors"][0]["hint"]
        assert "+MINE=yes" in document["data"]["edited"][".env"]
        assert CANARY not in json.dumps(document)
    assert at.tree() == before
    assert "+MINE=yes" in at.text("config", "set", "port=8098")


def test_a_removed_file_counts_as_edited(at: Place) -> None:
    (at.folder / "releases/1/.env").unlink()

    assert ".env" in at.run("config", "set", "port=8098")[1]["data"]["edited"]


def test_edits_are_given_up_when_that_is_asked_for(at: Place) -> None:
    edited_by_hand(at)

    assert at.ok("config", "set", "--discard-edits")["release"] == 2
    assert at.ok("config", "set", "port=8098")["release"] == 3
    assert "MINE" not in (at.folder / "releases/3/.env").read_text()


def test_with_nothing_to_change_an_edit_stays(at: Place) -> None:
    env = edited_by_hand(at)

    assert at.ok("setup", "--yes")["changed"] is False
    assert "MINE=yes" in env.read_text()


def test_a_failed_change_leaves_the_file_as_the_user_wrote_it(at: Place) -> None:
    at.settings.write_text("# mine\n" + at.settings.read_text())
    before = at.settings.read_bytes()
    at.play.engine.broken = "2"

    assert at.run("config", "set", "port=8098")[0] == 9
    assert at.settings.read_bytes() == before
    assert at.play.engine.running == at.folder / "releases/1"


def test_a_provider_without_a_key_is_refused_before_anything(at: Place) -> None:
    code, document = at.run("config", "set", "llm_provider=openai")

    assert code == 2
    assert "keys set openai" in document["errors"][0]["hint"]
    assert at.ok("config", "set", "llm_provider=openai", "llm_key=skipped")["release"] == 2


def write_editor(folder: Path, *actions: str) -> str:
    """An editor that does one thing a time; each action is Python on the text `t`."""
    script = folder / "editor.py"
    script.write_text(
        "import sys, pathlib\n"
        "path, count = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).with_suffix('.count')\n"
        "n = int(count.read_text()) if count.exists() else 0\n"
        "count.write_text(str(n + 1))\n"
        "t = path.read_text()\n"
        f"path.write_text(eval({list(actions)!r}[n]))\n"
    )
    return f"{sys.executable} {script}"


def test_edit_applies_what_was_written_with_its_comments(
    at: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = "'# new\\n' + t.replace('8099', '8098').replace('demo: false\\n', '')"
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, action))

    data = at.ok("config", "edit", "--yes")

    assert data["settings"] == {"port": 8098, "demo": True}
    assert at.settings.read_text().startswith("# new\n")
    assert "demo: true" in at.settings.read_text()


def test_an_edit_that_does_not_hold_changes_nothing(
    at: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "t + 'prt: 1\\n'"))
    before = at.tree()

    assert at.run("config", "edit", "--yes")[0] == 7
    assert at.tree() == before


def test_edit_asks_again_shows_the_difference_and_asks_before_it_applies(
    at: Place, tmp_path: Path
) -> None:
    editor = write_editor(tmp_path, "t + 'prt: 1\\n'", "t.replace('prt: 1\\n', 'port: 8098\\n', 1)")
    at.settings.write_text(at.settings.read_text().replace("port: 8099\n", ""))
    environment = {"THOTHCTL_HOME": str(at.home), "VISUAL": editor}

    with Terminal("config", "edit", environment=environment) as terminal:
        terminal.sees("did you mean port?")
        terminal.answers("Edit it again?", "y")
        terminal.sees("+THOTH_PORT=8098")
        terminal.sees("New containers: app")
        terminal.answers("Apply this?", "y")
        terminal.sees("release 2 runs")
        assert terminal.code == 0
    assert "port: 8098" in at.settings.read_text()


@pytest.mark.parametrize(
    ("question", "actions"),
    [("Edit it again?", ["t + 'prt: 1\\n'"]), ("Apply this?", ["t.replace('8099', '8098')"])],
)
def test_a_no_changes_nothing(at: Place, tmp_path: Path, question: str, actions: list[str]) -> None:
    environment = {"THOTHCTL_HOME": str(at.home), "VISUAL": write_editor(tmp_path, *actions)}
    before = at.tree()

    with Terminal("config", "edit", environment=environment) as terminal:
        terminal.answers(question, "n")
        assert terminal.code == 130
    assert at.tree() == before


def test_edit_without_a_terminal_says_what_to_use(at: Place) -> None:
    code, document = at.run("config", "edit")

    assert code == 2
    assert "config set" in document["errors"][0]["hint"]


@pytest.mark.parametrize("words", [("show",), ("get", "port"), ("diff",), ("set", "port=1")])
def test_without_an_install_it_says_so(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert Place(home, capsys).run("config", *words)[0] == 3
