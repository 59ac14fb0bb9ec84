"""columnar: array postings on disk, the embedded engine. Knows nothing of any language, nor of Whoosh.

files/      format, disk, wholefile, catalog, blockfile, spool: named arrays in checksummed files
postings/   layout, inversion, encode, vocabulary, decode: tokens -> postings -> bits, and back
segments/   columns, column_files, stored, segment, segment_writer, builder, deletions, merge, policy: documents ->
segments
search/     bm25, matches, postings_cache, scored, opened, snapshot, phrases, patterns, fuzzy, execution, top,
proximity, reader: a node -> documents, scores, counts, facets
commits/    draft, writer, index, verify, recovery: batches in, commits out; a folder as a whole
embedded/   files, view, writer, engine: the engine that Index uses
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.columnar.commits.index import FieldOptions as FieldOptions
    from khsearch.columnar.commits.index import IndexFolder as IndexFolder
    from khsearch.columnar.commits.index import create as create
    from khsearch.columnar.commits.index import open_folder as open_folder
    from khsearch.columnar.commits.recovery import salvage as salvage
    from khsearch.columnar.commits.verify import verify as verify
    from khsearch.columnar.commits.writer import BatchWriter as BatchWriter
    from khsearch.columnar.commits.writer import one_at_a_time as one_at_a_time
    from khsearch.columnar.embedded.engine import Embedded as Embedded
    from khsearch.columnar.files import catalog as catalog
    from khsearch.columnar.files import format as format
    from khsearch.columnar.files import wholefile as wholefile
    from khsearch.columnar.files.catalog import INDEX_DOCUMENTS as INDEX_DOCUMENTS
    from khsearch.columnar.files.catalog import exists as exists
    from khsearch.columnar.files.disk import Disk as Disk
    from khsearch.columnar.files.disk import told_as_store_errors as told_as_store_errors
    from khsearch.columnar.files.format import CATALOG_TEMPORARY_NAME as CATALOG_TEMPORARY_NAME
    from khsearch.columnar.files.format import LEXICON_NAME as LEXICON_NAME
    from khsearch.columnar.files.format import LOCK_NAME as LOCK_NAME
    from khsearch.columnar.files.format import MANIFEST_NAME as MANIFEST_NAME
    from khsearch.columnar.postings.decode import FieldReader as FieldReader
    from khsearch.columnar.postings.inversion import MAX_POSITION as MAX_POSITION
    from khsearch.columnar.search import bm25 as bm25
    from khsearch.columnar.search import fuzzy as fuzzy
    from khsearch.columnar.search.fuzzy import near_terms as near_terms
    from khsearch.columnar.search.matches import Matches as Matches
    from khsearch.columnar.search.reader import Reader as Reader
    from khsearch.columnar.search.snapshot import Snapshot as Snapshot
    from khsearch.columnar.search.top import TopDocs as TopDocs
    from khsearch.columnar.segments.columns import Column as Column
    from khsearch.columnar.segments.columns import Form as Form
    from khsearch.columnar.segments.columns import number_of as number_of
    from khsearch.columnar.segments.stored import MAX_BLOB as MAX_BLOB
    from khsearch.whoosh import ColumnarIndex as ColumnarIndex
    from khsearch.whoosh import create_in as create_in
    from khsearch.whoosh import exists_in as exists_in
    from khsearch.whoosh import open_dir as open_dir
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "files": ("catalog", "format", "wholefile"),
            "files.catalog": ("INDEX_DOCUMENTS", "exists"),
            "files.disk": ("Disk", "told_as_store_errors"),
            "files.format": ("CATALOG_TEMPORARY_NAME", "LEXICON_NAME", "LOCK_NAME", "MANIFEST_NAME"),
            "postings.inversion": ("MAX_POSITION",),
            "postings.decode": ("FieldReader",),
            "segments.columns": ("Column", "Form", "number_of"),
            "segments.stored": ("MAX_BLOB",),
            "search.matches": ("Matches",),
            "search.fuzzy": ("near_terms",),
            "search.snapshot": ("Snapshot",),
            "search.reader": ("Reader",),
            "search.top": ("TopDocs",),
            "search": ("bm25", "fuzzy"),
            "embedded.engine": ("Embedded",),
            "commits.writer": ("BatchWriter", "one_at_a_time"),
            "commits.index": ("FieldOptions", "IndexFolder", "create", "open_folder"),
            "commits.verify": ("verify",),
            "commits.recovery": ("salvage",),
            # The door for Whoosh's users, under the name that they know; nothing here imports it.
            ".whoosh": ("ColumnarIndex", "create_in", "exists_in", "open_dir"),
        },
    )
