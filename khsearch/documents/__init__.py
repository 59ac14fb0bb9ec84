"""documents: files, folders and streams in, `Document`s out.

reasons    why a file, or a part of one, is passed over
plain      the values of a document, as they are at that moment
document   what a document is, what it may hold, and how it is written as a line of JSON
values     numbers, dates, truth values and keywords as people write them
names written_dates   names of fields as people write them; dates in the order that people say
conversions   what a file has under the name of a field -> the value that is meant
records    keys and values, of a JSON object, a row of a table or a dict -> a document
formats/   the content of one file -> documents; a room a format, and a registry for those of others
files/     files and folders as they lie on a disk -> the files to read, their ids, what is found in them
sources    a path or a stream -> documents, in a steady order
fields     an index's own fields: documents -> values to filter, sort and count by
comparing  values as they are compared
sought     what a filter asks of a field -> the values that it names
together   documents in plain values, part by part
stored     a document as an index keeps it
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.documents import reasons as reasons
    from khsearch.documents import values as values
    from khsearch.documents.comparing import Compared as Compared
    from khsearch.documents.comparing import compared as compared
    from khsearch.documents.comparing import several as several
    from khsearch.documents.comparing import written as written
    from khsearch.documents.document import Document as Document
    from khsearch.documents.document import Parts as Parts
    from khsearch.documents.document import from_json_line as from_json_line
    from khsearch.documents.document import json_line as json_line
    from khsearch.documents.document import validate as validate
    from khsearch.documents.fields import FIELDS as FIELDS
    from khsearch.documents.fields import check_fields as check_fields
    from khsearch.documents.fields import column_of as column_of
    from khsearch.documents.fields import fitting as fitting
    from khsearch.documents.fields import keyword_form as keyword_form
    from khsearch.documents.fields import read_field as read_field
    from khsearch.documents.fields import row as row
    from khsearch.documents.fields import shown as shown
    from khsearch.documents.fields import written_field as written_field
    from khsearch.documents.files.children import Children as Children
    from khsearch.documents.files.children import Task as Task
    from khsearch.documents.files.described import FILE_FIELDS as FILE_FIELDS
    from khsearch.documents.files.described import OF_THE_FILE as OF_THE_FILE
    from khsearch.documents.files.described import described as described
    from khsearch.documents.files.described import modified_value as modified_value
    from khsearch.documents.files.described import values_of as values_of
    from khsearch.documents.files.ids import common_folder as common_folder
    from khsearch.documents.files.ids import id_of as id_of
    from khsearch.documents.files.ids import is_below as is_below
    from khsearch.documents.files.ids import path_of as path_of
    from khsearch.documents.files.ids import real_path as real_path
    from khsearch.documents.files.opening import content_hash as content_hash
    from khsearch.documents.files.opening import read_file as read_file
    from khsearch.documents.files.process import Order as Order
    from khsearch.documents.files.readings import Reading as Reading
    from khsearch.documents.files.readings import Readings as Readings
    from khsearch.documents.files.suffixes import SuffixesOfFile as SuffixesOfFile
    from khsearch.documents.files.table import NO_HASH as NO_HASH
    from khsearch.documents.files.table import Passed as Passed
    from khsearch.documents.files.table import Record as Record
    from khsearch.documents.files.table import Suffixes as Suffixes
    from khsearch.documents.files.table import Table as Table
    from khsearch.documents.files.walking import File as File
    from khsearch.documents.files.walking import Skipped as Skipped
    from khsearch.documents.files.walking import chosen_format as chosen_format
    from khsearch.documents.files.walking import shown_name as shown_name
    from khsearch.documents.files.walking import suffix_of as suffix_of
    from khsearch.documents.files.walking import unreadable as unreadable
    from khsearch.documents.files.walking import walk as walk
    from khsearch.documents.formats.reader import Found as Found
    from khsearch.documents.formats.reader import Placed as Placed
    from khsearch.documents.formats.reader import Reader as Reader
    from khsearch.documents.formats.reader import Remark as Remark
    from khsearch.documents.formats.reader import Source as Source
    from khsearch.documents.formats.registry import READING as READING
    from khsearch.documents.formats.registry import format_names as format_names
    from khsearch.documents.formats.registry import is_format as is_format
    from khsearch.documents.formats.registry import is_guarded as is_guarded
    from khsearch.documents.formats.registry import register_format as register_format
    from khsearch.documents.formats.registry import remedy_of as remedy_of
    from khsearch.documents.formats.title import TITLE_LENGTH as TITLE_LENGTH
    from khsearch.documents.formats.title import title_of as title_of
    from khsearch.documents.names import LATER as LATER
    from khsearch.documents.names import named as named
    from khsearch.documents.plain import brief_repr as brief_repr
    from khsearch.documents.plain import plain_value as plain_value
    from khsearch.documents.records import FieldNames as FieldNames
    from khsearch.documents.records import given as given
    from khsearch.documents.sought import span as span
    from khsearch.documents.sources import Stream as Stream
    from khsearch.documents.sources import read_path as read_path
    from khsearch.documents.sources import read_stream as read_stream
    from khsearch.documents.stored import Stored as Stored
    from khsearch.documents.stored import bodies_of as bodies_of
    from khsearch.documents.stored import document_of as document_of
    from khsearch.documents.stored import heads_of as heads_of
    from khsearch.documents.stored import id_and_title as id_and_title
    from khsearch.documents.together import Documents as Documents
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "": ("reasons", "values"),
            "comparing": ("Compared", "compared", "several", "written"),
            "document": ("Document", "Parts", "from_json_line", "json_line", "validate"),
            "files.children": ("Children", "Task"),
            "files.process": ("Order",),
            "files.described": ("FILE_FIELDS", "OF_THE_FILE", "described", "modified_value", "values_of"),
            "files.ids": ("common_folder", "id_of", "is_below", "path_of", "real_path"),
            "files.opening": ("content_hash", "read_file"),
            "files.readings": ("Reading", "Readings"),
            "files.suffixes": ("SuffixesOfFile",),
            "files.table": ("NO_HASH", "Passed", "Record", "Suffixes", "Table"),
            "files.walking": ("File", "Skipped", "chosen_format", "shown_name", "suffix_of", "unreadable", "walk"),
            "formats.reader": ("Found", "Placed", "Reader", "Remark", "Source"),
            "formats.registry": ("READING", "format_names", "is_format", "is_guarded", "register_format", "remedy_of"),
            "formats.title": ("TITLE_LENGTH", "title_of"),
            "names": ("LATER", "named"),
            "records": ("FieldNames", "given"),
            "sources": ("Stream", "read_path", "read_stream"),
            "plain": ("brief_repr", "plain_value"),
            "sought": ("span",),
            "fields": (
                "FIELDS",
                "check_fields",
                "column_of",
                "fitting",
                "keyword_form",
                "read_field",
                "row",
                "shown",
                "written_field",
            ),
            "stored": ("Stored", "bodies_of", "document_of", "heads_of", "id_and_title"),
            "together": ("Documents",),
        },
    )
