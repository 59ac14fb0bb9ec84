"""matching: clauses in, the set of documents that count as found out.

The set is what total, facets, filters and sorts speak of, and with which a list of hits begins:

    all chunks stand; or, if they stand together nowhere,
    all stand with those that stand nowhere replaced by their likeliest correction, or divided into words; else
    the documents that score nearly as high as the best one: they hold nearly as much of what the query says.

Operators keep their meaning: every document of the set matches what must match, and none what must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from khsearch.engine import BM25, Foreseen, Rows, View, nodes
from khsearch.khmer import Typed
from khsearch.query.chunks import FUNCTION_WORDS, SENTENCE, Chunk
from khsearch.query.clauses import Group, Item, Words
from khsearch.query.dividing import divided, in_pieces, parts_of
from khsearch.query.literal import Literal, check_words
from khsearch.query.plans import SHARE, Found, Leaf, Reading, read_so
from khsearch.query.standing import Standing
from khsearch.query.texts import Texts
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.query.correcting import Correction

_SURE, _MOST_EXCESS = 5.0, 12.0
"""What a correction may cost more than what was typed, in nats, to be surer than several words without spaces are; and
to be meant at all."""

_LONGEST_SLIP = 24
"""Characters of the longest chunk that is read as a slip: more are several words."""


class Matching:
    """Finds sets in one commit of an index. `weighting`: of the search that will rank the set."""

    def __init__(self, view: View, weighting: BM25, texts: Texts, literal: Literal, standing: Standing) -> None:
        self._view = view
        self._weighting = weighting
        self._texts = texts
        self._literal = literal
        self._standing = standing

    def every(self, item: Item, *, function_words: bool = True) -> nodes.Node | None:
        """Where every chunk stands and all else matches; None where nothing is asked for.

        Without function words, those of FUNCTION_WORDS need not stand where another chunk does.
        """

        def stand(words: Words) -> nodes.Node | None:
            chunks = self._texts.chunks(words.text)
            if not function_words:
                telling = [one for one in chunks if words.text[one.start : one.end].lower() not in FUNCTION_WORDS]
                chunks = telling or chunks
            return self._all(chunks, words)

        return self._tree(item, stand)

    def all(self, item: Item) -> Found:
        """Return the set of documents in which everything stands, function words apart."""
        return Found(*self._settled(self.every(item, function_words=False)), None, self.leaves(item))

    def found(self, item: Item, text: str, ranked: nodes.Node, *, correct: bool) -> Found:
        """Return the set of a query. ranked: what ranks for it, and matches all that must match.

        correct: whether chunks that stand nowhere are read otherwise.
        """
        leaves = self.leaves(item)
        far = self._view.far
        if far is not None:
            ahead = partial(self._foreseen, item, leaves, ranked, correct=correct)
            far.foresee(("found", item, correct, ranked), self._weighting, ahead)
        if isinstance(item, Words) and item.field is None and leaves:
            node, count = self._standing.of_all([leaf.chunk for leaf in leaves])
        else:
            tree = self._tree(item, lambda words: self._all(self._texts.chunks(words.text), words))
            node, count = self._settled(tree)
        if count:
            return Found(*self._with_nearly(node, count, leaves, ranked), None, leaves)
        readings = self._readings(leaves, all_needed=isinstance(item, Words)) if correct else {}
        if readings:

            def stand(words: Words) -> nodes.Node | None:
                chunks = self._texts.chunks(words.text)
                return self._all([read for chunk in chunks for read in self._read_as(readings, chunk, words)], words)

            tree = self._tree(item, stand)
            alone = far is not None and len(leaves) == 1 and isinstance(item, Words) and tree is not None
            # What a chunk alone is read as stands, which was found out.
            node, found = (tree, None) if alone and tree is not None else self._settled(tree)
            if found or alone:
                leaves = tuple(replace(leaf, reading=readings.get((leaf.field, leaf.text))) for leaf in leaves)
                return Found(*self._with_nearly(node, found, leaves, ranked), read_so(text, readings), leaves)
        # Words may be lacking, in quotes, too, as pasted texts have them; values of fields may not.
        values = self._values(item)
        if values is None:
            return Found(nodes.Leading(ranked, SHARE), None, None, leaves, nearly=True)
        leading = nodes.Leading(nodes.Require(ranked, values), SHARE)
        return Found(*self._settled(leading), None, leaves, nearly=True)

    def _foreseen(self, item: Item, leaves: Sequence[Leaf], ranked: nodes.Node, *, correct: bool) -> Foreseen:
        """What is asked for a set, for a view that is far away."""
        tree = self._tree(item, lambda words: self._all(self._texts.chunks(words.text), words))
        counts = [] if tree is None else [tree]
        rows: list[Rows] = []
        for leaf in leaves if correct else ():
            if leaf.field is None:
                pieces = in_pieces(self._texts.read(leaf.text), self._standing)
                counts += [self._standing.of(leaf.chunk), *([] if pieces is None else [pieces])]
                if all(map(self._standing.is_torn, leaf.chunk.ways)):
                    rows += parts_of(self._texts.read(leaf.text), self._view, self._standing).rows
        tops = [ranked] if _have_sentence(leaves) else []
        return Foreseen(counts=list(dict.fromkeys(counts)), tops=tops, rows=rows)

    def _with_nearly(
        self, node: nodes.Node, count: int | None, leaves: Sequence[Leaf], ranked: nodes.Node
    ) -> tuple[nodes.Node, int | None]:
        """A set, and of a sentence what scores nearly as high as the best document."""
        if not _have_sentence(leaves):
            return node, count
        either = nodes.Or((node, nodes.Leading(ranked, SHARE)))
        return (either, None) if self._view.far is not None else self._settled(either)

    def _settled(self, node: nodes.Node | None) -> tuple[nodes.Node, int]:
        return (nodes.Nothing(), 0) if node is None else self._view.settled(node, self._weighting)

    def _all(self, chunks: Sequence[Chunk], words: Words) -> nodes.Node | None:
        if not chunks:
            check_words(words)
            return None
        if words.field is None:
            far = self._view.far is not None
            return self._standing.where(chunks) if far else self._standing.of_all(chunks)[0]
        return nodes.And(tuple(self._standing.of(chunk, words.field) for chunk in chunks))

    def _read_as(self, readings: dict[tuple[str | None, str], Reading], chunk: Chunk, words: Words) -> Sequence[Chunk]:
        reading = readings.get((words.field, words.text[chunk.start : chunk.end]))
        return (chunk,) if reading is None else reading.chunks

    def _tree(self, item: Item, stand: Callable[[Words], nodes.Node | None]) -> nodes.Node | None:
        """A query as nodes, its words as `stand` has them; clauses side by side must all match."""
        if isinstance(item, Words) and self._texts.is_text(item.field):
            return stand(item)
        if not isinstance(item, Group):
            said = self._literal.of(item)
            return None if said is None else said.node
        must: list[nodes.Node] = []
        without: list[nodes.Node] = []
        for clause in item.clauses:
            node = self.every(clause.item) if clause.sign == "-" else self._tree(clause.item, stand)
            if node is not None:
                (without if clause.sign == "-" else must).append(node)
        return joined(must, [], without) if item.operator != "OR" else joined([], must, without)

    def _values(self, item: Item) -> nodes.Node | None:
        """Where the values that are asked for are; None where none is, or a word may be there instead."""
        if not isinstance(item, Group):
            said = None if self._texts.is_text(item.field) else self._literal.of(item)
            return None if said is None else said.node
        parts = [self._values(clause.item) for clause in item.clauses if clause.sign != "-"]
        if item.operator == "OR":
            some = [part for part in parts if part is not None]
            return nodes.Or(tuple(some)) if len(some) == len(parts) else None
        return joined([part for part in parts if part is not None], [], [])

    def leaves(self, item: Item) -> tuple[Leaf, ...]:
        """The chunks of a query that must or may stand."""
        if isinstance(item, Words) and self._texts.is_text(item.field):
            text = item.text
            return tuple(Leaf(chunk, item.field, text[chunk.start : chunk.end]) for chunk in self._texts.chunks(text))
        if isinstance(item, Group):
            return tuple(leaf for clause in item.clauses if clause.sign != "-" for leaf in self.leaves(clause.item))
        return ()

    def _readings(self, leaves: Sequence[Leaf], *, all_needed: bool) -> dict[tuple[str | None, str], Reading]:
        """How the chunks that stand nowhere may be read, by field and text; where all are needed, all or none."""
        readings: dict[tuple[str | None, str], Reading] = {}
        # A long chunk has seldom a reading, and is quickly asked for one.
        for leaf in sorted(leaves, key=lambda leaf: -len(leaf.text)):
            if leaf.field is not None or self._standing.settled(leaf.chunk)[1]:
                continue
            parts = self._read(leaf.text)
            if parts is not None:
                chunks = tuple(chunk for part in parts for chunk in self._texts.chunks(part))
                readings[leaf.field, leaf.text] = Reading(" ".join(parts), chunks)
            elif all_needed:
                return {}
        return readings

    def reads(self, chunks: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """What chunks that stand nowhere are read as, if all of them are; else nothing."""
        readings: dict[str, tuple[str, ...]] = {}
        for chunk in sorted(chunks, key=lambda chunk: -len(chunk)):
            parts = self._read(chunk)
            if parts is None:
                return {}
            readings[chunk] = parts
        return readings

    def _read(self, chunk: str) -> tuple[str, ...] | None:
        return self._standing.read_as(chunk, lambda text: self._parts(self._texts.read(text)))

    def _parts(self, typed: Typed) -> tuple[str, ...] | None:
        """What was meant by a chunk that stands nowhere: another chunk, or several; None where nothing is near."""
        far = self._view.far
        if far is not None:
            far.foresee(("parts", typed.text), self._weighting, lambda: self._foreseen_parts(typed))
        corrected = self._corrected(typed) if _may_be_slip(typed) else None
        if corrected is None or corrected.excess > _SURE:
            parts = divided(typed, self._view, self._standing)
            if parts is not None:
                return tuple(part.text for part in parts)
        return None if corrected is None or corrected.excess > _MOST_EXCESS else (corrected.spelling,)

    def _foreseen_parts(self, typed: Typed) -> Foreseen:
        """What is asked to find these out, for a view that is far away."""
        rows = parts_of(typed, self._view, self._standing).rows
        if not _may_be_slip(typed):
            return Foreseen(rows=rows)
        loading("khsearch.query.correcting")
        from khsearch.query.correcting import corrected_to

        return Foreseen(counts=corrected_to(self._view, typed, self._standing.own).counts, rows=rows)

    def _corrected(self, typed: Typed) -> Correction | None:
        """What was probably meant by a chunk that stands nowhere; None where nothing is near."""
        loading("khsearch.query.correcting")
        from khsearch.query.correcting import corrected

        return next(iter(corrected(self._view, typed, 1, self._standing.own)), None)


def _have_sentence(leaves: Sequence[Leaf]) -> bool:
    return any(len(leaf.chunk.typed.words) > SENTENCE for leaf in leaves)


def _may_be_slip(typed: Typed) -> bool:
    """Whether a chunk is so short that it is read as a slip."""
    return sum(map(len, typed.terms.words)) <= _LONGEST_SLIP


def joined(must: Sequence[nodes.Node], may: Sequence[nodes.Node], without: Sequence[nodes.Node]) -> nodes.Node | None:
    """One node for what must match, what may, and what must not; None where there is nothing."""
    optional = may[0] if len(may) == 1 else nodes.Or(tuple(may)) if may else None
    if must:
        node: nodes.Node | None = must[0] if len(must) == 1 else nodes.And(tuple(must))
        if optional is not None and node is not None:
            node = nodes.AndMaybe(node, optional)
    else:
        node = optional
    if not without:
        return node
    unwanted = nodes.Or(tuple(without))
    return nodes.Not(unwanted) if node is None else nodes.AndNot(node, unwanted)
