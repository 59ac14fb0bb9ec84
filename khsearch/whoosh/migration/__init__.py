"""migration: a folder of stock Whoosh's -> an index of arrays with the same schema and documents.

Such a folder holds pickles, which may run any code when they are read. So a process of its own reads it, which has
given away its right to write, and passes on what it finds as plain data.

pickles    a reader of pickles that makes nothing but what an index of Whoosh's is made of
frames     plain data through a pipe: JSON and arrays
postings   the tokens of a range of documents, from the postings of one field
stock      a folder of Whoosh's: its schema, its documents as batches
child      python -m khsearch.whoosh.migration.child: reads a folder, writes frames
importing  import_whoosh: starts that process, writes what it tells into a new index
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.whoosh.migration.importing import Imported as Imported
    from khsearch.whoosh.migration.importing import import_whoosh as import_whoosh
else:
    __getattr__, __dir__, __all__ = face(__name__, {"importing": ("Imported", "import_whoosh")})
