"""documents: files, folders and streams in, `Document`s out.

document   what a document is, what it may hold, and how it is written as a line of JSON
formats    the content of one .txt, .jsonl or .csv -> documents
sources    a path or a stream -> documents, in a steady order
"""

from khsearch.documents.document import Document, json_line, validate
from khsearch.documents.formats import FORMATS, TITLE_LENGTH, FieldNames, Placed
from khsearch.documents.sources import files_below, placed_in_path, placed_in_stream, read_path, read_stream

__all__ = [
    "FORMATS",
    "TITLE_LENGTH",
    "Document",
    "FieldNames",
    "Placed",
    "files_below",
    "json_line",
    "placed_in_path",
    "placed_in_stream",
    "read_path",
    "read_stream",
    "validate",
]
