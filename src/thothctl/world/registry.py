"""The port to registries: what they offer, told without pulling."""

from typing import Protocol

from thothctl.model.observed import OfferedImage


class Registry(Protocol):
    """A registry of images; `repository` is HOST[:PORT]/PATH. Every call raises NetworkError."""

    def tags(self, repository: str) -> tuple[str, ...]:
        """All tags; none where the repository is empty or not there."""

    def image(self, repository: str, name: str, architecture: str) -> OfferedImage:
        """The image of a tag or digest for one architecture.

        Raises IntegrityError when what comes is not what its digest says.
        """
