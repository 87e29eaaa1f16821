"""The certificates that an install serves."""

from pathlib import Path
from typing import Protocol

from thothctl.model.acme import AcmeOrder
from thothctl.model.certificate import Certificate, Refused


class Certificates(Protocol):
    """The TLS files of an install; nginx sees only the pair that is served."""

    def make(self, name: str, hosts: tuple[str, ...]) -> bool:
        """Sign a certificate for these hosts unless a good one is there; True when it is new."""

    def take(self, name: str, certificate: Path, key: Path, hosts: tuple[str, ...]) -> None:
        """Check files of the user and serve copies of them; raises InvalidInputError."""

    def stand_in(self, name: str, hosts: tuple[str, ...]) -> bool:
        """Serve something until an order is answered: what is there, or one of our own."""

    def order(self, name: str, order: AcmeOrder) -> bool:
        """Serve what an ACME authority gives, asked only when it is time; True when it is new."""

    def refuse(self, name: str, refused: Refused) -> None:
        """Record why an order came to nothing."""

    def refused(self, name: str) -> Refused | None: ...
    def served(self, name: str) -> Certificate | None: ...
    def authority(self, name: str) -> Path | None:
        """The authority to trust, None where the certificate is one the world trusts."""
