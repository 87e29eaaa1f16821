"""Vectors as bytes and as JSON."""

import numpy as np

from thoth_ai.vectorstores.types import Vector

DECIMALS = 8  # less than what 32 bits hold of numbers around 0.1


def packed(vector: Vector) -> bytes:
    """Return four bytes a number, the same on every machine."""
    return vector.astype("<f4").tobytes()


def unpacked(content: "bytes | memoryview[int]") -> Vector:
    """Return the vector that was packed."""
    return np.frombuffer(bytes(content), dtype="<f4")


def listed(vector: Vector) -> list[float]:
    """Return numbers short enough for JSON, and exact enough for a cosine."""
    rounded: list[float] = vector.astype(np.float64).round(DECIMALS).tolist()
    return rounded
