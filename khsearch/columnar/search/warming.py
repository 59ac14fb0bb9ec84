"""warming: what searches of a commit will ask for, made beforehand.

Of all documents: ids, columns, lengths. And of the terms that were last asked for, what they score now: who searched
the last commit searches this one, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from khsearch.arrays import EMPTY

if TYPE_CHECKING:
    from khsearch.columnar.search.commit import Commit


def warm(commit: Commit) -> None:
    """Make it."""
    segments, documents, terms = commit.leaves.segments, commit.documents, commit.terms
    documents.docnum("")
    for name in sorted({name for segment in segments for name in segment.column_names}):
        if documents.values(name).text:
            documents.written(name, EMPTY)
    for name in sorted({name for segment in segments for name in segment.field_names}):
        terms.total_length(name)
        terms.lengths(name)
        terms.position_bits(name)
        for _, field in terms.fields(name):
            field.find(b"")
    for names, scales, term in commit.asked_before:
        terms.impacts(names, term, scales)
