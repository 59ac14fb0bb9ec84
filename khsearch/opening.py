"""opening: the folder of an index in; its array postings and what built them, both of one commit, out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from khsearch import columnar
from khsearch import manifest as identity
from khsearch.agreement import Agreement
from khsearch.columnar import CATALOG_TEMPORARY_NAME, INDEX_DOCUMENTS, LOCK_NAME, Reader, told_as_store_errors
from khsearch.columnar import catalog as contents
from khsearch.documents import keyword_form, text_fields
from khsearch.errors import IndexDamagedError, IndexExistsError, IndexNotFoundError, IndexStoreError
from khsearch.manifest import Identity
from khsearch.schema import ID, TEXT, TITLE

_ATTEMPTS = 10  # to read a commit and its manifest while rebuilds follow each other
Read = Callable[[Path, Mapping[str, str]], Identity]
"""Reads the identity of a folder from the files of a commit; FileNotFoundError where they were replaced meanwhile."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of an index: what it holds, what built it, and whether queries break as its texts did."""

    reader: Reader
    built: Identity
    agreement: Agreement


def create(folder: Path, built: Identity) -> columnar.IndexFolder:
    """Create an empty index in a folder, which is made if need be and must hold nothing else.

    IndexExistsError, IndexLockedError where another is creating one, IndexStoreError.
    """
    with told_as_store_errors(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise IndexStoreError(f"{folder}: a file stands where a folder has to be; choose another path") from None
        # What a creation that was interrupted leaves is no reason to refuse another.
        unfinished = {LOCK_NAME, CATALOG_TEMPORARY_NAME, *identity.FILE_NAMES}
        strange = sorted(item.name for item in folder.iterdir() if item.name not in unfinished)
    if columnar.exists(folder):
        raise IndexExistsError(f"{folder}: holds an index already; open it, or choose another folder")
    if strange:
        raise IndexExistsError(f"{folder}: holds other files ({strange[0]} ...); choose an empty or new folder")
    return columnar.create(folder, options_of(built), write_others=partial(identity.save, folder, built))


def open_columns(folder: Path) -> tuple[columnar.IndexFolder, Commit]:
    """Open an index, and its latest commit; IndexNotFoundError, IndexDamagedError, IndexMismatchError."""
    if not columnar.exists(folder):
        raise IndexNotFoundError(f"{folder}: no index here; make one with: khsearch index {folder} PATH")
    built = identity_of(folder)
    columns = columnar.open_folder(folder, options_of(built))
    return columns, latest(columns, None)


def latest(columns: columnar.IndexFolder, known: Commit | None) -> Commit:
    """The latest commit of an open index; `known` itself where it is that."""
    for _ in range(_ATTEMPTS):
        reader = columns.reader()
        if known is not None and reader is known.reader:
            return known
        others = reader.catalog.others
        if known is not None and others == known.reader.catalog.others:
            return Commit(reader, known.built, Agreement(known.built, reader))
        built = _built(columns.folder, lambda: columns.reader().catalog.others)
        if columns.reader() is reader:
            return Commit(reader, built, Agreement(built, reader))
    raise _vanish(columns.folder)


def identity_of(folder: Path, read: Read = identity.load) -> Identity:
    """What built the latest commit of a folder; IndexNotFoundError, IndexDamagedError, IndexMismatchError."""
    return _built(folder, lambda: contents.read(folder).others, read)


def _built(folder: Path, files: Callable[[], Mapping[str, str]], read: Read = identity.load) -> Identity:
    """What built the commit whose other files are these; asked again where a rebuild replaces them meanwhile."""
    for _ in range(_ATTEMPTS):
        others = files()
        try:
            return read(folder, others)
        except FileNotFoundError as problem:
            if files() == others:
                raise IndexDamagedError(
                    f"{problem.filename}: damaged: the file is missing; restore it from a backup, or save the "
                    f"documents: khsearch rebuild {folder} --to NEW"
                ) from None
    raise _vanish(folder)


def _vanish(folder: Path) -> IndexDamagedError:
    return IndexDamagedError(f"{folder}: files vanish while they are opened; retry when the writers rest")


def options_of(built: Identity) -> columnar.FieldOptions:
    """What the arrays have to know of an index: where it keeps ids, and where its words stand."""
    positions = frozenset({TITLE, TEXT, *text_fields(built.fields)})
    return columnar.FieldOptions(ID, positions, INDEX_DOCUMENTS, keyword_form)
