"""What a provider's way of chatting has to define."""

from collections.abc import Sequence
from typing import Protocol

from thoth_ai.providers.connection import Call
from thoth_ai.providers.draft import Draft
from thoth_ai.providers.types import Message


class Dialect(Protocol):
    """How to put the question, and how to read the documents of the answer."""

    def call(self, model: str, messages: Sequence[Message], *, usage: bool) -> Call:
        """Return the request; `usage` asks to be told the tokens where one has to ask."""
        ...

    def take(self, draft: Draft, document: object) -> str:
        """Note what a document tells and return its piece of text, empty if it has none."""
        ...


def of_system(messages: Sequence[Message]) -> str:
    """Join what the system says, for those who want it apart from the conversation."""
    return "\n\n".join(message.text for message in messages if message.role == "system")
