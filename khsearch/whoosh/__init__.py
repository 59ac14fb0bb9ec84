"""whoosh: the door for Whoosh's users: array indexes with a Whoosh schema.

fields      KHMER: the field type for Khmer in any Whoosh schema
errors      khsearch's errors that are Whoosh's, too
values      stored values as JSON
boosts      what multiplies the weights of tokens
schema/     shapes, names, encoding, decoding: a schema as data
reading/    characters, columns, matchers, vectors, reader: a commit as Whoosh sees it
weighting   Whoosh's weightings as those of the arrays, and back
queries/    number_ranges, column_queries, mended, translator: Whoosh's queries as nodes, or run by its matchers
searching/  facets, results, searcher: a Searcher as Whoosh has it, which answers by arrays where it can
writing/    analysed, copying, merging, writer: documents as Whoosh takes them, and an IndexWriter
index       create_in, open_dir, exists_in
documents/  fields, column_terms, reader, planning, writer, index: an Index of khsearch's as Whoosh sees it
migration/  pickles, frames, postings, stock, child, importing: a folder of stock Whoosh's -> an index
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.whoosh.documents.index import DocumentIndex as DocumentIndex
    from khsearch.whoosh.documents.planning import plan_of as plan_of
    from khsearch.whoosh.fields import KHMER as KHMER
    from khsearch.whoosh.fields import KhmerAnalyzer as KhmerAnalyzer
    from khsearch.whoosh.index import ColumnarIndex as ColumnarIndex
    from khsearch.whoosh.index import create_in as create_in
    from khsearch.whoosh.index import exists_in as exists_in
    from khsearch.whoosh.index import open_dir as open_dir
    from khsearch.whoosh.migration import Imported as Imported
    from khsearch.whoosh.migration import import_whoosh as import_whoosh
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "documents.index": ("DocumentIndex",),
            "documents.planning": ("plan_of",),
            "fields": ("KHMER", "KhmerAnalyzer"),
            "index": ("ColumnarIndex", "create_in", "exists_in", "open_dir"),
            "migration": ("Imported", "import_whoosh"),
        },
    )
