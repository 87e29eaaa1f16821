"""Advanced settings: how they are given, kept, shown and told to Compose."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cli.test_config import Place, at  # noqa: F401 - a fixture

from thothctl.adapters.yaml_text import read_mapping
from thothctl.cli.main import main


def section(at: Place, release: int, service: str = "app") -> dict[str, Any]:  # noqa: F811
    found = yaml.safe_load((at.folder / f"releases/{release}/compose.yaml").read_text())
    return dict(found["services"][service])


def test_a_change_of_a_dotted_setting_is_a_release(at: Place) -> None:  # noqa: F811
    data = at.ok("config", "set", "services.app.memory=2g", "services.app.cpus=1.5")

    assert data["settings"] == {"services.app.memory": "2g", "services.app.cpus": "1.5"}
    assert section(at, 2)["mem_limit"] == "2g"
    assert section(at, 2)["cpus"] == 1.5
    assert at.ok("config", "get", "services.app.memory")["settings"] == {
        "services.app.memory": "2g"
    }


def test_the_default_leaves_no_line_behind(at: Place) -> None:  # noqa: F811
    at.ok("config", "set", "services.app.memory=2g")

    at.ok("config", "unset", "services.app.memory")

    assert "services" not in at.settings.read_text()
    assert at.ok("config", "set", "services.app.memory=1g")["changed"] is False


def test_setup_takes_any_setting(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = Place(home, capsys)

    place.ok("setup", "--yes", "--set", "services.app.memory=2g", "--set", "port=8097")

    assert place.ok("config", "get", "port", "services.app.memory")["settings"] == {
        "port": 8097,
        "services.app.memory": "2g",
    }
    assert place.ok("setup", "--yes")["changed"] is False


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--set", "services.app.memory"], 2),
        (["--set", "port=1", "--set", "port=2"], 2),
        (["--port", "8090", "--set", "port=8091"], 2),
        (["--set", "services.app.memroy=1g"], 7),
        (["--set", "services.app.memory=much"], 7),
    ],
)
def test_what_setup_cannot_set_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    assert Place(home, capsys).run("setup", "--yes", *words)[0] == code


def test_an_answers_file_and_a_variable_give_them(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("services:\n  app: {memory: 2g, cpus: 2}\n")
    monkeypatch.setenv("THOTHCTL_SERVICES_APP_CPUS", "0.5")
    place = Place(home, capsys)
    saved = tmp_path / "saved.yaml"

    place.ok("setup", "--yes", "--answers", str(file), "--save-answers", str(saved))

    assert section(place, 1)["mem_limit"] == "2g"
    assert section(place, 1)["cpus"] == 0.5
    assert read_mapping(saved.read_text(), "x")["services.app.memory"] == "2g"


def test_show_is_short_until_asked(at: Place) -> None:  # noqa: F811
    at.ok("config", "set", "services.app.memory=2g")

    short, long = at.text("config", "show"), at.text("config", "show", "--all")

    assert "services.app.memory" in short
    assert "services.app.restart" not in short
    assert "advanced settings are at their defaults" in short
    assert "services.app.restart" in long
    assert "services.app.restart" in at.text("config", "show", "services.app.restart")


def test_the_schema_knows_both_ways_to_write_a_key(at: Place) -> None:  # noqa: F811
    schema = at.ok("config", "schema")["schema"]

    jsonschema.validate({"services": {"app": {"memory": "2g"}}}, schema)
    jsonschema.validate({"services.app.memory": "2g"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"services": {"app": {"memroy": "2g"}}}, schema)


def test_a_file_with_nested_settings_is_checked(at: Place, tmp_path: Path) -> None:  # noqa: F811
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("services:\n  app:\n    memory: 2g\n")
    bad.write_text("services:\n  app:\n    memroy: 2g\n")

    assert main(["config", "validate", str(good)], at.play.connect) == 0
    assert main(["config", "validate", str(bad)], at.play.connect) == 7
