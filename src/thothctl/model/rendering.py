"""What a release is rendered from."""

from collections.abc import Mapping
from dataclasses import dataclass

from thothctl.model.install import Install
from thothctl.model.stack import SettingValue


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What templates may use; without an install the files stand alone, for people without us."""

    settings: Mapping[str, SettingValue]
    images: Mapping[str, str]
    version: str
    release: int = 0
    install: Install | None = None
    generations: Mapping[str, int] | None = None
