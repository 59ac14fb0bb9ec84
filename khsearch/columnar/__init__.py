"""columnar: array postings on disk, for Whoosh and without it. Knows nothing of any language.

Rooms in the order of the data:

    format                                   every file and section of an index, and the number of all that
    disk, wholefile, catalog                 the one way to the file system; the table of contents, lock and commit
    blockfile, spool                         named arrays in checksummed files
    spans, interning, inversion, encode      tokens -> postings -> bits
    layout, vocabulary, decode               where a term's bits lie; terms by name; bits -> arrays
    columns, column_files, stored, segment   the parts of a segment's file
    builder, merge, policy                   documents -> segment; segments -> segment; which and when
    deletions, bm25, matches                 what is deleted; how terms score; documents with scores
    postings_cache, scored                   what stays decoded, and in which form
    opened, snapshot                         all segments of one commit as one collection: documents; terms
    nodes, phrases, expand, fuzzy            the light query language and what evaluates it
    plans, top, closeness, reader            a node -> documents, scores, counts, facets
    draft, writer                            the commit to be; batches in, commits out
    values, whoosh_reader, whoosh_queries    stored values; a commit and queries as Whoosh has them
    whoosh_searcher, whoosh_writer           Whoosh's Searcher; documents field by field
    index, verify, salvage                   an index folder as a whole; reading all of it; what can be saved
"""

from khsearch.columnar.bm25 import BM25, FieldScale
from khsearch.columnar.columns import Kind
from khsearch.columnar.index import ColumnarIndex, create_in, exists_in, open_dir
from khsearch.columnar.inversion import TokenBatch
from khsearch.columnar.reader import Reader, SortKey
from khsearch.columnar.salvage import salvage
from khsearch.columnar.top import TopDocs
from khsearch.columnar.verify import verify

__all__ = [
    "BM25",
    "ColumnarIndex",
    "FieldScale",
    "Kind",
    "Reader",
    "SortKey",
    "TokenBatch",
    "TopDocs",
    "create_in",
    "exists_in",
    "open_dir",
    "salvage",
    "verify",
]
