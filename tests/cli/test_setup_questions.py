"""Whatever the wizard asks can be answered by a flag, a variable and a file."""

from pathlib import Path

import pytest
from cli.conftest import Run
from cli.test_contract import TREE, flags_of

from thothctl.adapters.bundles import TemplateBundles
from thothctl.model.setting import Setting, SettingKind

STACK = TemplateBundles().stack("thoth-ai")
EXAMPLES = {s.kind: s for s in STACK.settings if s.advanced}
SETTINGS = (*STACK.questions, *EXAMPLES.values())
WRONG = {
    SettingKind.CHOICE: "sideways",
    SettingKind.PORT: "70000",
    SettingKind.ADDRESS: "everywhere",
    SettingKind.EMAIL: "nobody",
    SettingKind.BOOLEAN: "perhaps",
    SettingKind.URL: "not/an/address",
    SettingKind.TEXT: "two 'quotes'",
    SettingKind.NUMBER: "many",
    SettingKind.SIZE: "large",
    SettingKind.CPUS: "all",
    SettingKind.KEY: "sk-something",
}


@pytest.mark.parametrize("setting", STACK.questions, ids=lambda s: s.key)
def test_every_question_has_its_flag(setting: Setting) -> None:
    assert setting.flag in flags_of(TREE["setup"])


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.key)
def test_a_wrong_variable_is_named_before_anything_starts(
    setting: Setting, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(setting.variable, WRONG[setting.kind])

    code, document = run("setup", "--yes")

    assert code == 7
    assert setting.key in document["errors"][0]["message"]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.key)
def test_a_wrong_line_of_an_answers_file_is_named(
    setting: Setting, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(f"{setting.key}: {WRONG[setting.kind]}\n")

    code, document = run("setup", "--yes", "--answers", str(file))

    assert code == 7
    assert setting.key in document["errors"][0]["message"]


def test_an_unknown_setting_gets_the_nearest_that_exists(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("admin_mail: a@b.org\n")

    code, document = run("setup", "--yes", "--answers", str(file))

    assert code == 7
    assert document["errors"][0]["hint"] == "did you mean admin_email?"


@pytest.mark.parametrize("text", ["- a\n- b\n", "port: [", "just words", "\x00"])
def test_an_answers_file_that_is_no_mapping_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(text)

    assert run("setup", "--yes", "--answers", str(file))[0] == 7
