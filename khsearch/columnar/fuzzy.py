"""fuzzy: the terms of a field that are a few edits away from a given one, all candidates compared side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from khsearch.columnar.arrays import Array
    from khsearch.columnar.decode import FieldReader
    from khsearch.columnar.nodes import Fuzzy
    from khsearch.columnar.snapshot import Snapshot

MAX_DISTANCE = 100


def near_terms(snapshot: Snapshot, node: Fuzzy) -> list[bytes]:
    """Terms at most node.distance edits away that share the first node.prefix characters, in order."""
    utf8 = node.utf8
    word = _characters(np.frombuffer(node.term, np.uint8), utf8=utf8)
    if word is None:
        utf8 = False
        word = np.frombuffer(node.term, np.uint8)
    shared = _encoded(word[: node.prefix], utf8=utf8)
    found: set[bytes] = set()
    for _, field in snapshot.fields(node.field):
        low, high = field.prefix_range(shared)
        found.update(_near(field, low, high, word, min(node.distance, MAX_DISTANCE), utf8=utf8))
    return sorted(found)


def _near(field: FieldReader, low: int, high: int, word: Array, distance: int, *, utf8: bool) -> list[bytes]:
    codes, starts = field.spans(low, high)
    text = _characters(codes, utf8=utf8)
    begins = starts
    if text is None:
        text = codes
    elif len(text) != len(codes):
        heads = np.zeros(len(codes) + 1, np.int64)
        np.cumsum((codes & 0xC0) != 0x80, out=heads[1:])
        begins = heads[starts]
    lengths = np.diff(begins)
    out = []
    for length in range(max(len(word) - distance, 0), len(word) + distance + 1):
        same = np.flatnonzero(lengths == length)
        if len(same):
            letters = text[begins[same][None, :] + np.arange(length)[:, None]]
            out.append(same[distances(letters, word, distance) <= distance])
    chosen = np.concatenate(out).tolist() if out else []
    blob = codes.tobytes()
    return [blob[starts[i] : starts[i + 1]] for i in chosen]


def distances(letters: Array, word: Array, limit: int) -> Array:
    """Levenshtein distance of many texts of one length to a word, more than limit where it is more.

    letters: (length, n), a column per text; word: (m,) of the same kind -> (n,) int16.
    """
    length, n = letters.shape
    far = np.full(n, limit + 1, np.int16)
    row = [np.full(n, min(j, limit + 1), np.int16) for j in range(len(word) + 1)]
    for i in range(length):
        before, row = row, [far] * (len(word) + 1)
        if i + 1 <= limit:
            row[0] = np.full(n, i + 1, np.int16)
        for j in range(max(1, i + 1 - limit), min(len(word), i + 1 + limit) + 1):
            step = np.minimum(before[j], row[j - 1])
            step += 1
            row[j] = np.minimum(step, before[j - 1] + (letters[i] != word[j - 1]))
    return row[len(word)]


def _characters(codes: Array, *, utf8: bool) -> Array | None:
    """Bytes as characters; None where they are not the UTF-8 that they are said to be."""
    if not utf8 or not len(codes) or int(codes.max()) < 128:
        return codes
    try:
        return np.frombuffer(codes.tobytes().decode("utf-8").encode("utf-32-le"), "<u4")
    except UnicodeDecodeError:
        return None


def _encoded(characters: Array, *, utf8: bool) -> bytes:
    return "".join(map(chr, characters.tolist())).encode("utf-8" if utf8 else "latin-1")
