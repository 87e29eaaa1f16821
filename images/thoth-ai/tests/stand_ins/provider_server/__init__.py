"""Stands in for an LLM provider, because no real one can be had where the tests run.

It speaks the protocols of OpenAI, Anthropic, Gemini and Cohere over real sockets and answers from
a script, faults included. Nothing but the standard library is needed:

    with ProviderServer([{"match": "schools", "reply": "SELECT count(*) FROM schools"}]) as server:
        ...  # server.openai is a base URL; server.requests is what was asked

or `python -m provider_server --port 0 --script FILE` with {"rules": [...], "keys": {...}} in it.
"""

from provider_server.seen import Seen
from provider_server.server import ProviderServer

__all__ = ["ProviderServer", "Seen"]
