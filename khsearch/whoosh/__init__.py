"""whoosh: the door for Whoosh's users: array indexes with a Whoosh schema.

fields     KHMER: the field type for Khmer in any Whoosh schema
values     stored values as JSON
schema/    shapes, names, encoding, decoding: a schema as data
reader     a commit as Whoosh sees it
weighting  Whoosh's weightings as those of plans, and back
queries    Whoosh's queries as nodes
searcher writer   a Searcher, and documents, as Whoosh has them
index      create_in, open_dir, exists_in
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.whoosh.fields import KHMER as KHMER
    from khsearch.whoosh.fields import KhmerAnalyzer as KhmerAnalyzer
    from khsearch.whoosh.index import ColumnarIndex as ColumnarIndex
    from khsearch.whoosh.index import create_in as create_in
    from khsearch.whoosh.index import exists_in as exists_in
    from khsearch.whoosh.index import open_dir as open_dir
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "fields": ("KHMER", "KhmerAnalyzer"),
            "index": ("ColumnarIndex", "create_in", "exists_in", "open_dir"),
        },
    )
