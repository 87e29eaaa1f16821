"""What a version makes of settings and of the database, told before anything is pulled."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from played_containers import RELEASE

from thothctl.adapters.bundles import TemplateBundles
from thothctl.config.settings import Layer, resolve
from thothctl.config.settings_file import problems
from thothctl.errors import InvalidInputError
from thothctl.model.revision import pending
from thothctl.model.setting import Setting, SettingKind, SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.upgrade_settings import fitted

if TYPE_CHECKING:
    from thothctl.world import World


SHIPPED = TemplateBundles().stack("thoth-ai")
TONE = Setting("voice.tone", SettingKind.CHOICE, "", "", "calm", ("calm", "loud"), was=("tone",))
STACK = replace(SHIPPED, settings=(*SHIPPED.settings, replace(TONE, advanced=True)))
DJANGO = "accounts.0001_a,jobs.0001_a,jobs.0002_b,jobs.0003_c"


def fit(
    released: Mapping[str, SettingValue],
    saved: Mapping[str, SettingValue] | None = None,
    stack: Stack = STACK,
) -> Mapping[str, SettingValue]:
    installs = SimpleNamespace(settings=lambda _: saved, folder=lambda _: Path("/installs/default"))
    release = replace(RELEASE, settings={**RELEASE.settings, **released})
    world = cast("World", SimpleNamespace(installs=installs))
    return fitted(world, "default", stack, release)


def test_a_setting_that_got_another_name_keeps_its_value_wherever_it_is_read() -> None:
    assert fit({"tone": "loud"})["voice.tone"] == "loud"
    assert STACK.complete({"tone": "loud"})["voice.tone"] == "loud"
    assert STACK.complete({"tone": "loud", "voice.tone": "calm"})["voice.tone"] == "calm"
    found = resolve(STACK, [Layer("settings.yaml", {**RELEASE.settings, "tone": "loud"})])
    assert found.values["voice.tone"] == "loud"
    assert problems(STACK, {"tone": "loud"}, "settings.yaml") == ()


@pytest.mark.parametrize(
    ("released", "said"),
    [
        ({"gone": 1}, "settings.yaml: unknown setting gone; nothing was changed"),
        ({"tone": 5}, "voice.tone: must be one of calm, loud, not 5"),
        ({"port": "many", "gone": 1}, "port: must be a whole number .*unknown setting gone"),
    ],
)
def test_what_the_new_version_does_not_take_is_refused_with_a_way_on(
    released: Mapping[str, SettingValue], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said) as refused:
        fit(released)

    assert "the line in /installs/default/settings.yaml" in refused.value.hint


def test_a_line_that_was_mended_or_taken_out_is_no_obstacle_and_others_wait() -> None:
    saved = {**RELEASE.settings, "port": 9999, "voice.tone": "loud"}

    assert fit({"gone": 1, "tone": 5}, saved) == {**RELEASE.settings, "voice.tone": "loud"}


def test_settings_that_do_not_go_together_any_more_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="only one container"):
        fit({"services.app.replicas": 2})


@pytest.mark.parametrize(
    ("before", "after", "told", "oldest", "expected"),
    [
        ("0001", "0003", "0001,0002,0003,0004", "0002", {"0002": False, "0003": True}),
        ("0001", "0003", "", "0001", {"0003": True}),
        ("0001", "0002", "0001,0002", "", {"0002": False}),
        ("0002", "0002", "0001,0002", "0001", {}),
        (
            "accounts.0001_a,jobs.0001_a", "accounts.0001_a,jobs.0003_c", DJANGO, "jobs.0002_b",
            {"jobs.0002_b": False, "jobs.0003_c": True},
        ),
        ("", "jobs.0001_a", DJANGO, "jobs.zero", {"jobs.0001_a": True}),
    ],
)  # fmt: skip
def test_migrations_to_come_are_named_with_whether_there_is_a_way_back(
    before: str, after: str, told: str, oldest: str, expected: Mapping[str, bool]
) -> None:
    found = pending(before, after, told, oldest)

    assert {one.name: one.reversible for one in found} == expected
