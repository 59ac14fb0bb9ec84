"""frames: plain data through a pipe, from a process that is not trusted: JSON and arrays, all of it checked.

A frame is its size, a line of JSON that says what it is and which arrays follow, and their bytes:

    (4,) bytes, little endian      bytes of the JSON
    {"kind": "batch", ..., "arrays": [["counts", "i8", 3], ...]}
    bytes of the arrays, one after the other
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple

import numpy as np
import orjson

from khsearch.arrays import Array

_SIZE = 4
_MOST = 1 << 30  # bytes of the JSON, or of one array
_KINDS = {"u1": np.uint8, "i4": np.int32, "i8": np.int64}


class Frame(NamedTuple):
    """What one frame tells. data: what JSON said; arrays by name."""

    kind: str
    data: Mapping[str, Any]
    arrays: Mapping[str, Array]


class BrokenPipeDataError(Exception):
    """What came through the pipe is no frame."""


def write(pipe: IO[bytes], kind: str, data: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a frame; arrays are uint8, int32 or int64."""
    told = [[name, f"{array.dtype.kind}{array.dtype.itemsize}", len(array)] for name, array in arrays.items()]
    head = orjson.dumps({**data, "kind": kind, "arrays": told})
    pipe.write(len(head).to_bytes(_SIZE, "little") + head)
    for array in arrays.values():
        pipe.write(np.ascontiguousarray(array).tobytes())
    pipe.flush()


def read(pipe: IO[bytes]) -> Iterator[Frame]:
    """Yield frames up to the end of the pipe; BrokenPipeDataError for anything else."""
    while size := pipe.read(_SIZE):
        try:
            data = orjson.loads(_exactly(pipe, int.from_bytes(size, "little")))
            told = [(str(name), _KINDS[kind], _count(count)) for name, kind, count in data["arrays"]]
            kind = data["kind"]
        except (ValueError, TypeError, KeyError) as problem:
            raise BrokenPipeDataError(str(problem)) from problem
        arrays = {}
        for name, dtype, count in told:
            arrays[name] = np.frombuffer(_exactly(pipe, count * np.dtype(dtype).itemsize), dtype)
        yield Frame(kind, data, arrays)


def packed(blobs: list[bytes]) -> tuple[Array, Array]:
    """Byte strings as arrays: codes (m,) uint8, end to end, and the size of each (n,) int64."""
    return np.frombuffer(b"".join(blobs), np.uint8), np.fromiter(map(len, blobs), np.int64, len(blobs))


def unpacked(codes: Array, sizes: Array) -> list[bytes]:
    """Byte strings from `packed`; BrokenPipeDataError where the two do not go together."""
    if int(sizes.min(initial=0)) < 0 or int(sizes.sum()) != len(codes):
        raise BrokenPipeDataError("sizes of strings")
    data, ends = codes.tobytes(), sizes.cumsum().tolist()
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    if size > _MOST:
        raise BrokenPipeDataError(f"{size} bytes at once")
    data = pipe.read(size)
    if len(data) != size:
        raise BrokenPipeDataError("it ends within")
    return data


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise ValueError("a count of an array")
    return value
