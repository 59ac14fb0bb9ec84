"""holding: the terms of a field that hold a word inside. A view and the units of the word in, terms out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from khsearch.arrays import np
from khsearch.khmer import script

if TYPE_CHECKING:
    from khsearch.engine import View


def holders(view: View, field: str, units: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the longer terms of a field that hold units of Khmer, in code form, whole clusters of theirs, in order."""
    chunk, found = b"".join(units), set[bytes]()
    for terms in view.vocabulary(field):
        text, at = terms.codes.tobytes(), -1
        while (at := text.find(chunk, at + 1)) >= 0:
            number = int(np.searchsorted(terms.starts, at, "right")) - 1
            first, end = terms.starts[number : number + 2].tolist()
            term, place = text[first:end], at - first
            behind = place + len(chunk)
            if behind > len(term) or len(term) == len(chunk) or (place and term[place - 1] == script.COENG):
                continue
            if behind == len(term) or script.CLASS[term[behind]] != script.MARK:
                found.add(term)
    return tuple(sorted(found))
