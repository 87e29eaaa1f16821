"""One spelling for what people take for the same: case, accents, width and blanks are folded."""

import re
import unicodedata
from collections.abc import Sequence

END = "\n"  # never inside a folded text, so many of them can be folded as one
_BLANKS = str.maketrans(dict.fromkeys("\t\r\v\f", " "))
_ACCENTS = re.compile("(?<=[\x00-\x7f])[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Return the spelling in which texts are compared."""
    return fold_all([text])


def fold_all(texts: Sequence[str]) -> str:
    """Return the folded texts, joined by `END`: one pass over all is what makes it quick."""
    joined = END.join(texts)
    if joined.count(END) != len(texts) - 1:
        joined = END.join(text.replace(END, " ") for text in texts)
    joined = joined.casefold()
    if not joined.isascii():
        decomposed = unicodedata.normalize("NFKD", joined)
        joined = unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))
        if joined.count(END) != len(texts) - 1:  # no character decomposes into one, today
            raise ValueError("a text folds into several lines")
    return _single_blanks(joined)


def _single_blanks(joined: str) -> str:
    """Most values have no others, and looking is quicker than replacing."""
    if any(blank in joined for blank in "\t\r\v\f"):
        joined = joined.translate(_BLANKS)
    while "  " in joined:
        joined = joined.replace("  ", " ")
    return f"{END}{joined}{END}".replace(f" {END}", END).replace(f"{END} ", END)[1:-1]
