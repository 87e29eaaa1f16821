"""What a backup is to be: plain values, decided before anything is touched."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import cast

from thothctl.model.backup import Consistency, Engine

PAUSE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class BackupOrder:
    """One backup of one install; `sizes` are the bytes that each store is about to give.

    `sealed` is the identity, encrypted for a passphrase, in hex: it travels in the archive.
    """

    name: str
    backup: str
    created: str
    target: str
    recipient: str
    stores: tuple[str, ...]
    full: bool
    sealed: str = ""
    consistency: Consistency = Consistency.ONE_POINT
    pause_seconds: int = PAUSE_SECONDS
    note: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)
    engine: Engine = Engine.ARCHIVE


def order_to_plain(order: BackupOrder) -> dict[str, object]:
    """As a step of a plan holds it."""
    return asdict(order)


def order_from_plain(values: Mapping[str, object]) -> BackupOrder:
    """What `order_to_plain` made, also after it was in a journal."""
    own = dict(values)
    own["stores"] = tuple(cast("list[str]", own["stores"]))
    own["engine"] = Engine(str(own.get("engine", Engine.ARCHIVE.value)))
    own["consistency"] = Consistency(str(own["consistency"]))
    return BackupOrder(**own)  # type: ignore[arg-type]  # written by order_to_plain
