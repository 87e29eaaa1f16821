"""Names that any store takes, whatever a workspace or a model is called."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one installation; several may share a server."""

    installation: str

    @property
    def prefix(self) -> str:
        """Return how each name of this installation begins."""
        return f"thoth-{_digest(self.installation)[:12]}-"

    def model(self, identity: str) -> str:
        """Name the room of a model."""
        return f"{self.prefix}{_digest(identity)[:16]}"

    def collection(self, identity: str, workspace: str) -> str:
        """Name the room of a model's points of one workspace."""
        return f"{self.model(identity)}-{_digest(workspace)[:20]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
