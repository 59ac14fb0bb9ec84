"""columnar: array postings on disk, the embedded engine. Knows nothing of any language, nor of Whoosh.

files/      format, disk, lock, wholefile, catalog, companions, blockfile, spool: named arrays in checksummed files
postings/   layout, inversion, encode, vocabulary, decode: tokens -> postings -> bits, and back
segments/   columns, collected, column_files, stored, pairs, pair_files, segment, segment_writer, builder, deletions,
            union, merge, policy: documents -> segments
search/     cache, bm25, matches, impacts, leaves, scratch, doc_values, joining, written, document_store, decoded,
            field_lengths, index_terms, commit, phrases, proximity, neighbours, patterns, fuzzy, execution, top,
            scoring, ordering, counting, warming, searcher: a node -> documents, scores, orders, counts, facets
            (`compiled` in these three: the same in the compiled core)
commits/    draft, pending, writer, index, verify, recovery: batches in, commits out; a folder as a whole
embedded/   view, writer, engine: the engine that Index uses
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.columnar.commits.index import FieldOptions as FieldOptions
    from khsearch.columnar.commits.index import IndexFolder as IndexFolder
    from khsearch.columnar.commits.index import create as create
    from khsearch.columnar.commits.index import open_folder as open_folder
    from khsearch.columnar.commits.verify import verify as verify
    from khsearch.columnar.commits.writer import BatchWriter as BatchWriter
    from khsearch.columnar.commits.writer import one_at_a_time as one_at_a_time
    from khsearch.columnar.embedded.engine import Embedded as Embedded
    from khsearch.columnar.embedded.view import EmbeddedView as EmbeddedView
    from khsearch.columnar.embedded.writer import EmbeddedWriter as EmbeddedWriter
    from khsearch.columnar.files.catalog import INDEX_DOCUMENTS as INDEX_DOCUMENTS
    from khsearch.columnar.files.catalog import Catalog as Catalog
    from khsearch.columnar.files.catalog import exists as exists
    from khsearch.columnar.files.catalog import modified as modified
    from khsearch.columnar.files.catalog import read_catalog as read_catalog
    from khsearch.columnar.files.companions import files_of as files_of
    from khsearch.columnar.files.companions import numbered_names as numbered_names
    from khsearch.columnar.files.companions import written as written
    from khsearch.columnar.files.disk import Disk as Disk
    from khsearch.columnar.search.commit import Commit as Commit
    from khsearch.columnar.search.fuzzy import terms_within as terms_within
    from khsearch.columnar.search.matches import Matches as Matches
    from khsearch.columnar.search.searcher import Searcher as Searcher
    from khsearch.columnar.search.top import TopDocs as TopDocs
    from khsearch.columnar.segments.columns import Column as Column
    from khsearch.columnar.segments.columns import number_of as number_of
    from khsearch.columnar.segments.merge import Pruning as Pruning
    from khsearch.engine import BM25 as BM25
    from khsearch.engine import FieldScale as FieldScale
    from khsearch.engine import SortKey as SortKey
    from khsearch.engine import TokenBatch as TokenBatch
    from khsearch.whoosh import ColumnarIndex as ColumnarIndex
    from khsearch.whoosh import create_in as create_in
    from khsearch.whoosh import exists_in as exists_in
    from khsearch.whoosh import open_dir as open_dir
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "embedded.engine": ("Embedded",),
            "embedded.view": ("EmbeddedView",),
            "embedded.writer": ("EmbeddedWriter",),
            "files.catalog": ("INDEX_DOCUMENTS", "Catalog", "exists", "modified", "read_catalog"),
            "files.companions": ("files_of", "numbered_names", "written"),
            "files.disk": ("Disk",),
            "segments.columns": ("Column", "number_of"),
            "segments.merge": ("Pruning",),
            "search.matches": ("Matches",),
            "search.fuzzy": ("terms_within",),
            "search.commit": ("Commit",),
            "search.searcher": ("Searcher",),
            "search.top": ("TopDocs",),
            "commits.verify": ("verify",),
            "commits.writer": ("BatchWriter", "one_at_a_time"),
            "commits.index": ("FieldOptions", "IndexFolder", "create", "open_folder"),
            ".engine": ("BM25", "FieldScale", "SortKey", "TokenBatch"),  # what one asks a searcher with, and writes
            # The door for Whoosh's users, under the name that they know; nothing here imports it.
            ".whoosh": ("ColumnarIndex", "create_in", "exists_in", "open_dir"),
        },
    )
