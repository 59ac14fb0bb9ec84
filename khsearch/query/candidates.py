"""candidates: what words may have been meant for: the terms of a commit, and its pairs of neighbouring terms.

Many a word that people type is two terms side by side, so a pair of Khmer terms is a candidate as one spelling. The
likeliest candidate is that with the greatest prior (`known`) less the excess of what was typed over it, in nats
(`khmer.spelling.costs`): the number of its documents, as `View.parts` tell it, is its prior.

COMPOUND and the weight 1 of the first were chosen on misspellings that the costs were not learned from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from khsearch.engine import View
from khsearch.frozen import frozen
from khsearch.khmer import script, strokes
from khsearch.query.known import Known, prior_of
from khsearch.query.tiers import tiers
from khsearch.schema import TEXT, TITLE

_NEAREST, _PER_STROKE, _FARTHEST = 4.0, 2.2, 24.0
"""The excess of what is near: up to the first and so much more a stroke, and never more than the last."""

_ONE_SLIP, _LETTERS = 8.0, 4
"""The same in other scripts, and of how many letters a word must be."""

_KEPT = 8  # candidates of one stretch
_REMEMBERED = 2048  # stretches whose candidates are remembered


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
    """Those of one commit, of some fields; immutable, safe for threads."""

    def __init__(self, known: Sequence[Known], fields: Sequence[str]) -> None:
        """`known` has the spellings of all parts, in turn."""
        self._all = known
        self._fields = fields
        self._found: dict[bytes, list[Candidate]] = {}

    def size(self) -> int:
        """Bytes that it comes to take, beside what is known."""
        return _REMEMBERED * _KEPT * 200

    def of(self, typed: bytes, view: View) -> list[Candidate]:
        """Candidates near a stretch typed, in code form, likeliest first; itself among them if it is one.

        view: the commit, which tells what is deleted.
        """
        found = self._found.get(typed)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[typed] = self._near(typed, view)
        return found

    def _near(self, typed: bytes, view: View) -> list[Candidate]:
        row = strokes(typed)
        farthest = min(_NEAREST + _PER_STROKE * len(row), _FARTHEST)
        if typed[:1] < script.BASES.start.to_bytes():  # of a short word of another script, one slip makes another word
            farthest = _ONE_SLIP if len(row) >= _LETTERS else 0.0
        likeliest = 2 * _KEPT if view.deleted else _KEPT
        found: dict[bytes, Candidate] = {}
        dfs: dict[bytes, tuple[int, int]] = {}
        for known in reversed(self._all):  # what is known of all parts comes before what is known of some
            for near in known.nearby.likeliest(typed, likeliest, farthest):
                spelling = known.spelling(near.number)
                if spelling not in found:
                    found[spelling] = Candidate(spelling, near.excess, near.score)
                    dfs[spelling] = known.documents(near.number)
        each = list(found.values())
        if view.deleted and view.far is None:  # what is proposed has to stand anyhow
            each = self._living(each, dfs, view)
        return sorted(each, key=lambda one: (-one.score, one.spelling))[:_KEPT]

    def _living(self, each: Sequence[Candidate], dfs: Mapping[bytes, tuple[int, int]], view: View) -> list[Candidate]:
        """The same with the priors of what is not deleted; of pairs nobody knows it without a look at documents."""
        terms = [one.spelling for one in each if dfs[one.spelling][0]]
        live = dict.fromkeys(terms, 0)
        for field in self._fields:
            for term, df in zip(terms, view.dfs([(field, term) for term in terms]), strict=True):
                live[term] += df
        found = []
        for one in each:
            prior = prior_of(live.get(one.spelling, 0), dfs[one.spelling][1])
            if prior is not None:
                found.append(Candidate(one.spelling, one.excess, prior - one.excess))
        return found


def candidates(view: View, own: tuple[str, ...] = ()) -> Candidates:
    """Those of a commit, of its text, title and some own fields, found when first asked for."""
    return view.memo("candidates", own, lambda: _of(view, (TEXT, TITLE, *own)), Candidates.size, lasting=True)


def _of(view: View, fields: tuple[str, ...]) -> Candidates:
    return Candidates(
        tiers(view, "known", fields, lambda parts, before: Known(parts, fields, before), Known.size), fields
    )
