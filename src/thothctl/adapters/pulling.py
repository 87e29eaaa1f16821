"""Pulls through the engine's API, and tells how many bytes of an image have come."""

import time
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

from thothctl.adapters.listening import listening
from thothctl.adapters.registry_login import login_for
from thothctl.adapters.registry_place import Place
from thothctl.errors import EngineRefusedError, NetworkError
from thothctl.model.event import Progress
from thothctl.world import Report

SHORT = slice(len("sha256:"), len("sha256:") + 12)
"""The part of a layer's digest that the engine calls it by."""
AWAITED = frozenset({"Pulling fs layer", "Waiting", "Downloading"})
THERE = frozenset({"Already exists", "Download complete", "Verifying Checksum", "Extracting"})
UNPACKED = frozenset({"Already exists", "Pull complete"})
STALL_SECONDS = 120.0
"""So long nothing may come of an image; neither the engine nor its SDK has a limit for that."""
LOOKS = 10
"""So often within that time it is seen whether there was news."""


class Pulls(Protocol):
    """An engine that tells what it does while it pulls."""

    def pull(
        self, reference: str, login: Mapping[str, str] | None
    ) -> Generator[dict[str, Any]]: ...


class Puller:
    """Signs in to registries as the docker CLI did."""

    def __init__(
        self,
        engine: Pulls,
        environment: Mapping[str, str],
        report: Report,
        *,
        patience: float = STALL_SECONDS,
    ) -> None:
        self._engine, self._environment, self._report = engine, environment, report
        self._patience = patience

    def pull(self, reference: str, name: str, layers: Mapping[str, int]) -> None:
        """Raise EngineRefusedError with what the engine, or the registry, has against it.

        Raises NetworkError where nothing comes any more.
        """
        login = login_for(Place(reference.partition("@")[0]).host, self._environment)
        meter = Meter(name, {digest[SHORT]: size for digest, size in layers.items()})
        signed = {"username": login.user, "password": login.password} if login else None
        told = self._engine.pull(reference, signed)
        with closing(self._while_it_comes(reference, told)) as coming:
            for event in coming:
                if error := event.get("error"):
                    raise EngineRefusedError(str(error), hint="look at the registry's name")
                if news := meter.hear(event):
                    self._report(news)

    def _while_it_comes(
        self, reference: str, told: Generator[dict[str, Any]]
    ) -> Generator[dict[str, Any]]:
        arrivals, last = Arrivals(), time.monotonic()
        with closing(listening(told, self._patience / LOOKS)) as heard:
            for event in heard:
                if event is not None:
                    yield event
                if (event and arrivals.hear(event)) or not arrivals.awaited:
                    last = time.monotonic()
                elif time.monotonic() - last > self._patience:
                    raise NetworkError(
                        f"nothing more of {reference} came for {self._patience:.0f} s",
                        hint="look at the registry and the way to it, then run the command again: "
                        "what came whole stays, and it goes on from there",
                    )


@dataclass
class Arrivals:
    """Whether a registry still owes something: what came is unpacked in silence."""

    _owed: dict[str, bool] = field(default_factory=dict)
    _told: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def awaited(self) -> bool:
        """Also before any layer is known: the registry is asked which there are."""
        return any(self._owed.values()) or not self._owed

    def hear(self, event: Mapping[str, Any]) -> bool:
        """Whether it is news; some engines tell the same again and again."""
        layer, status = str(event.get("id", "")), str(event.get("status", ""))
        detail = event.get("progressDetail") or {}
        current, total = int(detail.get("current") or 0), int(detail.get("total") or 0)
        if status in AWAITED | THERE | UNPACKED:  # what came whole is still to be written out
            self._owed[layer] = status in AWAITED and not 0 < total <= current
        before, self._told[layer] = self._told.get(layer), (status, current)
        return before != (status, current)


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
