"""errors: the one tree of exceptions. Whatever goes wrong inside khsearch leaves it as one of these.

    KhsearchError
    |- DocumentError          a document that cannot be indexed: which source, which line
    |  `- UnbreakableDocumentError   that needs a package which is not installed; a MissingExtraError, too
    |- QueryError             a query that cannot be read: the query, the position in it
    |- LexiconError           a word list or lexicon that cannot be read: the file, the line
    |- MissingExtraError      a package that is not installed: the pip command that installs it
    `- IndexStoreError        an index folder: its path
       |- IndexNotFoundError  there is none
       |- IndexExistsError    there is one already
       |- IndexLockedError    another process is writing
       |- IndexMismatchError  built by another breaker, lexicon or format: what was expected, what was found
       |  `- OtherDocumentsError   an index with a Whoosh schema, where one of khsearch.Index is asked for
       `- IndexDamagedError   which file, which part

Every message ends with what the reader can do next.
"""

from __future__ import annotations


class KhsearchError(Exception):
    """Base of every error that khsearch raises."""


class DocumentError(KhsearchError):
    """A document that cannot be indexed; the message names its source (file, line or id).

    reason: the kind of what is wrong, in a few words, by which those who pass over many count them.
    """

    def __init__(self, message: str, *, reason: str = "cannot be read") -> None:
        super().__init__(message)
        self.reason = reason


class QueryError(KhsearchError):
    """A query that cannot be read; the message quotes it and names the position."""

    def __init__(self, message: str, *, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class LexiconError(KhsearchError):
    """A word list or lexicon that cannot be read; the message names the file and line."""


class MissingExtraError(KhsearchError):
    """An optional package is not installed; the message is the command that installs it."""


class UnbreakableDocumentError(MissingExtraError, DocumentError):
    """A document that only what is not installed can break as the others of its index were broken."""


class IndexStoreError(KhsearchError):
    """An index folder cannot be used; the message names its path."""


class IndexNotFoundError(IndexStoreError):
    """The folder holds no index."""


class IndexExistsError(IndexStoreError):
    """The folder holds an index, or other files, already."""


class IndexLockedError(IndexStoreError):
    """Another process or writer holds the index's write lock."""


class IndexMismatchError(IndexStoreError):
    """The index was built by a breaker, lexicon or format other than this one; ``khsearch rebuild`` mends it."""


class OtherDocumentsError(IndexMismatchError):
    """The folder keeps an index of another kind; the message says what opens it."""


class IndexDamagedError(IndexStoreError):
    """A file of the index is not what was written; the message names the file and the part."""
