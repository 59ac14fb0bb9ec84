"""occurrences: an original text and rows of words in; where the rows stand in it, out.

A *row* is words side by side, in code form, or a word alone. What may stand between two words of a row in a text is
what makes no word: spaces, signs.

A quick look finds rows in the text as it is, written as they usually are, however long the text. The exact one looks
in its normal form: for a word alone, where the words of the text are it, or end where it ends; only if that is nowhere,
also where the clusters of a word of two or more stand inside longer words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, islice

from khsearch import khmer
from khsearch.khmer import Analyzer, NormalText, normalize, script, stretches

Row = tuple[bytes, ...]
Occurrence = tuple[int, int, Row]
"""Where a row stands in a text, from and to, and the row."""

_BEGINNING = 1_000_000  # characters of a text that are looked through for every word
_ENOUGH = 100  # occurrences of a term that are looked at: a long document shows its best place among the first
_NEAR = 200  # characters around a rare term in which frequent ones are looked for wherever it stands
_PIECE = 300_000  # characters that are normalised at a time
_AROUND = 24  # codes of a run on either side of a stretch that decide whether words begin and end there
_KHMER = (script.BASE, script.MARK)
_LONG_RUN = re.compile(b"[a-z]{%d}|[0-9\x03]{%d}" % (script.LONGEST_TERM + 1, script.LONGEST_TERM + 1))
_COENG = "\u17d2"
_MARKS = {chr(0x1700 + code) for code in range(0x80, 0x100) if script.CLASS[code] == script.MARK}
_CLINGS = _MARKS | {_COENG, *script.INVISIBLE}  # beside a place, these may make it one inside a cluster
_BETWEEN = "[\\s\u200b-\u200d\u2060\u00ad.,:;/()\"'\u00ab\u00bb\u2013-]{0,8}"
"""What may stand between two words of a row that is written as usual."""


def glance(text: str, rows: Iterable[Row]) -> list[Occurrence]:
    """Places, rising, where rows stand as they are usually written.

    Of a long text all is looked through only for what does not stand in its beginning. Of what stands more than _ENOUGH
    times, the first places are told, and those near something that does not.
    """
    found: list[Occurrence] = []
    frequent: list[tuple[str, Row]] = []
    for row in rows:
        before = len(found)
        for start, stop in ((0, _BEGINNING), (_BEGINNING, len(text))):
            if len(found) > before or start > len(text):
                break
            for spelling in _spellings(row):
                places = list(islice(_places(text, spelling, row, max(start - len(spelling), 0), stop), _ENOUGH))
                found += places
                if len(places) == _ENOUGH:
                    frequent.append((spelling, row))
        if len(row) > 1 and len(found) == before:
            found += islice(_apart(text, row), _ENOUGH)
    if frequent:
        often = {row for _, row in frequent}
        near = [(max(start - _NEAR, 0), end + _NEAR) for start, end, row in found if row not in often]
        for spelling, row in frequent:
            for start, end in near:
                found += _places(text, spelling, row, start, end)
        found = list(set(found))
    found.sort()
    return found


def _places(text: str, spelling: str, row: Row, start: int = 0, stop: int | None = None) -> Iterator[Occurrence]:
    """Where a spelling stands between two places of a text, in order, beginning and ending where clusters do."""
    led = spelling[0] in _CLINGS
    at = text.find(spelling, start, stop)
    while at >= 0:
        end = at + len(spelling)
        plain = not (led or text[at - 1 : at] in _CLINGS or text[end : end + 1] in _CLINGS)
        if plain or not (parts_cluster(text, at) or parts_cluster(text, end)):
            yield at, end, row
        at = text.find(spelling, end, stop)


def _apart(text: str, row: Row) -> Iterator[Occurrence]:
    """Where the words of a row stand with something between them, in order."""
    each = ("(?:" + "|".join(map(re.escape, _spellings((word,)))) + ")" for word in row)
    for place in re.finditer(_BETWEEN.join(each), text):
        if not (parts_cluster(text, place.start()) or parts_cluster(text, place.end())):
            yield place.start(), place.end(), row


def parts_cluster(text: str, place: int) -> bool:
    """Whether a place lies between a base or coeng and what belongs to it, invisible characters apart."""
    before, behind = place - 1, place
    while before >= 0 and text[before] in script.INVISIBLE:
        before -= 1
    while behind < len(text) and text[behind] in script.INVISIBLE:
        behind += 1
    return (behind < len(text) and text[behind] in _MARKS) or (before >= 0 and text[before] == _COENG)


@lru_cache(maxsize=4096)
def _spellings(row: Row) -> tuple[str, ...]:
    """Ways in which a row is usually written: case, digits, and the subscripts and words that look alike."""
    word = b"".join(row)
    plain = script.decode_term(word)
    ways = {plain}
    if script.CLASS[word[0]] == script.DIGIT:
        ways.add(plain.translate(_KHMER_DIGITS))
    elif script.CLASS[word[0]] == script.ALPHA:
        ways |= {plain.upper(), plain.capitalize()}
    else:
        ways.add(plain.replace("\u17d2\u178f", "\u17d2\u178a"))
        ways.update(plain.replace("\u17b1\u17d2\u1799", give) for give in ("\u17b2\u17d2\u1799", "\u17a2\u17c4\u1799"))
    return tuple(sorted(ways))


_KHMER_DIGITS = str.maketrans("0123456789", script.KHMER_DIGITS)


def occurrences(text: str, rows: Sequence[Row], bigrams: Sequence[bytes], analyzer: Analyzer) -> list[Occurrence]:
    """Places, rising, where rows stand in any spelling; those of bigrams where no row does."""
    for wanted in _in_turn(rows, bigrams):
        at = 0
        for piece in _pieces(text):
            found = search(piece, wanted, analyzer)
            if found:
                return [(at + start, at + end, row) for start, end, row in found]
            at += len(piece)
    return []


def everywhere(text: str, rows: Sequence[Row], bigrams: Sequence[bytes], analyzer: Analyzer) -> list[Occurrence]:
    """Return what `occurrences` does, of all of the text and however often it stands there."""
    for wanted in _in_turn(rows, bigrams):
        at = 0
        places: list[_Place] = []
        for piece in _pieces(text):
            places += [(at + a, at + b, row, whole) for a, b, row, whole in _found(piece, wanted, analyzer, None)]
            at += len(piece)
        found = _whole_first(places)
        if found:
            return found
    return []


def _pieces(text: str) -> Iterable[str]:
    return (text,) if len(text) <= _PIECE else khmer.pieces(text, _PIECE)


def _in_turn(rows: Sequence[Row], bigrams: Sequence[bytes]) -> Iterator[Sequence[Row]]:
    """What is looked for, and where it stands nowhere, what else; nothing where there is nothing to look for."""
    yield from filter(None, (rows, [(bigram,) for bigram in dict.fromkeys(bigrams)]))


def search(text: str, rows: Iterable[Row], analyzer: Analyzer) -> list[Occurrence]:
    """Places, rising, where rows stand in a text, found in its normal form; of each row the first _ENOUGH."""
    return _whole_first(_found(text, rows, analyzer, _ENOUGH))


_Place = tuple[int, int, Row, bool]
"""An occurrence, and whether its words begin and end there."""


def _whole_first(places: Sequence[_Place]) -> list[Occurrence]:
    """Occurrences of each row where its words begin and end, or if there are none, within longer words.

    Inside of those a word of one cluster says nothing.
    """
    whole = {row for _, _, row, is_whole in places if is_whole}
    return [
        (start, end, row)
        for start, end, row, is_whole in places
        if is_whole or (row not in whole and _has_two_clusters(row[0]))
    ]


def _found(text: str, rows: Iterable[Row], analyzer: Analyzer, most: int | None) -> list[_Place]:
    """Places, rising, where rows stand in a text, at most so many of each."""
    normal = normalize(text)
    found = sorted(_stand(normal, set(rows), analyzer, most))
    starts, ends = normal.span_lists([one[0] for one in found], [one[1] for one in found])
    # One character stands before the text in what the normal form leads back to.
    spans = zip(starts, ends, found, strict=True)
    return [(start - 1, end - 1, row, whole) for start, end, (_, _, row, whole) in spans if start < end]


def _stand(normal: NormalText, rows: set[Row], analyzer: Analyzer, most: int | None) -> list[_Place]:
    """Places in the codes where rows stand."""
    codes = normal.codes
    found: list[_Place] = []
    for row in rows:
        if not any(script.LETTER in word for word in row):
            may_be_inside = len(row) == 1 and all(script.CLASS[code] in _KHMER for code in row[0])
            found += [
                (start, end, row, not may_be_inside or _is_word(codes, start, end, analyzer))
                for start, end in islice(stretches(codes, row), most)
            ]
    # Words glued to letters outside ASCII, folded from them, or divided for their length do not stand between what is
    # no letter; and codes do not tell those letters apart.
    by_analysis = script.LETTER in codes or _LONG_RUN.search(codes) is not None
    analysed = [
        row
        for row in rows
        if any(script.LETTER in word or (by_analysis and script.CLASS[word[0]] not in _KHMER) for word in row)
    ]
    if analysed:
        batch = analyzer.batch([normal.raw[1:-1]])
        words = batch.words.terms()
        starts, ends = batch.word_starts.tolist(), batch.word_ends.tolist()
        for row in analysed:
            length = len(row)
            found += [
                (starts[at], ends[at + length - 1], row, True)
                for at, word in enumerate(words)
                if word == row[0] and tuple(words[at : at + length]) == row
            ]
    return list(set(found))


def _has_two_clusters(term: bytes) -> bool:
    return any(script.CLASS[code] == script.BASE and term[i] != script.COENG for i, code in enumerate(term[1:]))


def _is_word(codes: bytes, start: int, end: int, analyzer: Analyzer) -> bool:
    """Whether a stretch of whole clusters is some words of the run of Khmer that it is in."""
    low, high = start, end
    while low > start - _AROUND and script.CLASS[codes[low - 1]] in _KHMER:
        low -= 1
    while low < start and (script.CLASS[codes[low]] == script.MARK or codes[low - 1] == script.COENG):
        low += 1
    while high < end + _AROUND and script.CLASS[codes[high]] in _KHMER:
        high += 1
    while high > end and (script.CLASS[codes[high]] == script.MARK or codes[high - 1] == script.COENG):
        high -= 1
    edges = set(accumulate(map(len, analyzer.run_words(codes[low:high])), initial=low))
    return start in edges and end in edges
