"""What a release is rendered from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thothctl.model.install import Install
from thothctl.model.setting import SettingValue


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What templates may use; without an install the files stand alone, for people without us.

    `since` is the release in which a service became what it is, where that is not this one.
    """

    settings: Mapping[str, SettingValue]
    images: Mapping[str, str]
    version: str
    release: int = 0
    install: Install | None = None
    generations: Mapping[str, int] | None = None
    databases: Mapping[str, int] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)
    own_files: Mapping[str, str] = field(default_factory=dict)
