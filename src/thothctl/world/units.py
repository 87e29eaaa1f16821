"""The port to systemd: unit files and the manager that reads them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from thothctl.model.unit import Account, Caller, Chore, UnitPlace


class Units(Protocol):
    """Unit files of this machine, or below another root."""

    def manages(self) -> bool:
        """Systemd started this machine."""

    def chores(self) -> tuple[Chore, ...]: ...
    def render(self, template: str, values: Mapping[str, object]) -> str: ...
    def folder(self, place: UnitPlace) -> str: ...
    def read(self, place: UnitPlace) -> Mapping[str, str]:
        """The unit files that are there, by name."""

    def write(self, place: UnitPlace, name: str, text: str) -> None: ...
    def remove(self, place: UnitPlace, name: str) -> None: ...
    def control(self, place: UnitPlace, words: Sequence[str]) -> tuple[int, str]:
        """`systemctl` with these words: its status and what it said."""

    def caller(self) -> Caller:
        """How to start thothctl again; root works for the account that owns the records."""

    def account(self, name: str) -> Account | None: ...
    def lingers(self, account: Account) -> bool:
        """Its units run although nobody is signed in."""
