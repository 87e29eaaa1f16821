"""What counts as one word, and which spellings count as the same word."""

import re
import unicodedata

_COMBINING_DIACRITICS = range(0x0300, 0x0370)
_SHORTEST_INFLECTED = 4
_AS_THEY_ARE = ("ss", "us", "is", "news", "series")
_AFTER_ES = ("ss", "x", "z", "ch", "sh")
_VOWEL = re.compile("[aeiouy]")


def fold(text: str) -> str:
    """Fold case, width and the accents of Latin letters; other scripts keep their marks."""
    kept: list[str] = []
    for character in unicodedata.normalize("NFKD", text.casefold()):
        accent = ord(character) in _COMBINING_DIACRITICS
        if not (accent and kept and kept[-1].isascii()):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def singular(word: str) -> str:
    """Return a folded English word without its plural or third-person ending."""
    if len(word) < _SHORTEST_INFLECTED or not word.endswith("s") or word.endswith(_AS_THEY_ARE):
        return word
    if word.endswith("ies") and len(word) > len("ties"):
        return word.removesuffix("ies") + "y"
    if word.endswith("es") and word.removesuffix("es").endswith(_AFTER_ES):
        return word.removesuffix("es")
    return word.removesuffix("s")


def stem(word: str) -> str:
    """Return the part that the inflections of a folded English word share: for ranking only."""
    base = singular(word)
    for ending in ("ing", "ed"):
        rest = base.removesuffix(ending)
        if rest != base and len(rest) >= len("rat") and _VOWEL.search(rest):
            base = rest[:-1] if rest[-1] == rest[-2] else rest
            break
    return base.removesuffix("e") if len(base) > _SHORTEST_INFLECTED else base
