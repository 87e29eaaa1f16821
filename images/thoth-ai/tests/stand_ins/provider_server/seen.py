"""What is kept of a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came; names of headers are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
