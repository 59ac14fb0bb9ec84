"""common_words: the documents of a commit in; the whole words that people read in them, the most frequent first, out.

An index keeps atoms, so its texts and titles are broken again, a megabyte at a time, when a commit is first asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from khsearch.engine import View
from khsearch.khmer import MEGABYTE, Analyzer, term_lists

_MOST_BATCHED = 1 << 12  # documents
_BYTES = 150  # that a word and its counts take, about


def common_words(view: View, analyzer: Analyzer, limit: int, by: str) -> dict[str, int]:
    """Return words and how many documents have each, or, by "occurrences", how often each stands in all of them.

    At most `limit`, the most frequent first, equals in order of their spelling.
    """
    found = view.memo("common words", by, lambda: _counted(view, analyzer, by), lambda found: _BYTES * len(found))
    return dict(islice(found.items(), limit))


def _counted(view: View, analyzer: Analyzer, by: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for batch in _batches(view):
        terms = term_lists(analyzer, [part for title_and_text in batch for part in title_and_text])
        for title, text in zip(terms, terms, strict=True):
            counts.update({*title, *text} if by == "documents" else title + text)
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _batches(view: View) -> Iterator[Sequence[tuple[str, str]]]:
    """Titles and texts of documents, a megabyte or so at a time."""
    batch: list[tuple[str, str]] = []
    size = 0
    for document in view.documents():
        batch.append((document.title, document.text))
        size += len(document.title) + len(document.text)
        if size > MEGABYTE or len(batch) == _MOST_BATCHED:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
