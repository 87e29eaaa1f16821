"""Configuration files of the user's own, which services read beside ours."""

from collections.abc import Mapping
from dataclasses import dataclass

SUFFIX = ".conf"


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A folder below `config/` of an install; its files come to lie in the release at `into`."""

    folder: str
    into: str
    service: str

    def released(self, name: str) -> str:
        """Where a file lies in a release: marked, so that it is never taken for one of ours."""
        return f"{self.into}/{MARK}{name}"


MARK = "own-"
PLACES = (
    OwnPlace("nginx", "nginx", "nginx"),
    OwnPlace("nginx/server", "nginx/server", "nginx"),
    OwnPlace("postgres", "postgres-conf", "postgres"),
)


def own_files(files: Mapping[str, str]) -> dict[str, str]:
    """Those files of a release that are the user's own."""
    return {place: text for place, text in files.items() if place_of(place) is not None}


def place_of(released: str) -> OwnPlace | None:
    """The folder that a file of a release came from, if it is one of the user's own."""
    into, _, name = released.rpartition("/")
    found = (place for place in PLACES if place.into == into and name.startswith(MARK))
    return next(found, None)
