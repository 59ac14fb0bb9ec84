"""foreseeing: what the plan of a query will ask of a commit, told beforehand to a view that is far away.

    the clauses of a query  ->  terms whose document frequencies it will need

It decides nothing: what is not foreseen is asked when it is needed, in a request of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from khsearch.query.clauses import Group, Item, Quoted, Words
from khsearch.schema import BIGRAMS, TEXT, TITLE

if TYPE_CHECKING:
    from khsearch.query.ranking import Ranking
    from khsearch.query.texts import Texts

_MOST_SPELLINGS = 48
"""Other spellings whose words are asked for."""


def terms_of(item: Item, texts: Texts, ranking: Ranking) -> list[tuple[str, bytes]]:
    """Return the terms of a query, in all its spellings, with the fields in which they will be looked for."""
    fields = dict.fromkeys((TEXT, TITLE, *ranking.word_fields))
    found: dict[tuple[str, bytes], None] = {}
    for field, text in _texts_in(item, texts):
        words, bigrams = _terms(text, texts)
        names = fields if field is None else (TEXT, field)
        found.update(((name, word), None) for word in words for name in names)
        found.update(((BIGRAMS, bigram), None) for bigram in bigrams)
    return list(found)


def _texts_in(item: Item, texts: Texts) -> Iterator[tuple[str | None, str]]:
    if isinstance(item, Group):
        for clause in item.clauses:
            yield from _texts_in(clause.item, texts)
    elif isinstance(item, Words | Quoted) and texts.is_text(item.field):
        yield item.field, item.text


def _terms(text: str, texts: Texts) -> tuple[dict[bytes, None], dict[bytes, None]]:
    """Words and bigrams of a text, and of what may stand instead of its chunks."""
    typed = texts.read(text)
    words, bigrams = dict.fromkeys(typed.terms.words), dict.fromkeys(typed.terms.bigrams)
    for chunk in texts.chunks(text):
        for way in chunk.ways:
            words.update(dict.fromkeys(way.words))
            bigrams.update(dict.fromkeys(way.bigrams))
    for other in texts.alternatives(typed)[:_MOST_SPELLINGS]:
        words.update(dict.fromkeys(typed.analyzer.spelled(other.spelling).terms.words))
        bigrams.update(dict.fromkeys(typed.spliced((other.start, other.end, other.spelling)).bigrams))
    return words, bigrams
