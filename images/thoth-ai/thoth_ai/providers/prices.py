"""What well-known models cost, as their providers published it on a day."""

import re
from dataclasses import dataclass
from datetime import date

NOTED = date(2026, 11, 21)
_VARIANT = re.compile(r"(-latest|-preview)?(-\d[\d-]*)?(:\w+)?")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; longer questions than `up_to` cost something else."""

    input: float
    output: float
    up_to: int | None = None

    def cost(self, input_tokens: int, output_tokens: int) -> float | None:
        """Return the dollars, None beyond what the price is for."""
        if self.up_to is not None and input_tokens > self.up_to:
            return None
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


PRICES: dict[tuple[str, str], Price] = {
    ("openai", "gpt-6-luna"): Price(0.10, 0.50, up_to=272_000),
    ("openai", "gpt-6-sol"): Price(2.00, 10.00, up_to=272_000),
    ("openai", "gpt-5.6-luna"): Price(0.20, 1.20, up_to=272_000),
    ("openai", "gpt-5.6-terra"): Price(2.00, 12.00, up_to=272_000),
    ("openai", "gpt-5.4-mini"): Price(0.75, 4.50),
    ("openai", "gpt-5.4-nano"): Price(0.20, 1.25),
    ("openai", "gpt-4o-mini"): Price(0.15, 0.60),
    ("anthropic", "claude-haiku-5-5"): Price(0.10, 0.50, up_to=100_000),
    ("anthropic", "claude-sonnet-5-5"): Price(2.00, 10.00),
    ("anthropic", "claude-opus-5-5"): Price(4.00, 20.00),
    ("anthropic", "claude-haiku-4-5"): Price(1.00, 5.00),
    ("gemini", "gemini-3.5-flash-lite"): Price(0.30, 2.50),
    ("gemini", "gemini-3.6-flash"): Price(1.50, 7.50),
    ("groq", "openai/gpt-oss-120b"): Price(0.15, 0.60),
    ("groq", "openai/gpt-oss-20b"): Price(0.075, 0.30),
    ("groq", "llama-3.3-70b-versatile"): Price(0.59, 0.79),
    ("deepseek", "deepseek-flash"): Price(0.30, 1.20),  # at its dearer hours
    ("deepseek", "deepseek-v4-pro"): Price(1.32, 3.96),  # at its dearer hours
}
FREE = frozenset({"ollama", "lmstudio"})


def price_of(provider: str, model: str) -> Price | None:
    """Return the price of a model or of a dated version of it, None if it is not known."""
    if provider in FREE:
        return Price(0.0, 0.0)
    for (name, known), price in PRICES.items():
        rest = model.removeprefix(known)
        if name == provider and model.startswith(known) and _VARIANT.fullmatch(rest):
            return price
    return None
