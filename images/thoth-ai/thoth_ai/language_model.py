"""The language model in use, one client for the whole process, and how it fared last."""

import functools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from thoth_ai import provider_settings
from thoth_ai.metrics import registry
from thoth_ai.providers import catalogue
from thoth_ai.providers.types import (
    Chat,
    Completion,
    Message,
    ProviderError,
    ProviderSettings,
    ignore,
)


def at_once() -> int:
    """Return how many requests may be with the model, so that others are answered meanwhile."""
    return max(1, int(settings.REQUESTS_AT_ONCE) * 3 // 8)


class BusyError(Exception):
    """As many questions are with the language model as may be."""


@dataclass(slots=True)
class LanguageModel:
    """A chat that counts what it consumes and never serves more requests than `at_once` says."""

    chat: Chat
    last_failure: ProviderError | None = None
    _places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(at_once())
    )

    def complete(
        self, messages: Sequence[Message], *, heard: Callable[[str], None] = ignore
    ) -> Completion:
        """Ask the model; raises ProviderError, or BusyError at once when no place is free."""
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            completion = self.chat.complete(messages, heard=heard)
        except ProviderError as error:
            self.last_failure = error
            registry.MODEL_FAILURES.labels(provider=self.chat.provider, kind=error.kind.value).inc()
            raise
        finally:
            self._places.release()
        self.last_failure = None
        _count(self.chat, completion)
        return completion


def current() -> LanguageModel | None:
    """Return the language model, None when none is chosen or its key is missing."""
    chosen = settings.LANGUAGE_MODEL
    if chosen is None or provider_settings.lacks_key(chosen):
        return None
    return _made(chosen)


@functools.lru_cache(maxsize=4)
def _made(chosen: ProviderSettings) -> LanguageModel:
    return LanguageModel(catalogue.chat(chosen))


def _count(chat: Chat, completion: Completion) -> None:
    usage = completion.usage
    for direction, number in (("in", usage.input_tokens), ("out", usage.output_tokens)):
        registry.TOKENS.labels(provider=chat.provider, direction=direction).inc(number)
    registry.COST.labels(provider=chat.provider).inc(usage.cost_usd or 0)
