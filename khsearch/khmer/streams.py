"""streams: the terms of many texts as arrays; several streams joined; a long text cut where nothing reaches across."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from khsearch.khmer.script import Codes, Offsets


@dataclass(frozen=True, slots=True)
class Stream:
    """The terms of a batch of texts, in reading order, text after text.

    codes   (m,) uint8, what the terms are stretches of
    starts  (k,) int64, where in `codes` each term begins
    ends    (k,) int64, where it ends
    counts  (t,) int64, terms in each text
    """

    codes: Codes
    starts: Offsets
    ends: Offsets
    counts: Offsets

    def terms(self) -> list[bytes]:
        """Return the terms one by one."""
        data = self.codes.tobytes()
        return [data[a:b] for a, b in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]


def join_streams(streams: Sequence[Stream]) -> Stream:
    """One stream of the texts of several, in order."""
    if len(streams) == 1:
        return streams[0]
    codes = [stream.codes for stream in streams]
    ends = np.cumsum([len(part) for part in codes])
    shifts = [int(end) - len(part) for end, part in zip(ends.tolist(), codes, strict=True)]
    return Stream(
        np.concatenate(codes),
        np.concatenate([stream.starts + shift for stream, shift in zip(streams, shifts, strict=True)]),
        np.concatenate([stream.ends + shift for stream, shift in zip(streams, shifts, strict=True)]),
        np.concatenate([stream.counts for stream in streams]),
    )


_HARD_END = re.compile("[\u17d4\u17d5\u17d9\u17da?!\n]")


def pieces(text: str, size: int) -> Iterator[str]:
    """Cut a long text where a sentence ends, into pieces of about `size` characters that break as the whole would.

    Nothing in a text reaches across such an end: no run, no number, no bigram. A text without one is one piece.
    """
    start = 0
    while len(text) - start > size:
        end = _HARD_END.search(text, start + size)
        if end is None:
            break
        yield text[start : end.end()]
        start = end.end()
    yield text[start:]
