"""One form for all the ways to ask the same thing: what remains of a question without its manners.

The form keeps every word that could choose other rows. Two questions with equal forms ask the
same; two that differ in a name, a number, a negation or a superlative never have equal forms.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from thoth_ai.answering import phrases
from thoth_ai.answering.words import fold, singular

_LITERAL = "^"
_SHORT_WORD = 3  # titles leave these small
_QUOTED = re.compile(r"""(?<!\w)(["'“‘`])(.+?)["'”’`](?!\w)""")
_TOKEN = re.compile(
    r"""(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?  # a number with its sign and thousands
      | (?<!\w)[A-Z][+-](?!\w)                # a grade
      | [^\W_]+(?:\.[^\W_]+)*[+#]*            # a word, a version, a language
      | >=|<=|!=|<>                           # a comparison
      | [^\w\s.,;:!?"'`’‘“”()\[\]{}/\\-]      # a symbol""",
    re.VERBOSE,
)
_POSSESSIVE = re.compile(r"(?<=\w)['’]s?\b", re.IGNORECASE)
_RANKS = ("#highest", "#lowest", "#latest", "#earliest")
_PHRASES = [
    (re.compile(rf"(?<![^ ])(?:{pattern})(?![^ ])"), meaning)
    for pattern, meaning in phrases.PHRASES.items()
]


@dataclass(frozen=True, slots=True)
class Form:
    """A question's form; `names` are words that must not be bent to match."""

    words: tuple[str, ...]
    names: frozenset[str]

    @property
    def says_something(self) -> bool:
        """Tell whether anything but a way of asking is left."""
        return any(not word.startswith("#") for word in self.words)

    def equals(self, other: "Form") -> bool:
        """Tell whether both ask the same; names must be spelled alike, other words may bend."""
        exact = self.names | other.names
        return len(self.words) == len(other.words) and all(
            mine == theirs or (not {mine, theirs} & exact and singular(mine) == singular(theirs))
            for mine, theirs in zip(self.words, other.words, strict=True)
        )


def form(question: str) -> Form:
    """Reduce a question to its form."""
    tokens = _tokens(unicodedata.normalize("NFKC", question))
    names = frozenset(fold(token) for token in tokens[1:] if token[:1].isupper())
    text = " ".join(_marked(tokens))
    for pattern, meaning in _PHRASES:
        text = " ".join(pattern.sub(meaning, _in_order(text)).split())
    words = tuple(word.removeprefix(_LITERAL) for word in _meaningful(text.split()))
    return Form(_ranks_first(words), names)


def _tokens(text: str) -> list[str]:
    """Split into words, numbers and symbols; the words of a quotation carry the literal mark."""
    tokens: list[str] = []
    end = 0
    for quotation in _QUOTED.finditer(text):
        tokens += _TOKEN.findall(_POSSESSIVE.sub(_negation_kept, text[end : quotation.start()]))
        tokens += [_LITERAL + token for token in _TOKEN.findall(quotation.group(2))]
        end = quotation.end()
    return tokens + _TOKEN.findall(_POSSESSIVE.sub(_negation_kept, text[end:]))


def _negation_kept(match: re.Match[str]) -> str:
    return "" if match.group().lower().endswith("s") else " "


def _marked(tokens: list[str]) -> Iterable[str]:
    """Fold the tokens; one that stands for itself although it looks like a filler gets a mark."""
    long_words = [token for token in tokens[1:] if token.isalpha() and len(token) > _SHORT_WORD]
    titled = len(long_words) > 1 and all(word[0].isupper() for word in long_words)
    for place, token in enumerate(tokens):
        folded = fold(token)
        if token.startswith(_LITERAL):
            yield _LITERAL + fold(token.removeprefix(_LITERAL))
        elif place and folded in phrases.FILLERS and token[0].isupper() and not titled:
            yield _LITERAL + folded
        elif folded[0].isdigit() or folded[0] == "-":
            yield folded.replace(",", "")
        else:
            known = phrases.SYMBOLS.get(folded, folded)
            yield phrases.SAME.get(known, phrases.NUMBERS.get(known, known))


def _in_order(text: str) -> str:
    fronted = phrases.FRONTED.fullmatch(text)
    asked = f"{fronted.group(2)} {fronted.group(1)}" if fronted else text
    return phrases.PLACE_OF.sub(r"\2 \1", asked)


def _meaningful(words: list[str]) -> list[str]:
    """Drop the opening command and the fillers; `a` before nothing but fillers is a name."""
    if words[:1] == ["count"]:
        words = ["#count", *words[1:]]
    elif words and words[0] in phrases.COMMANDS:
        words = words[1:]
    return [
        word
        for place, word in enumerate(words)
        if word not in phrases.FILLERS
        or (word in ("a", "an") and not _introduces(words[place + 1 : place + 2]))
    ]


def _introduces(following: list[str]) -> bool:
    return bool(following) and following[0] not in phrases.FILLERS


def _ranks_first(words: tuple[str, ...]) -> tuple[str, ...]:
    """Put "5 highest" as "highest 5"."""
    ordered = list(words)
    for place in range(len(ordered) - 1):
        if ordered[place].isdigit() and ordered[place + 1] in _RANKS:
            ordered[place], ordered[place + 1] = ordered[place + 1], ordered[place]
    return tuple(ordered)
