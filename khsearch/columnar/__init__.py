"""columnar: array postings on disk, for Whoosh and without it. Knows nothing of any language.

Rooms in the order of the data: disk, catalog, blockfile (bytes) -> spans, inversion, layout, encode, builder, merge
(tokens to segments) -> decode, segment, snapshot (segments to arrays) -> bm25, matches, phrases, expand, fuzzy, plans,
top, reader (queries) -> writer, index.
"""

from khsearch.columnar.bm25 import BM25, FieldScale
from khsearch.columnar.index import ColumnarIndex, create_in, exists_in, open_dir
from khsearch.columnar.inversion import TokenBatch
from khsearch.columnar.reader import Reader, SortKey
from khsearch.columnar.top import TopDocs

__all__ = [
    "BM25",
    "ColumnarIndex",
    "FieldScale",
    "Reader",
    "SortKey",
    "TokenBatch",
    "TopDocs",
    "create_in",
    "exists_in",
    "open_dir",
]
