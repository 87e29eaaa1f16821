"""Columns of some rows woven into rows, with as few pieces to join as their texts allow."""

import struct
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from thoth_ai.importing.postgres.python_columns import Read
from thoth_ai.importing.postgres.python_texts import Bytes
from thoth_ai.importing.postgres.python_texts import Numbers as Widths

Front = tuple[Bytes, Widths | None]
MANY = 0.1


def woven(columns: Sequence[Read], rows: int) -> bytes:
    """Return the rows as COPY wants them."""
    count = np.frombuffer(struct.pack(">h", len(columns)), np.uint8)
    run: list[Front] = [(np.broadcast_to(count, (rows, 2)), None)]
    pieces: list[Sequence[bytes | bytearray]] = []
    for one in columns:
        run.append((one.front, one.widths))
        if one.tails is not None:
            pieces += [_cut(run), one.tails]
            run = []
    if not pieces:
        return _alike(run).tobytes() if _are_alike(run) else b"".join(_cut(run))
    if run:
        pieces.append(_cut(run))
    return b"".join(chain.from_iterable(zip(*pieces, strict=True)))


def _are_alike(run: Sequence[Front]) -> bool:
    return all(widths is None for _, widths in run)


def _alike(run: Sequence[Front]) -> Bytes:
    return np.concatenate([front for front, _ in run], axis=1)


def _cut(run: Sequence[Front]) -> list[bytes]:
    """Return short values side by side, row by row; few rows that are shorter are mended after."""
    whole = _alike(run)
    width = whole.shape[1]
    if _are_alike(run):
        return _listed(whole)
    sizes = sum(
        (np.int64(front.shape[1]) if widths is None else widths for front, widths in run),
        start=np.zeros(len(whole), np.int64),
    )
    shorter = np.flatnonzero(sizes < width)
    if len(shorter) > MANY * len(whole):
        raw, ends = whole[_kept(run, slice(None))].tobytes(), np.cumsum(sizes)
        places = zip((ends - sizes).tolist(), ends.tolist(), strict=True)
        return [raw[at:end] for at, end in places]
    found, kept = _listed(whole), _kept(run, shorter)
    for at, row in enumerate(shorter.tolist()):
        found[row] = whole[row][kept[at]].tobytes()
    return found


def _listed(whole: Bytes) -> list[bytes]:
    found: list[bytes] = whole.view(f"V{whole.shape[1]}").ravel().tolist()
    return found


def _kept(run: Sequence[Front], rows: slice | Widths) -> NDArray[np.bool_]:
    """Return which bytes of some rows are sent."""
    parts = []
    for front, widths in run:
        place = np.arange(front.shape[1])
        count = len(front[rows])
        sent = np.full(count, front.shape[1]) if widths is None else widths[rows]
        parts.append(place < sent[:, None])
    return np.concatenate(parts, axis=1)
