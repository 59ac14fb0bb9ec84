"""maintenance: an index as a whole: checked, broken anew, or saved from damage. A folder in, what was found out.

Reading documents depends on nothing but their files: not on how this Python, ICU or khsearch would break them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from khsearch import columnar
from khsearch import manifest as identity
from khsearch.columnar import Reader
from khsearch.columnar import catalog as contents
from khsearch.documents import Document, document_of
from khsearch.errors import (
    DocumentError,
    IndexDamagedError,
    IndexMismatchError,
    IndexNotFoundError,
    IndexStoreError,
    KhsearchError,
)
from khsearch.manifest import Identity
from khsearch.opening import identity_of, latest, open_columns
from khsearch.query import DEFAULT
from khsearch.writing import Writer

Tell = Callable[[str], None]


def verify(folder: Path) -> list[str]:
    """Read all of an index and check it -> what is wrong, file by file, and last what to do; nothing where it is whole.

    IndexNotFoundError where there is none.
    """
    problems = columnar.verify(folder)
    try:
        _, commit = open_columns(folder)
    except IndexNotFoundError:
        raise
    except IndexMismatchError as problem:
        return problems if str(problem) in problems else [*problems, str(problem)]  # it says what to do
    except IndexStoreError as problem:
        if str(problem) not in problems:
            problems.insert(0, str(problem))
    else:
        problems = problems or [what for what in _readable(commit.reader) if isinstance(what, str)]
    if problems:
        problems.append(
            f"restore what is named from a backup, or save what can be read: khsearch rebuild {folder} --to NEW"
        )
    return problems


def rebuild(folder: Path, wait: float, on_lost: Tell) -> int:
    """Break and index all documents anew -> how many there are; `on_lost` is told of each that cannot be read.

    IndexDamagedError, and nothing changed, where files are not what was written.
    """
    columns, commit = open_columns(folder)
    raw = columns.writer(wait)
    count = 0
    try:
        commit = latest(columns, commit)  # of another writer, while this one waited for the lock
        built = identity_of(folder, identity.renewed)
        writer = Writer(raw, built.analyzer, built.fields)
        raw.delete_all()
        for found in _readable(commit.reader):
            if isinstance(found, str):
                on_lost(found)
                continue
            for problem in writer.add_again(found):
                on_lost(problem)
            count += 1
        writer.flush()
        raw.replace_others(identity.save(folder, built, raw.next_name))
        writer.commit(optimize=True)
    except BaseException:
        raw.cancel()
        raise
    return count


def identity_for_rescue(folder: Path, on_lost: Tell) -> Identity:
    """Return what a rescued index is built with: what the old one says as far as it can be read, or the defaults.

    IndexNotFoundError; IndexDamagedError or IndexMismatchError where not even the catalog can be read.
    """
    others = contents.read(folder).others
    try:
        return identity.renewed(folder, others)
    except (IndexStoreError, FileNotFoundError) as problem:
        on_lost(f"the settings ({problem})")
        return identity.make(None, None, {}, DEFAULT)


def rescue(folder: Path, writer: Writer, on_lost: Tell) -> None:
    """Add to a writer what can still be read of a damaged index; IndexDamagedError where nothing can."""
    for found in columnar.salvage(folder):
        if isinstance(found, str):
            on_lost(found)
            continue
        try:
            for what in writer.add_again(document_of(found.head, found.stored)):
                on_lost(what)
        except (DocumentError, IndexDamagedError) as problem:
            on_lost(f"the document of id {found.key.decode('utf-8', 'replace')!r} ({problem})")


def _readable(reader: Reader) -> Iterator[Document | str]:
    """The documents of a commit; for each that is none of Index's, a str that tells it."""
    for docnum in reader.all_live().tolist():
        head, body = reader.head(docnum), reader.stored(docnum)
        try:
            document = document_of(head, body)
            name = reader.doc_key(docnum).decode("utf-8", "replace")
            yield document if document.id == name else f"the document {document.id!r}, which is kept as {name!r}"
        except KhsearchError as problem:
            yield f"the document of id {reader.doc_key(docnum).decode('utf-8', 'replace')!r} ({problem})"
