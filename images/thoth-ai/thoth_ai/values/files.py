"""Files of named arrays that are read where they lie: a header, parts, a checksum for each.

A file is whole and of this format, or it is refused: nothing in it is ever run or unpickled.
"""

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

MAGIC = b"THOTHVAL"
FORMAT = 1
_HEAD = struct.Struct("<8sII32s")
_ALIGNED = 64
_LARGEST_HEADER = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
_DTYPES = ("|u1", "<u4", "<u8")

Array = NDArray[Any]


class BrokenFileError(Exception):
    """A file is damaged, cut short or not of this format; the message says how."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file says of itself, and its arrays, mapped into memory."""

    about: Mapping[str, Any]
    arrays: Mapping[str, Array]


def write(
    path: Path, about: Mapping[str, Any], arrays: Mapping[str, Array], *, durable: bool = True
) -> None:
    """Write a file that is whole, or is not there; `durable`, also after a power cut."""
    parts, place = [], 0
    for name, array in arrays.items():
        digest = _digest(array)
        said = {"name": name, "dtype": array.dtype.str, "length": len(array), "sha256": digest}
        parts.append({**said, "start": place})
        place += -(-array.nbytes // _ALIGNED) * _ALIGNED
    header = json.dumps({"about": about, "parts": parts}).encode()
    head = _HEAD.pack(MAGIC, FORMAT, len(header), hashlib.sha256(header).digest())
    unfinished = path.with_name(path.name + ".unfinished")
    with unfinished.open("wb") as target:
        target.write(head + header)
        for array in arrays.values():
            target.write(bytes(-target.tell() % _ALIGNED))
            put(target, array)
        target.flush()
        if durable:
            os.fsync(target.fileno())
    unfinished.replace(path)


def put(target: BinaryIO, array: Array) -> None:
    """Write an array; what `tofile` raises on a full disk does not say that it is full."""
    target.write(array.data)


def room(path: Path, length: int) -> NDArray[np.uint32]:
    """Map numbers whose room is there: where a sparse file finds none, the process is killed."""
    with path.open("wb") as target:
        os.posix_fallocate(target.fileno(), 0, length * np.dtype(np.uint32).itemsize)
    return np.memmap(path, np.uint32, "r+")


def read(path: Path) -> Opened:
    """Map a file and compare every byte with its checksum; raises BrokenFileError."""
    try:
        whole = np.memmap(path, np.uint8, "r")
    except (OSError, ValueError) as error:
        raise BrokenFileError(f"it cannot be read: {error}") from error
    header, begin = _header(whole)
    try:
        return Opened(
            header["about"], {one["name"]: _part(whole, begin, one) for one in header["parts"]}
        )
    except (KeyError, TypeError) as error:
        raise BrokenFileError("its header is not of this format") from error


def _header(whole: Array) -> tuple[dict[str, Any], int]:
    if len(whole) < _HEAD.size:
        raise BrokenFileError("it is too short")
    magic, version, length, digest = _HEAD.unpack(bytes(whole[: _HEAD.size]))
    if magic != MAGIC or version != FORMAT:
        raise BrokenFileError("it is not of this format")
    if length > min(_LARGEST_HEADER, len(whole) - _HEAD.size):
        raise BrokenFileError("its header is cut short")
    text = bytes(whole[_HEAD.size : _HEAD.size + length])
    if hashlib.sha256(text).digest() != digest:
        raise BrokenFileError("the checksum of its header is wrong")
    end = _HEAD.size + length
    found: dict[str, Any] = json.loads(text)
    return found, end + -end % _ALIGNED


def _part(whole: Array, begin: int, said: Mapping[str, Any]) -> Array:
    name, dtype = said["name"], said["dtype"]
    if dtype not in _DTYPES:
        raise BrokenFileError(f"{name} is of an unknown type")
    start, length = begin + int(said["start"]), int(said["length"])
    end = start + length * np.dtype(dtype).itemsize
    if not begin <= start <= end <= len(whole):
        raise BrokenFileError(f"{name} is cut short")
    array: Array = whole[start:end].view(dtype)
    if _digest(array) != said["sha256"]:
        raise BrokenFileError(f"the checksum of {name} is wrong")
    return array


def _digest(array: Array) -> str:
    digest = hashlib.sha256()
    content = memoryview(array.view(np.uint8).data) if len(array) else memoryview(b"")
    for start in range(0, len(content), _CHUNK):
        digest.update(content[start : start + _CHUNK])
    return digest.hexdigest()
