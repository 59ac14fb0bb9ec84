"""errors: what the door raises where users catch errors of Whoosh's: each is one of khsearch's and one of Whoosh's."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from whoosh.fields import FieldConfigurationError
from whoosh.fields import UnknownFieldError as WhooshUnknownFieldError
from whoosh.index import EmptyIndexError as WhooshEmptyIndexError
from whoosh.index import LockError as WhooshLockError
from whoosh.writing import IndexingError as WhooshIndexingError

from khsearch.errors import DocumentError, IndexLockedError, IndexNotFoundError, IndexStoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


class EmptyIndexError(IndexNotFoundError, WhooshEmptyIndexError):  # type: ignore[misc]
    """The folder holds no index."""


class LockError(IndexLockedError, WhooshLockError):  # type: ignore[misc]
    """Another process or writer holds the index's write lock."""


class IndexingError(IndexStoreError, WhooshIndexingError):  # type: ignore[misc]
    """What a writer is asked for cannot be: it has ended, or there is no such document."""


class SchemaError(DocumentError, FieldConfigurationError):  # type: ignore[misc]
    """A schema with a field whose documents the arrays cannot keep."""


class UnknownFieldError(DocumentError, WhooshUnknownFieldError):  # type: ignore[misc]
    """A document has a field that the schema has not."""


class ValueRefusedError(DocumentError, ValueError):
    """A value that does not fit its field."""


class TypeRefusedError(DocumentError, TypeError):
    """A value of another type than its field takes."""


_REFUSALS = (
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AssertionError,
    AttributeError,
    FieldConfigurationError,
)


def is_refusal(error: Exception) -> bool:
    """Whether a field says by this error that a value does not fit; Whoosh's dates raise an Exception of no kind."""
    return type(error) is Exception or isinstance(error, _REFUSALS)


def refused(message: str, cause: Exception) -> DocumentError:
    """Return the error for a value that its field refused with some other error."""
    return TypeRefusedError(message) if isinstance(cause, TypeError) else ValueRefusedError(message)


@contextmanager
def as_whoosh_has_them() -> Iterator[None]:
    """Raise errors of index folders as those that Whoosh's users catch, too."""
    try:
        yield
    except IndexNotFoundError as error:
        raise EmptyIndexError(str(error)) from error
    except IndexLockedError as error:
        raise LockError(str(error)) from error
