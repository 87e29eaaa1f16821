"""F6: removing images never removes what a release goes back to."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import CheckFailedError
from thothctl.model.install import Install, Release
from thothctl.model.observed import ObservedImage
from thothctl.model.stack import Image
from thothctl.operations.prune_images import refuse_strangers, remove, surplus
from thothctl.world import World

INSTALL = Install("default", "u-1", "thoth-ai", "")
FIRST = Release(1, "", "install", "1", {}, {"thoth-ai": "r/thoth-ai@sha256:1"}, {}, "", "")


def image(identity: str, *digests: str, tags: tuple[str, ...] = (), **labels: str) -> ObservedImage:
    named = {f"org.opencontainers.image.{key}": value for key, value in labels.items()}
    return ObservedImage(identity, tags, 100, "", named, digests)


class Shelf:
    """An engine of images and installs; one of them has a container."""

    def __init__(self, *images: ObservedImage, strangers: bool = False) -> None:
        self.there, self.strangers = list(images), strangers

    def images(self, product: str) -> tuple[ObservedImage, ...]:
        return tuple(self.there)

    def labelled(self) -> dict[str, tuple[str, ...]]:
        return {"u-1": ("a",), **({"u-2": ("b",)} if self.strangers else {})}

    def remove_image(self, identity: str) -> bool:
        return identity != "used"


def world(shelf: Shelf, *releases: Release, present: str = "") -> World:
    installs = SimpleNamespace(
        names=lambda: ("default",), find=lambda _: INSTALL, releases=lambda _: releases
    )

    def found(image: Image) -> str | None:
        return present if image.name == "thoth-ai" and present else None

    return cast(
        "World",
        SimpleNamespace(
            engine=shelf, installs=installs, bundles=TemplateBundles(), version="1",
            images=SimpleNamespace(present=found),
        ),
    )  # fmt: skip


def test_f6_the_images_of_every_release_stay_however_they_are_named() -> None:
    by_digest = image("a", "r/thoth-ai@sha256:1")
    by_tag = image("b", tags=("thoth-ai:2-b",))
    by_id = image("c", "other/name@sha256:9")
    nobodys = image("d", "r/thoth-ai@sha256:7", tags=("thoth-ai:0-d",))
    second = replace(FIRST, number=2, images={"thoth-ai": "thoth-ai:2-b"}, image_ids={})
    third = replace(FIRST, number=3, images={"thoth-ai": "gone"}, image_ids={"thoth-ai": "c"})

    found = surplus(world(Shelf(by_digest, by_tag, by_id, nobodys), FIRST, second, third))

    assert found.images == (nobodys,)
    assert found.kept == 3
    assert found.bytes == 100


def test_what_would_be_installed_today_stays() -> None:
    fresh = image("e", tags=("thoth-ai:now",))
    base = ObservedImage(
        "f", (), 1, "",
        {"org.opencontainers.image.title": "thoth-base", "io.thoth.version": "1"},
    )  # fmt: skip
    old_base = ObservedImage("g", (), 1, "", {"org.opencontainers.image.title": "thoth-base"})

    found = surplus(world(Shelf(fresh, base, old_base), present="thoth-ai:now"))

    assert found.images == (old_base,)


def test_what_a_container_uses_is_not_removed() -> None:
    used, free = image("used"), image("free")

    assert remove(world(Shelf(used, free)), (used, free)) == (free,)


def test_installs_of_another_home_are_not_robbed() -> None:
    refuse_strangers(world(Shelf()))
    with pytest.raises(CheckFailedError, match="1 installs on this engine"):
        refuse_strangers(world(Shelf(strangers=True)))
