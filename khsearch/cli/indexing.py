"""indexing: the command that fills an index."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from khsearch.cli.console import (
    OneOf,
    Show,
    breaker_options,
    check_lexicon,
    index_argument,
    note,
    progress,
    read_fields,
    refused,
    stdin,
    wait_option,
)
from khsearch.errors import DocumentError, IndexExistsError, IndexLockedError, IndexNotFoundError, KhsearchError

if TYPE_CHECKING:
    from khsearch import Index
    from khsearch.documents import FieldNames, Placed
    from khsearch.schema import Declared
    from khsearch.writing import Writer


_AGAIN = 0.02
"""Seconds between two looks at an index that another process is creating."""


@dataclass
class _Reading:
    """The documents of the sources that a command line names, and what became of them."""

    sources: tuple[str, ...]
    format: str | None
    names: FieldNames
    skip_bad: bool
    good: int = 0
    bad: int = 0
    bytes_read: int = 0

    def size(self) -> int | None:
        """Bytes of all files; None where stdin is one of them. DocumentError for a path with nothing to read."""
        from khsearch.documents import files_below

        files = [file for source in self.sources if source != "-" for file in files_below(source, self.format)]
        return None if "-" in self.sources else sum(file.size for file in files)

    def documents(self, show: Show, total: int | None) -> Iterator[Placed]:
        from khsearch.documents import placed_in_path, placed_in_stream

        def read(count: int) -> None:
            self.bytes_read += count
            show(self.bytes_read, total)

        on_error = self._skip if self.skip_bad else None
        for source in self.sources:
            if source == "-":
                found = placed_in_stream(stdin(), self.format or "", names=self.names, on_error=on_error, on_bytes=read)
            else:
                found = placed_in_path(source, self.format, names=self.names, on_error=on_error, on_bytes=read)
            for placed in found:
                self.good += 1
                yield placed

    def add(self, writer: Writer, placed: Placed) -> None:
        try:
            writer.add(placed.document)
        except DocumentError as problem:  # a value that does not go with the index's fields, an id that is too long
            error = DocumentError(f"{placed.place}: {problem}")
            if not self.skip_bad:
                raise error from None
            self.good -= 1
            self._skip(error)

    def _skip(self, error: DocumentError) -> None:
        self.bad += 1
        note(f"skipped: {error}")


def _formats() -> Sequence[str]:
    from khsearch.documents import format_names

    return format_names()


@click.command()
@index_argument
@click.argument("sources", metavar="PATH...", nargs=-1, required=True)
@click.option("--format", type=OneOf(_formats), help="Format of `-` and of files whose names do not tell.")
@click.option("--id-field", default="id", show_default=True, help="JSON key or CSV column that holds the id.")
@click.option("--title-field", default="title", show_default=True, help="JSON key or CSV column of the title.")
@click.option("--text-field", help="JSON key, or column of a table, of the text [text]; each row is a document then.")
@click.option("--skip-bad", is_flag=True, help="Report documents that cannot be read, and go on.")
@click.option(
    "--field",
    "fields",
    metavar="NAME=KIND",
    multiple=True,
    help="A field to search, filter, sort and count by: text, keyword, number, date or boolean; text:0.5 is searched "
    "where no field is named, too, with this weight.",
)
@breaker_options
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Make the index as another was: a file from `khsearch export --settings`.",
)
@wait_option
def index(
    path: str,
    sources: tuple[str, ...],
    format: str | None,
    id_field: str,
    title_field: str,
    text_field: str | None,
    skip_bad: bool,
    fields: tuple[str, ...],
    breaker: str | None,
    lexicon: Path | None,
    settings: Path | None,
    wait: float,
) -> None:
    """Add documents to an index.

    INDEX is a folder, and is created if need be. PATH is a file in one of the formats of --format, whose name ends in
    it, a folder of such files, or - for stdin. A document replaces the older one of the same id. All are added, or none
    where one cannot be read. --field, --breaker and --lexicon, or --settings, are chosen when an index is created, and
    stay; `khsearch fields` changes fields.
    """
    from khsearch.documents import FieldNames

    if "-" in sources and format is None:
        raise click.UsageError(f"stdin has no name that tells its format; add --format {'|'.join(_formats())}")
    check_lexicon(breaker, lexicon)
    if settings is not None and (breaker or lexicon or fields):
        raise click.UsageError(
            "--settings has fields, breaker and lexicon in it; leave out --field, --breaker, --lexicon"
        )
    own, read_as = read_fields("--field", fields)
    declared = _Declared(breaker, lexicon, own, settings)
    started = time.perf_counter()
    names = FieldNames(
        id_field, title_field, text_field or "text", by_row=text_field is not None, own=tuple(read_as.items())
    )
    reading = _Reading(sources, format, names, skip_bad)
    total = reading.size()
    with progress("indexing") as show:
        documents = reading.documents(show, total)
        try:
            first = next(documents, None)  # read before an index is created for nothing
            if first is None:
                raise DocumentError("none of the documents could be read; nothing was indexed")
            with _begun(path, declared, wait) as (store, writer):
                before = store.doc_count
                with writer:
                    for placed in chain([first], documents):
                        reading.add(writer, placed)
                if not reading.good:
                    raise DocumentError("none of the documents could be added; nothing was indexed")
        except DocumentError as error:
            hint = "" if skip_bad else " (nothing was indexed; --skip-bad goes on without it)"
            raise DocumentError(f"{error}{hint}") from None
    added = store.doc_count - before
    seconds = time.perf_counter() - started
    bad = f", {reading.bad} bad" if skip_bad else ""
    note(
        f"{added} added, {reading.good - added} replaced{bad}; {store.doc_count} documents in {path} ({seconds:.1f} s)"
    )


class _Declared(NamedTuple):
    """What an index is created with."""

    breaker: str | None
    lexicon: Path | None
    fields: Declared
    settings: Path | None


@contextmanager
def _begun(path: str, declared: _Declared, wait: float) -> Iterator[tuple[Index, Writer]]:
    """Open the index, or create it, and then leave none behind if the block fails; begin to write."""
    from khsearch import Index

    deadline = time.monotonic() + wait
    refused_before = False
    while True:
        was_there, created = Path(path).exists(), False
        try:
            try:
                store = Index.open(path)
            except IndexNotFoundError:
                with refused():
                    breaker, lexicon, fields, settings = declared
                    store = Index.create(
                        path, breaker=breaker, lexicon=lexicon, fields=fields or None, settings=settings
                    )
                created = True
            writer = store.writer(max(deadline - time.monotonic(), 0.0))
            break
        except IndexExistsError:  # another process was quicker, or other files are in the folder
            if refused_before:
                raise
            refused_before = True
        except (IndexLockedError, IndexNotFoundError):  # another is creating it, or has removed it
            if time.monotonic() >= deadline:
                raise
            time.sleep(_AGAIN)
    try:
        if not created:
            _check_declared(path, store, declared)
        yield store, writer
    except BaseException:
        writer.cancel()
        if created:
            _remove_empty(store, Path(path), keep_folder=was_there)
        raise


def _check_declared(path: str, store: Index, declared: _Declared) -> None:
    """Refuse what an index that is there cannot have: what it was created with stays."""
    breaker, lexicon, fields, settings = declared
    given = {"--breaker": breaker, "--lexicon": lexicon, "--field": fields != store.fields and fields}
    for option, value in {**given, "--settings": settings}.items():
        if value:
            changed = f", or change its fields: khsearch fields {path}" if option == "--field" else ""
            raise IndexExistsError(
                f"{path}: the index exists and keeps what it was created with; leave out {option}, or name a new index"
                f"{changed}"
            )


def _remove_empty(created: Index, folder: Path, *, keep_folder: bool) -> None:
    """Remove an index that was created just now, unless another process has begun to use it."""
    with suppress(KhsearchError, OSError):
        writer = created.writer()
        if not created.doc_count:
            for file in folder.iterdir():
                file.unlink()
            if not keep_folder:
                folder.rmdir()
        writer.cancel()
