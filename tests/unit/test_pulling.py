"""How far a pull is, from what the engine tells of layers."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from thothctl.adapters.images import OwnImages
from thothctl.adapters.pulling import Puller
from thothctl.errors import EngineRefusedError, IntegrityError
from thothctl.model.event import Event, Progress

LAYERS = {"sha256:" + letter * 64: size for letter, size in (("a", 100), ("b", 50))}
A, B = "a" * 12, "b" * 12


def news(layer: str, status: str, current: int = 0, total: int = 0) -> dict[str, Any]:
    return {"id": layer, "status": status, "progressDetail": {"current": current, "total": total}}


@dataclass
class PlayedPull:
    """An engine that tells what it was told to tell."""

    told: tuple[dict[str, Any], ...]
    logins: list[Mapping[str, str] | None] = field(default_factory=list)

    def pull(self, _: str, login: Mapping[str, str] | None) -> Generator[dict[str, Any]]:
        self.logins.append(login)
        yield from self.told


def pulled(folder: Path, layers: Mapping[str, int], *told: dict[str, Any]) -> list[Event]:
    heard: list[Event] = []
    environment = {"DOCKER_CONFIG": str(folder)}
    Puller(PlayedPull(told), environment, heard.append).pull("h:1/x@sha256:1", "x", layers)
    return heard


def test_the_bytes_of_all_layers_are_counted_against_the_manifest(tmp_path: Path) -> None:
    heard = pulled(
        tmp_path,
        LAYERS,
        {"status": "Pulling from x", "id": "1.0.0"},
        news(A, "Already exists"),
        news(B, "Downloading", 20, 50),
        news(B, "Download complete"),
        news(B, "Pull complete"),
    )

    assert heard == [
        Progress("x", "pulling", 100, 150, "bytes"),
        Progress("x", "pulling", 120, 150, "bytes"),
        Progress("x", "unpacking", 1, 2, "layers"),
        Progress("x", "unpacking", 2, 2, "layers"),
    ]


def test_without_a_manifest_the_sizes_are_those_the_engine_tells(tmp_path: Path) -> None:
    heard = pulled(tmp_path, {}, news(A, "Downloading", 20, 100), news(B, "Downloading", 1, 50))

    assert heard[-1] == Progress("x", "pulling", 21, 150, "bytes")


def test_what_the_engine_has_against_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineRefusedError, match="no space left on device"):
        pulled(tmp_path, LAYERS, {"error": "write /x: no space left on device"})


def test_a_pull_signs_in_as_docker_did(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"auths": {"h:1": {"auth": "bWU6c2VjcmV0"}}}')
    engine = PlayedPull(())

    Puller(engine, {"DOCKER_CONFIG": str(tmp_path)}, lambda _: None).pull("h:1/x:1", "x", {})

    assert engine.logins == [{"username": "me", "password": "secret"}]


@pytest.mark.parametrize(
    "said",
    [
        "filesystem layer verification failed for digest sha256:1",
        "failed to copy: unexpected commit digest sha256:2, expected sha256:1: failed precondition",
        "failed commit on ref: unexpected commit size 11, expected 10: failed precondition",
    ],
)
def test_bytes_that_are_not_those_of_the_digest_are_no_fault_of_the_network(
    tmp_path: Path, said: str
) -> None:
    facts = SimpleNamespace(architecture="amd64")
    engine: Any = SimpleNamespace(image=lambda _: None, facts=lambda: facts)
    registry: Any = SimpleNamespace(image=lambda *_: SimpleNamespace(layers=LAYERS))
    builder: Any = None
    puller = Puller(PlayedPull(({"error": said},)), {"DOCKER_CONFIG": str(tmp_path)}, print)
    images = OwnImages(engine, builder, registry, puller, print)

    with pytest.raises(IntegrityError, match="h:1/x@sha256:1: what came is not what its digest"):
        images.fetch("h:1/x@sha256:1")
