"""Which image of the engine counts as built from exactly these sources."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from thothctl.adapters.image_builder import ImageBuilder
from thothctl.model.install import LABEL_SOURCE
from thothctl.model.observed import ObservedImage
from thothctl.model.stack import Image

if TYPE_CHECKING:
    from thothctl.world import Engine

REDIS = Image("thoth-redis", "redis")
IDENTITY = "sha256:0123456789abcdef"
PIN = "thoth-redis:1.0-0123456789ab"


def builder(*found: ObservedImage, version: str = "1.0") -> ImageBuilder:
    engine = cast("Engine", SimpleNamespace(images=lambda _: found))
    return ImageBuilder(Path("/nowhere"), version, engine, {}, lambda _: None)


def listed(tags: Sequence[str], source: str) -> ObservedImage:
    return ObservedImage(IDENTITY, tuple(tags), 1, "", {LABEL_SOURCE: source})


def test_an_image_is_found_by_its_sources_and_called_by_the_tag_that_names_its_content() -> None:
    source = builder().source_hash(REDIS)
    tags = ("host/thoth-redis:1.0", "thoth-redis:latest", "other:1.0-0123456789ab", PIN)

    assert builder(listed(tags, source)).find(REDIS) == PIN


def test_other_sources_other_names_and_tags_that_move_are_not_it() -> None:
    source = builder().source_hash(REDIS)

    assert builder().find(REDIS) is None
    assert builder(listed([PIN], "other sources")).find(REDIS) is None
    assert builder(listed(["thoth-redis:1.0", "thoth-redis:1.0-fff"], source)).find(REDIS) is None
    assert builder(listed([PIN.replace("redis", "nginx")], source)).find(REDIS) is None


def test_every_version_and_every_target_has_sources_of_its_own() -> None:
    hashes = {
        builder().source_hash(REDIS),
        builder(version="2.0").source_hash(REDIS),
        builder().source_hash(Image("thoth-redis", "redis", target="development")),
        builder().source_hash(Image("thoth-nginx", "nginx")),
    }

    assert len(hashes) == 4
