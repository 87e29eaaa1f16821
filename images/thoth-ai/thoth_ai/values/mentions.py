"""Which values of a database a question speaks of, so that SQL spells them as they are stored."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from thoth_ai.values.folding import fold
from thoth_ai.values.index import Hit, Place, ValueIndex

MOST = 12
MOST_WORDS = 6
MOST_PLACES = 6
"""A value that stands in more columns says nothing of which is meant."""
MOST_SEARCHED = 12
LEAST_ALIKE = 0.68
SHORTEST_ALIKE = 4
_QUOTED = re.compile(r"\"([^\"]{1,200})\"|“([^”]{1,200})”|(?<!\w)'([^']{1,200})'(?!\w)")
_WORD = re.compile(r"[^\s,;:!?\"“”()]+")
_PLAIN = frozenset(
    "a about above after all also an and any are as at be been before below between both but by can"
    " count could did do does during each ever every few first for from give had has have her his"
    " how i if in into is it its last least less list many may me mean more most much my name names"
    " no none not number of off on one only or other our out over per please same she should show"
    " since so some such sum tell than that the their them then there these they this those to"
    " total two under until up us was we were what when where which while who whom whose why will"
    " with within without would you your average maximum minimum highest lowest different".split()
)


@dataclass(frozen=True, slots=True)
class Mention:
    """What the question says, the value that it may mean, and where that stands."""

    said: str
    value: str
    places: tuple[Place, ...]
    exact: bool


def found(question: str, index: ValueIndex, personal: frozenset[Place]) -> list[Mention]:
    """Return the likeliest, in the question's order; of people only what it says itself.

    Longer phrases win over their parts; what is spelled otherwise is looked for where nothing
    is spelled so, and only among quoted phrases and words that look like names.
    """
    spans = _Spans(question, index, personal)
    return spans.exact() + spans.alike()


@dataclass(slots=True)
class _Spans:
    question: str
    index: ValueIndex
    personal: frozenset[Place]
    taken: list[tuple[int, int]] = field(default_factory=list)

    def exact(self) -> list[Mention]:
        """Find what is spelled as in the database, but for case, accents and blanks."""
        mentions = []
        for begin, end in self._phrases():
            said = _stripped(self.question[begin:end])
            if self._overlaps(begin, end) or _is_plain(said):
                continue
            hits = [hit for hit in self.index.exact(said) if len(hit.places) <= MOST_PLACES]
            if hits:
                self.taken.append((begin, end))
            mentions += [Mention(said, hit.value, hit.places, exact=True) for hit in hits]
        return mentions[:MOST]

    def alike(self) -> list[Mention]:
        """Find what is nearly so, of the phrases that nothing was found for."""
        mentions: list[Mention] = []
        searched = 0
        for begin, end in self._names():
            said = _stripped(self.question[begin:end])
            if self._overlaps(begin, end) or len(said) < SHORTEST_ALIKE or _is_plain(said):
                continue
            searched += 1
            if searched > MOST_SEARCHED:
                break
            near = [kept for hit in self.index.search(said, 3) if (kept := self._shown(hit))]
            mentions += [Mention(said, hit.value, hit.places, exact=False) for hit in near]
        return mentions[:MOST]

    def _shown(self, hit: Hit) -> Hit | None:
        """What resembles a question's word may be somebody's name that it does not say."""
        places = tuple(place for place in hit.places if place not in self.personal)
        if hit.similarity < LEAST_ALIKE or not 0 < len(places) <= MOST_PLACES:
            return None
        return Hit(hit.value, hit.similarity, places)

    def _phrases(self) -> Iterator[tuple[int, int]]:
        """Give what is quoted, then runs of words, the longest first."""
        yield from self._quoted()
        words = [(one.start(), one.end()) for one in _WORD.finditer(self.question)]
        for count in range(min(MOST_WORDS, len(words)), 0, -1):
            for first in range(len(words) - count + 1):
                yield words[first][0], words[first + count - 1][1]

    def _names(self) -> Iterator[tuple[int, int]]:
        """Give what is quoted, then runs of words with capitals or digits, but for the first."""
        yield from self._quoted()
        run: list[tuple[int, int]] = []
        for number, one in enumerate(_WORD.finditer(self.question)):
            word = one.group()
            looks = word[0].isupper() or any(map(str.isdigit, word))
            if looks and not _is_plain(word) and (number or not word.istitle()):
                run.append((one.start(), one.end()))
                continue
            yield from _whole(run)
            run = []
        yield from _whole(run)

    def _quoted(self) -> Iterator[tuple[int, int]]:
        for one in _QUOTED.finditer(self.question):
            yield one.span(one.lastindex or 0)

    def _overlaps(self, begin: int, end: int) -> bool:
        return any(begin < there_end and there < end for there, there_end in self.taken)


def _whole(run: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if run:
        yield run[0][0], run[-1][1]


def _stripped(said: str) -> str:
    plain = said.strip(".,'’ ")
    return plain.removesuffix("'s").removesuffix("’s")


def _is_plain(said: str) -> bool:
    """Say whether these are words of questions, or single digits, which occur everywhere."""
    words = fold(said).split()
    return all(word in _PLAIN or (len(word) == 1 and len(words) == 1) for word in words)
