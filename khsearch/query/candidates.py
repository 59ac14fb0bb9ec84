"""candidates: what words may have been meant for: the terms of a commit, and its pairs of neighbouring terms.

Many a word that people type is two terms side by side, so a pair of Khmer terms is a candidate as one spelling. The
likeliest candidate is that with the greatest prior (`known`) less the excess of what was typed over it, in nats
(`khmer.spelling.costs`): the number of its documents, as `View.parts` tell it, is its prior.

COMPOUND and the weight 1 of the first were chosen on misspellings that the costs were not learned from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import groupby

from khsearch.engine import Part, View
from khsearch.frozen import frozen
from khsearch.khmer import script, strokes
from khsearch.query.known import Known
from khsearch.schema import TEXT, TITLE

_NEAREST, _PER_STROKE, _FARTHEST = 4.0, 2.2, 24.0
"""The excess of what is near: up to the first and so much more a stroke, and never more than the last."""

_ONE_SLIP, _LETTERS = 8.0, 4
"""The same in other scripts, and of how many letters a word must be."""

_KEPT = 8  # candidates of one stretch
_REMEMBERED = 2048  # stretches whose candidates are remembered

_SHARES = 1 / 12, 1 / 100
"""Of the documents of an index, from which on a part counts as large, and as middling."""


@frozen
class Candidate:
    """A spelling that may have been meant.

    spelling  in code form
    excess    of what was typed over it, in nats; 0 where it is what was typed
    score     ln of how likely it was meant, up to what is the same for all
    """

    spelling: bytes
    excess: float
    score: float


class Candidates:
    """Those of one commit, immutable; safe for threads."""

    def __init__(self, known: Sequence[Known]) -> None:
        """`known` has the spellings of all parts, in turn."""
        self._all = known
        self._known: dict[bytes, list[Candidate]] = {}

    def size(self) -> int:
        """Bytes that it comes to take, beside what is known."""
        return _REMEMBERED * _KEPT * 200

    def of(self, typed: bytes) -> list[Candidate]:
        """Candidates near a stretch typed, in code form, likeliest first; itself among them if it is one."""
        found = self._known.get(typed)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[typed] = self._near(typed)
        return found

    def _near(self, typed: bytes) -> list[Candidate]:
        row = strokes(typed)
        farthest = min(_NEAREST + _PER_STROKE * len(row), _FARTHEST)
        if typed[:1] < script.BASES.start.to_bytes():  # of a short word of another script, one slip makes another word
            farthest = _ONE_SLIP if len(row) >= _LETTERS else 0.0
        found: dict[bytes, Candidate] = {}
        for known in reversed(self._all):  # what is known of all parts comes before what is known of some
            for near in known.nearby.likeliest(typed, _KEPT, farthest):
                spelling = known.spelling(near.number)
                found.setdefault(spelling, Candidate(spelling, near.excess, near.score))
        return sorted(found.values(), key=lambda one: (-one.score, one.spelling))[:_KEPT]


def candidates(view: View, own: tuple[str, ...] = ()) -> Candidates:
    """Those of a commit, of its text, title and some own fields, found when first asked for."""
    return view.memo("candidates", own, lambda: _of(view, (TEXT, TITLE, *own)), Candidates.size, lasting=True)


def _of(view: View, fields: tuple[str, ...]) -> Candidates:
    found: list[Known] = []
    names: list[object] = []
    for is_small, parts in _tiers(view.parts()):
        names += [part.of for part in parts]
        make = partial(Known, parts, fields, tuple(found))
        # Small parts are others in every commit.
        owner = None if is_small else parts[-1].of
        found.append(view.memo("known", (fields, *names), make, Known.size, lasting=True, owner=owner))
    return Candidates(found)


def _tiers(parts: Iterable[Part]) -> list[tuple[bool, list[Part]]]:
    """The parts, largest first, those that are alike in size together; and whether they are small."""
    ordered = sorted(parts, key=lambda part: -part.documents)
    documents = sum(part.documents for part in ordered)

    def tier(part: Part) -> int:
        return sum(part.documents < share * documents for share in _SHARES)

    return [(number == len(_SHARES), list(members)) for number, members in groupby(ordered, tier)]
