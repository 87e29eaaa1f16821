"""Texts of strangers as every database keeps them."""


def storable(text: str) -> str:
    """Return a text that can be stored: a lone surrogate cannot, and a NUL not everywhere."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
