"""Pulls through the engine's API, and tells how many bytes of an image have come."""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

from thothctl.adapters.registry_login import login_for
from thothctl.adapters.registry_place import Place
from thothctl.errors import EngineRefusedError
from thothctl.model.event import Progress
from thothctl.world import Report

SHORT = slice(len("sha256:"), len("sha256:") + 12)
"""The part of a layer's digest that the engine calls it by."""
THERE = frozenset({"Already exists", "Download complete", "Verifying Checksum", "Extracting"})
UNPACKED = frozenset({"Already exists", "Pull complete"})


class Pulls(Protocol):
    """An engine that tells what it does while it pulls."""

    def pull(
        self, reference: str, login: Mapping[str, str] | None
    ) -> Generator[dict[str, Any]]: ...


class Puller:
    """Signs in to registries as the docker CLI did."""

    def __init__(self, engine: Pulls, environment: Mapping[str, str], report: Report) -> None:
        self._engine, self._environment, self._report = engine, environment, report

    def pull(self, reference: str, name: str, layers: Mapping[str, int]) -> None:
        """Raise EngineRefusedError with what the engine, or the registry, has against it."""
        login = login_for(Place(reference.partition("@")[0]).host, self._environment)
        meter = Meter(name, {digest[SHORT]: size for digest, size in layers.items()})
        signed = {"username": login.user, "password": login.password} if login else None
        with closing(self._engine.pull(reference, signed)) as told:
            for event in told:
                if error := event.get("error"):
                    raise EngineRefusedError(str(error), hint="look at the registry's name")
                if news := meter.hear(event):
                    self._report(news)


@dataclass
class Meter:
    """How far one image is; `sizes` of layers come from its manifest, where that was read."""

    name: str
    sizes: dict[str, int]
    _came: dict[str, int] = field(default_factory=dict)
    _unpacked: set[str] = field(default_factory=set)

    def hear(self, event: Mapping[str, Any]) -> Progress | None:
        """What there is to tell now; None for what concerns no layer."""
        layer, status = str(event.get("id", "")), str(event.get("status", ""))
        detail = event.get("progressDetail") or {}
        if status == "Downloading":
            self.sizes.setdefault(layer, int(detail.get("total") or 0))
            self._came[layer] = int(detail.get("current") or 0)
        elif status in THERE | UNPACKED and layer in self.sizes:
            self._came[layer] = self.sizes[layer]
        else:
            return None
        if status in UNPACKED:
            self._unpacked.add(layer)
        return self._news()

    def _news(self) -> Progress:
        done, total = sum(self._came.values()), sum(self.sizes.values())
        if done < total:
            return Progress(self.name, "pulling", done, total, "bytes")
        return Progress(self.name, "unpacking", len(self._unpacked), len(self.sizes), "layers")
