"""The port to people who are not here: a webhook, or a command that sends mail."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from thothctl.model.secret import Secret


class Notices(Protocol):
    """Tells that something went wrong."""

    def webhook(self, url: Secret, document: Mapping[str, object]) -> None:
        """Raises NetworkError where nobody takes it."""

    def mail(self, command: Sequence[str], text: str) -> None:
        """Give the text to a command; raises NetworkError where that fails."""


class Crontab(Protocol):
    """The lines of this account that cron runs."""

    def is_there(self) -> bool: ...
    def lines(self) -> tuple[str, ...]: ...
    def write(self, lines: Sequence[str]) -> None: ...
