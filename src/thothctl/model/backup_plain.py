"""Manifest and head of a backup as plain values, and back."""

from dataclasses import asdict, fields
from typing import TypeVar, cast

from thothctl.model.backup import (
    FORMAT,
    Cluster,
    Consistency,
    Engine,
    Head,
    Manifest,
    Part,
    PartKind,
    SavedImage,
    time_of,
)

T = TypeVar("T")
Plain = dict[str, object]


def head_to_plain(head: Head) -> Plain:
    """The head as JSON carries it."""
    return asdict(head)


def head_from_plain(values: object) -> Head:
    """The head of an archive; raises ValueError, TypeError or KeyError for what is none."""
    head = _built(Head, _known_format(values))
    time_of(head.id)
    return head


def manifest_to_plain(manifest: Manifest) -> Plain:
    """The manifest as JSON carries it."""
    return asdict(manifest)


def manifest_from_plain(values: object) -> Manifest:
    """The manifest of an archive; raises ValueError, TypeError or KeyError for what is none."""
    own = _known_format(values)
    own["parts"] = tuple(_part(one) for one in _list(own["parts"]))
    images = _map(own["images"])
    own["images"] = {name: _built(SavedImage, _map(one)) for name, one in images.items()}
    clusters = _map(own["clusters"])
    own["clusters"] = {name: _cluster(_map(one)) for name, one in clusters.items()}
    own["consistency"] = Consistency(str(own["consistency"]))
    own["engine"] = Engine(str(own.get("engine", Engine.ARCHIVE.value))).value
    own["stored_as"] = {name: str(kind) for name, kind in _map(own["stored_as"]).items()}
    own["sizes"] = {name: int(str(size)) for name, size in _map(own.get("sizes", {})).items()}
    for key in ("stores", "remarks"):
        own[key] = tuple(str(one) for one in _list(own[key]))
    time_of(str(own["id"]))
    return _built(Manifest, own)


def _known_format(values: object) -> Plain:
    own = _map(values)
    if own.get("format") != FORMAT:
        raise ValueError(f"its format is {own.get('format')}, this program reads {FORMAT}")
    return own


def _part(values: object) -> Part:
    own = _map(values)
    own["kind"] = PartKind(str(own["kind"]))
    own["counts"] = {name: int(str(count)) for name, count in _map(own["counts"]).items()}
    return _built(Part, own)


def _cluster(own: Plain) -> Cluster:
    found = _map(own["extensions"]).items()
    own["extensions"] = {name: tuple(str(one) for one in _list(ones)) for name, ones in found}
    return _built(Cluster, own)


def _built(kind: type[T], values: Plain) -> T:
    """What a later program of the same format adds is passed over."""
    known = {one.name: one.type for one in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    own = {name: value for name, value in values.items() if name in known}
    for name, value in own.items():
        expected = known[name]
        if expected in (str, int, bool) and type(value) is not expected:
            raise TypeError(f"{name} is of type {type(value).__name__}")
    return kind(**own)


def _map(values: object) -> Plain:
    if not isinstance(values, dict):
        raise TypeError(f"{type(values).__name__} instead of a mapping")
    return cast("Plain", dict(values))


def _list(values: object) -> list[object]:
    if not isinstance(values, list | tuple):
        raise TypeError(f"{type(values).__name__} instead of a list")
    return list(values)
