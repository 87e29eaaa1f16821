"""Columns of some rows woven into rows, with as few pieces to join as their texts allow."""

import struct
from collections.abc import Sequence
from itertools import chain

import numpy as np

from thoth_ai.importing.postgres.python_columns import Read
from thoth_ai.importing.postgres.python_texts import Bytes
from thoth_ai.importing.postgres.python_texts import Numbers as Widths

Front = tuple[Bytes, Widths | None]


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
        return _run(run)[0].tobytes()
    if run:
        pieces.append(_cut(run))
    return b"".join(chain.from_iterable(zip(*pieces, strict=True)))


def _run(run: Sequence[Front]) -> tuple[Bytes, Widths | None]:
    """Return short values side by side, and the width of each row where they are not alike."""
    whole = np.concatenate([front for front, _ in run], axis=1)
    if all(widths is None for _, widths in run):
        return whole, None
    kept = np.ones(whole.shape, np.bool_)
    sizes, at = np.zeros(len(whole), np.int64), 0
    for front, widths in run:
        width = front.shape[1]
        if widths is not None:
            np.less(np.arange(width), widths[:, None], out=kept[:, at : at + width])
        sizes += width if widths is None else widths
        at += width
    return whole[kept], sizes


def _cut(run: Sequence[Front]) -> list[bytes]:
    """Return what goes before a text, row by row."""
    whole, sizes = _run(run)
    if sizes is None:
        found: list[bytes] = whole.view(f"V{whole.shape[1]}").ravel().tolist()
        return found
    raw, ends = whole.tobytes(), np.cumsum(sizes)
    return [raw[at:end] for at, end in zip((ends - sizes).tolist(), ends.tolist(), strict=True)]
