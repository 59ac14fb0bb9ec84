"""arrays: what every zone computes with. Knows nothing of what the numbers mean.

late          numpy under its name, loaded when it is first looked into
runs          runs of equal values, ragged rows, narrow types
spans         terms as spans of one byte array: loaded, ordered, compared and copied without an object a term
interning     equal spans -> one number
lookup        distinct spans, to be looked up many at a time
levenshtein   edit distances of many texts to one
memory        keeps the allocator from giving the pages of large arrays back each time
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.arrays import spans as spans
    from khsearch.arrays.interning import Interner as Interner
    from khsearch.arrays.interning import keys_of as keys_of
    from khsearch.arrays.late import Array as Array
    from khsearch.arrays.late import np as np
    from khsearch.arrays.levenshtein import distances as distances
    from khsearch.arrays.lookup import Lookup as Lookup
    from khsearch.arrays.memory import give_back_freed_memory as give_back_freed_memory
    from khsearch.arrays.memory import keep_freed_memory as keep_freed_memory
    from khsearch.arrays.runs import DOC as DOC
    from khsearch.arrays.runs import EMPTY as EMPTY
    from khsearch.arrays.runs import EMPTY_DOCS as EMPTY_DOCS
    from khsearch.arrays.runs import EMPTY_SCORES as EMPTY_SCORES
    from khsearch.arrays.runs import distinct as distinct
    from khsearch.arrays.runs import narrow as narrow
    from khsearch.arrays.runs import numbered as numbered
    from khsearch.arrays.runs import spread as spread
    from khsearch.arrays.runs import stable_order as stable_order
    from khsearch.arrays.runs import starts_of as starts_of
    from khsearch.arrays.runs import turns as turns
    from khsearch.arrays.spans import pack as pack
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "": ("spans",),
            "late": ("Array", "np"),
            "runs": (
                *("DOC", "EMPTY", "EMPTY_DOCS", "EMPTY_SCORES"),
                *("distinct", "narrow", "numbered", "spread", "stable_order", "starts_of", "turns"),
            ),
            "spans": ("pack",),
            "interning": ("Interner", "keys_of"),
            "levenshtein": ("distances",),
            "lookup": ("Lookup",),
            "memory": ("give_back_freed_memory", "keep_freed_memory"),
        },
    )
