"""arrays: what every zone computes with. Knows nothing of what the numbers mean.

runs          runs of equal values, ragged rows, narrow types
spans         terms as spans of one byte array: loaded, ordered, compared and copied without an object a term
interning     equal spans -> one number
lookup        distinct spans, to be looked up many at a time
levenshtein   edit distances of many texts to one
memory        keeps the allocator from giving the pages of large arrays back each time
"""

from khsearch.arrays import spans
from khsearch.arrays.interning import Interner, keys_of
from khsearch.arrays.levenshtein import distances
from khsearch.arrays.lookup import Lookup
from khsearch.arrays.memory import give_back_freed_memory, keep_freed_memory
from khsearch.arrays.runs import (
    DOC,
    EMPTY,
    EMPTY_DOCS,
    EMPTY_SCORES,
    Array,
    distinct,
    narrow,
    numbered,
    spread,
    stable_order,
    starts_of,
    turns,
)
from khsearch.arrays.spans import pack

__all__ = [
    "DOC",
    "EMPTY",
    "EMPTY_DOCS",
    "EMPTY_SCORES",
    "Array",
    "Interner",
    "Lookup",
    "distances",
    "distinct",
    "give_back_freed_memory",
    "keep_freed_memory",
    "keys_of",
    "narrow",
    "numbered",
    "pack",
    "spans",
    "spread",
    "stable_order",
    "starts_of",
    "turns",
]
