"""How value indexes are built and asked, from the environment."""

from dataclasses import dataclass

from thoth_ai import environment
from thoth_ai.values.grams import SIZES
from thoth_ai.values.index import Effort

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Knobs:
    """The classic ones of such an index, as far as it has them, and how large it may become."""

    enabled: bool
    ngram: int
    effort: Effort
    bytes: int


def from_environment() -> Knobs:
    """Read them; a wrong one is refused rather than guessed."""
    return Knobs(
        enabled=environment.flag("VALUE_INDEX", default="true"),
        ngram=environment.number("VALUE_INDEX_NGRAM", 3, lowest=SIZES[0], highest=SIZES[-1]),
        effort=Effort(
            permutations=environment.number("VALUE_INDEX_PERMUTATIONS", 32, lowest=4, highest=1024),
            threshold=environment.number("VALUE_INDEX_THRESHOLD", 50, lowest=0, highest=100) / 100,
        ),
        bytes=environment.number("VALUE_INDEX_MEGABYTES", 4096, lowest=1, highest=1_000_000) * MIB,
    )
