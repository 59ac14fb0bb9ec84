"""completion: the beginning of a query in; queries that go on from it, and find something, out.

What is completed is the last *chunk*, what stands behind the last space. Its words may go on in two ways: the last one
is unfinished, or another one follows. A half-typed word breaks into pieces, so wherever a word may end, what is behind
is also taken for the beginning of one:

    typed    ab c          words of a chunk
    words    abc...        one word begins so
    pairs    abc... x      its first word does
             ab c...       its first word is there, and the second begins so
             a bc...       the same where the typed ones end elsewhere

A pair goes on to a third word, and so on, as long as most of its documents do (*disease fever* to *disease fever
blood*): so names come out whole. What hardly a document has by itself goes on to the end of the word that people read.
Every completion stands in a document, its words side by side in the text or title, with no sign between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import numpy as np

from khsearch.engine import BM25, PAIR, View, nodes
from khsearch.frozen import frozen
from khsearch.khmer import Analyzer, Typed, letters_of, normalize_all, script
from khsearch.query.continuations import FORMED, Continuation, continuations
from khsearch.query.frequencies import Frequencies
from khsearch.schema import TEXT, TITLE

_TYPED = 300  # characters that are looked at, the last ones
_UNFINISHED = 4  # last words that are taken as one unfinished word
_LONGEST = 6  # words of what is proposed, beyond those that are typed
_CLUSTERS = 12  # of a chunk in which a first word is looked for where none ends
_BEFORE = 3  # chunks before the last one that a completion should stand beside
_TRIED = 2  # so many times more are tried than are wanted
_CHEAP = 1 << 13  # documents of the words of what is counted exactly
_MOST = 0.5  # of a pair's documents, at least, go on with one word, if it does
_ALL = 0.9  # of a word's documents, at least, go on if it is no end
_TOLD = 3  # documents from which that is more than chance
_BOUND = 2.0  # lift of words that are parts of one
_LOOKED_AT = 6  # documents in whose texts words are looked up
_NEAR = 2  # words before one that tell whether it belongs to the last of them
_BRANCHES = 8  # words that may follow one
_REMEMBERED = 1 << 10
_BYTES = 2000  # of what is remembered of one text, or of what is proposed
_LAST_RUN = re.compile(rb"(?:[\x80-\xd3\xdd]+|[a-z\x01]+)(?=\x02\Z)")
_LAST_CHUNK = re.compile(r"\S*\Z")


@frozen
class _Proposal:
    """What may be proposed: the text, the words of its last chunk, and the documents in which they stand.

    documents  with the chunks before, and whatever these are
    """

    text: str
    words: tuple[bytes, ...]
    documents: tuple[int, int]


def complete(view: View, analyzer: Analyzer, prefix: str, limit: int = 10) -> list[str]:
    """Return queries that begin with what was typed and go on in words of the index, in most documents first.

    The documents are those in which the last chunk stands; with the chunks before it, where there are any such.
    """
    head, text = prefix[:-_TYPED], prefix[-_TYPED:]
    known: dict[tuple[Analyzer, str, int], list[str]]
    known = view.memo("completions", None, dict, lambda _: _REMEMBERED * _BYTES)
    key = analyzer, text, limit
    found = known.get(key)
    if found is None:
        typed = analyzer.typed(text)
        run = _LAST_RUN.search(typed.normal.codes)
        found = []
        if run is not None and limit > 0:
            found = _Completer(view, analyzer, typed).best(_endings(analyzer, typed, run), limit)
        if len(known) >= _REMEMBERED:
            known.clear()
        known[key] = found
    return [head + text for text in found]


@frozen
class _Ending:
    """What was typed of a word, and what is before it.

    start      where it begins in the text
    before     the word before it, in code form; empty where a pair is looked for by the beginning of its first word
    beginning  in code form; empty where another word is to follow
    """

    start: int
    before: bytes
    beginning: bytes


def _endings(analyzer: Analyzer, typed: Typed, run: re.Match[bytes]) -> list[_Ending]:
    """Where the last word may begin, and how, the first places first."""
    places = [place - 1 for place in typed.normal.origin[run.start() : run.end()].tolist()]
    places.append(len(typed.text))
    # Normalisation drops a coeng with nothing below it; here the consonant is yet to come.
    unfinished = bytes([script.COENG]) if typed.text.endswith("\u17d2") else b""
    if script.CLASS[run[0][0]] == script.ALPHA:
        tokens = [token for token in typed.tokens if token.start >= places[0]] if script.LETTER in run[0] else []
        words = [script.encode_term(token.term) for token in tokens] or [run[0]]
        starts = [token.start for token in tokens] or [places[0]]
        first = max(len(words) - _UNFINISHED, 0)
        return [_Ending(starts[at], b"", b"".join(words[at:])) for at in range(first, len(words))]
    words = analyzer.run_words(run[0])
    ends = [0, *accumulate(map(len, words))]
    found = [_Ending(places[0], b"", run[0] + unfinished)]
    found += [
        _Ending(places[end], word, run[0][end:] + unfinished)
        for word, end in [*zip(words, ends[1:], strict=True)][-_UNFINISHED:]
    ]
    clusters = [0, *accumulate(map(len, letters_of(run[0])))]
    if len(clusters) <= _CLUSTERS:
        other = sorted(set(clusters[1:-1]) - set(ends))
        found += [_Ending(places[at], run[0][:at], run[0][at:] + unfinished) for at in other]
    return found


class _Completer:
    """Completes one text."""

    def __init__(self, view: View, analyzer: Analyzer, typed: Typed) -> None:
        self._view, self._analyzer, self._text = view, analyzer, typed.text
        self._table = continuations(view)
        self._frequencies = Frequencies(view, TEXT, TITLE)
        self._known: dict[nodes.Node, int] = view.memo("completed", None, dict, lambda _: _REMEMBERED * _BYTES)
        self._whole: dict[tuple[bytes, ...], bool] = view.memo("whole", None, dict, lambda _: _REMEMBERED * _BYTES)
        self._settled: dict[nodes.Node, nodes.Node] = {}  # of what was counted for this text
        found = _LAST_CHUNK.search(self._text)
        self._chunk = found.start() if found else 0
        self._before = self._chunks_before()

    def best(self, endings: Sequence[_Ending], limit: int) -> list[str]:
        """The best completions of any of the endings."""
        kept: dict[str, _Proposal] = {}
        tried = 0
        for text, found in self._likely(endings, _TRIED * limit):
            ranked = sorted((proposal.documents for proposal in kept.values()), reverse=True)
            if tried >= _TRIED * limit or (len(ranked) >= limit and ranked[limit - 1][0] > found.most):
                break
            tried += 1
            pair = self._living(found)
            proposal = self._proposal(text, found) if pair is not None else None
            if proposal is None or pair is None:
                continue
            for each in self._longer(proposal, pair) if len(pair.words) > 1 else [proposal]:
                kept.setdefault(each.text, each)
        whole: dict[str, _Proposal] = {}
        for proposal in filter(self._is_one, _ranked(kept)):
            best = _ranked(whole)[:limit]
            if len(best) == limit and best[-1].documents >= proposal.documents:
                break
            ended = self._to_its_end(proposal)
            whole[ended.text] = ended
        return [proposal.text for proposal in _ranked(whole)[:limit]]

    def _is_one(self, proposal: _Proposal) -> bool:
        """Whether the words stand without signs between them in one of the best documents."""
        words = proposal.words
        if len(words) == 1 or any(script.CLASS[word[0]] != script.BASE for word in words):
            return True
        known = self._whole.get(words)
        if known is None:
            node = _standing(words)
            keys = self._view.search(nodes.Constant(self._settled.get(node, node)), _LOOKED_AT, weighting=BM25()).keys
            documents = map(self._view.document, keys)
            known = any(_is_whole_in((document.text, document.title), words) for document in documents)
            if len(self._whole) >= _REMEMBERED:
                self._whole.clear()
            self._whole[words] = known
        return known

    def _likely(self, endings: Sequence[_Ending], limit: int) -> Iterator[tuple[str, Continuation]]:
        """Texts that may be proposed, with the word or pair at their ends, the most frequent first."""
        found: list[tuple[int, bytes, Continuation]] = []
        for ending in endings:
            if ending.before:
                pairs = self._table.pairs(ending.before + PAIR + ending.beginning, limit)
                found += [(ending.start, pair.words[1], pair) for pair in pairs if pair.words[1] != ending.beginning]
            else:
                items = *self._table.words(ending.beginning, limit), *self._table.pairs(ending.beginning, limit)
                found += [(ending.start, b"".join(item.words), item) for item in items]
        seen: set[str] = set()
        for start, form, item in sorted(found, key=lambda each: -each[2].most):
            text = self._text[:start] + script.decode_term(form)
            if text not in seen:
                seen.add(text)
                yield text, item

    def _proposal(self, text: str, found: Continuation) -> _Proposal | None:
        """The proposal of a text; None where its last chunk stands nowhere."""
        words = tuple(self._analyzer.spelled(text[self._chunk :]).terms.words)
        node = _standing(words)
        cheap = sum(self._frequencies.of(words)) <= _CHEAP
        if words == found.words and found.least > self._view.deleted and not cheap:
            count = found.least
        else:
            count = self._count(node)
        if not count:
            return None
        with_others = self._count(nodes.And((self._before, node))) if self._before is not None else count
        return _Proposal(text, words, (with_others, count))

    def _following(self, word: bytes) -> list[Continuation]:
        """Pairs that begin with a word, the most frequent first."""
        found = [self._living(pair) for pair in self._table.pairs(word + PAIR, _BRANCHES)]
        return sorted((pair for pair in found if pair is not None), key=lambda pair: (-pair.most, pair.words))

    def _living(self, found: Continuation) -> Continuation | None:
        """A word or pair as the documents that are left have it; None where they do not form it."""
        if not self._view.deleted or len(found.words) == 1:
            return found
        one, other = self._frequencies.of(found.words)
        if one + other > _CHEAP:
            return found if found.lift >= FORMED else None
        counts = [self._count(nodes.Phrase(name, found.words)) for name in (TEXT, TITLE)]
        lift = float(np.float32(sum(counts) * float(self._view.doc_count) / (one * other or 1)))
        return Continuation(found.words, max(counts), sum(counts), lift) if lift >= FORMED else None

    def _longer(self, first: _Proposal, found: Continuation) -> list[_Proposal]:
        """What a pair goes on to, itself first, without what ends inside of a word."""
        chain, ends, last = [first], [True], found.words[-1]
        while len(chain) < _LONGEST - 1:
            _, documents = chain[-1].documents
            following = self._following(last)
            if not following or following[0].lift < 1 or following[0].most <= _MOST * documents:
                break
            best = following[0]
            item = self._proposal(chain[-1].text + script.decode_term(best.words[1]), best)
            whole = item is not None and item.words == (*chain[-1].words, best.words[1])
            if item is None or not whole or item.documents[1] <= _MOST * documents:
                break
            if documents >= _TOLD:
                bound = sum(each.most for each in following if each.lift >= _BOUND)
                all_of_these = best.lift >= _BOUND and item.documents[1] >= _ALL * documents
                ends[-1] = not all_of_these and bound < _ALL * sum(self._frequencies.of([last]))
            chain.append(item)
            ends.append(True)
            last = best.words[1]
            if documents < _TOLD:
                break
        return [item for item, is_end in zip(chain, ends, strict=True) if is_end]

    def _to_its_end(self, proposal: _Proposal) -> _Proposal:
        """A proposal, gone on with to the end of a whole word where hardly a document ends one there."""
        while len(proposal.words) < _LONGEST:
            documents = proposal.documents[1]
            going_on = self._inside(proposal, _ALL * documents)
            if not going_on:
                break
            longer = [self._proposal(proposal.text + script.decode_term(pair.words[1]), pair) for pair in going_on]
            found = [item for item in longer if item is not None and item.words[:-1] == proposal.words]
            found = list(filter(self._is_one, found))
            if sum(item.documents[1] for item in found) < _ALL * documents:
                break
            proposal = max(found, key=lambda item: item.documents)
        return proposal

    def _inside(self, proposal: _Proposal, least: float) -> list[Continuation]:
        """Words that belong to one whole word with the last of a proposal, as pairs; none where they are too seldom.

        least: documents that they have together, at least.
        """
        following = [pair for pair in self._following(proposal.words[-1]) if pair.lift >= 1]
        found: list[Continuation] = []
        left = sum(pair.most for pair in following)
        for pair in following:
            if left < least:
                return []
            words = (*proposal.words[-_NEAR:], pair.words[1])
            joined = self._analyzer.spelled(script.decode_term(b"".join(words))).whole.firsts
            if len(words) - 1 in joined:
                left -= pair.most
            else:
                found.append(pair)
        return found if left >= least else []

    def _count(self, node: nodes.Node) -> int:
        found = self._known.get(node)
        if found is None:
            self._settled[node], found = self._view.settled(node, BM25())
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[node] = found
        return found

    def _chunks_before(self) -> nodes.Node | None:
        """Where the chunks before the last one stand; None where there are none, or no document has them all."""
        chunks = self._text[: self._chunk].split()[-_BEFORE:]
        words = [tuple(self._analyzer.spelled(chunk).terms.words) for chunk in chunks]
        standing = tuple(_standing(each) for each in words if each)
        if not standing:
            return None
        node = standing[0] if len(standing) == 1 else nodes.And(standing)
        return node if self._count(node) else None


def _ranked(proposals: Mapping[str, _Proposal]) -> list[_Proposal]:
    """Proposals by their texts, those in most documents first, equals in order of their spelling."""
    # The order in which they were tried depends on deleted documents.
    return sorted(proposals.values(), key=lambda each: (*(-count for count in each.documents), each.text))


def _standing(words: tuple[bytes, ...]) -> nodes.Node:
    """Where words stand side by side in the text or title."""
    if len(words) == 1:
        return nodes.Or((nodes.Term(TEXT, words[0]), nodes.Term(TITLE, words[0])))
    return nodes.Or((nodes.Phrase(TEXT, words), nodes.Phrase(TITLE, words)))


_MARK = re.compile("[\u17b4-\u17d3\u17dd]")


def _is_whole_in(texts: Sequence[str], words: Sequence[bytes]) -> bool:
    """Whether the clusters of Khmer words stand in a text, one behind the other, with nothing but spaces between."""
    form = b"".join(words)
    # As nearly everybody spells it; what is spelled otherwise has the same normal form.
    plain = script.decode_term(form)
    for text in texts:
        at = text.find(plain)
        if at >= 0 and text[at - 1 : at] != "\u17d2" and not _MARK.match(text, at + len(plain)):
            return True
    units = letters_of(form)
    spaced = b" *".join(map(re.escape, units))
    pattern = re.compile(b"(?<!%c)%b(?!%b)" % (script.COENG, spaced, script.MARK_PATTERN))
    return pattern.search(normalize_all(texts).codes) is not None
