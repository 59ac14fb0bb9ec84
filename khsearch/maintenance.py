"""maintenance: an index as a whole: checked, broken anew, given other fields, or saved from damage.

Reading documents depends on nothing but what was kept: not on how this Python, ICU or khsearch would break them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from khsearch import manifest
from khsearch.addresses import kind_at
from khsearch.documents import Document, row, validate
from khsearch.engine import Engine, EngineWriter, View
from khsearch.errors import (
    DocumentError,
    IndexMismatchError,
    IndexNotFoundError,
    IndexStoreError,
    OtherDocumentsError,
)
from khsearch.filetable import NO_FILES, table_of
from khsearch.manifest import Manifest
from khsearch.opening import begin, latest
from khsearch.schema import Declared, declared, kinds_of, weights_of
from khsearch.spellings import NONE, variants_of
from khsearch.writing import Writer

Tell = Callable[[str], None]


def verify(address: str) -> list[str]:
    """Read all of an index and check it -> what is wrong, part by part, and last what to do; nothing where it is whole.

    IndexNotFoundError where there is none.
    """
    kind = kind_at(address)
    problems = kind.verify(address)
    try:
        commit = latest(kind.open(address))
    except IndexNotFoundError:
        raise
    except OtherDocumentsError:  # which are the matter of whoever opens it; the files have been read
        return problems
    except IndexMismatchError as problem:
        return problems if str(problem) in problems else [*problems, str(problem)]  # it says what to do
    except IndexStoreError as problem:
        if str(problem) not in problems:
            problems.insert(0, str(problem))
    else:
        try:
            variants_of(commit.built.spellings)
        except IndexStoreError as problem:
            problems.append(str(problem))
        if not problems:
            for _ in commit.view.documents(problems.append):
                pass
    if problems:
        problems.append(
            f"restore what is named from a backup, or save what can be read: khsearch rebuild {address} --to NEW"
        )
    return problems


def rebuild(address: str, wait: float, on_lost: Tell | None) -> int:
    """Break and index all documents anew -> how many there are.

    `on_lost`, by default the log, is told of each that cannot be read.

    IndexDamagedError, and nothing changed, where what is kept is not what was written.
    """
    on_lost = on_lost or logging.getLogger("khsearch").warning
    engine = kind_at(address).open(address)
    try:
        return _rebuilt(engine, wait, on_lost)
    finally:
        engine.close()


def _rebuilt(engine: Engine, wait: float, on_lost: Tell) -> int:
    raw, _ = begin(engine, wait)
    count = 0
    try:
        view = engine.view()  # of another writer, while this one waited for the lock
        built = manifest.renewed(view.name, view.files)
        writer = Writer(raw, built.analyzer, built.fields)
        raw.clear()
        for document in view.documents(on_lost):
            for problem in writer.add_again(document):
                on_lost(problem)
            count += 1
        writer.flush()
        raw.replace_files(lambda name_file: manifest.write(built, name_file))
        writer.commit(optimize=True)
    except BaseException:
        raw.cancel()
        raise
    return count


def set_fields(engine: Engine, fields: Declared, wait: float, on_lost: Tell | None) -> None:
    """Let an index have these own fields, with what its documents hold of them, as one commit.

    Weights alone are changed where they are kept. For all else every document is analysed anew, by the breaker that the
    index has. `on_lost` is told of each value that does not go with its field, which is not found by it then; without
    it that is a DocumentError, and nothing changed.
    """
    kinds = kinds_of(fields)
    raw = engine.writer(latest(engine).built.ranking.schema(kinds), wait)
    try:
        commit = latest(engine)
        view, built = commit.view, commit.built
        changed = {name: kind for name, kind in kinds.items() if built.fields.get(name) != kind}
        if changed or len(kinds) < len(built.fields):
            _analyse_anew(view, raw, Writer(raw, built.analyzer, kinds), changed, on_lost)
            made = replace(built, fields=kinds, ranking=built.ranking.over(weights_of(fields)))
            raw.replace_files(lambda name_file: manifest.write(made, name_file))
        elif built.declared != declared(kinds, weights_of(fields)):
            raw.replace_files(lambda name_file: manifest.reweighted(view.name, view.files, fields, name_file))
        raw.commit()
    except BaseException:
        raw.cancel()
        raise


def _analyse_anew(
    view: View, raw: EngineWriter, writer: Writer, changed: Mapping[str, str], on_lost: Tell | None
) -> None:
    """Put all documents of a commit in the place of themselves. changed: fields with the kinds that they get."""
    raw.clear()
    for document in view.documents():
        if on_lost is None:
            _check(document, changed)
        for told in writer.add_again(document):
            if on_lost is not None:
                on_lost(told)
    writer.flush()


def _check(document: Document, fields: Mapping[str, str]) -> None:
    """DocumentError where a document has a value that does not go with one of some fields."""
    parts = validate(document)
    try:
        row(parts, fields)
    except DocumentError as problem:
        raise DocumentError(
            f"{problem}; no field was changed (on_lost, or --skip-bad, goes on without such values)"
        ) from None


def rescue(address: str, on_lost: Tell) -> tuple[Manifest, Iterator[Document]]:
    """Return what a rescued index is built with and what can still be read of it; what is lost is told.

    The old one's settings as far as they can be read, else the defaults. IndexNotFoundError; IndexDamagedError or
    IndexMismatchError where nothing can be read.
    """
    files, found = kind_at(address).rescue(address)
    try:
        built = manifest.renewed(address, files)
    except IndexStoreError as problem:
        on_lost(f"the settings ({problem})")
        built = manifest.without_breaker(address, files)
    try:
        variants_of(built.spellings)
    except IndexStoreError as problem:
        on_lost(f"the spellings ({problem})")
        built = replace(built, spellings=NONE)
    try:
        table_of(built.files)
    except IndexStoreError as problem:
        on_lost(f"what is known of its files ({problem}); name their folder to the next run with --root")
        built = replace(built, files=NO_FILES)
    return built, _told(found, on_lost)


def add_rescued(documents: Iterator[Document], engine: Engine, on_lost: Tell) -> None:
    """Add documents to a new index; of what goes with it no more, `on_lost` is told."""
    raw, commit = begin(engine, 0.0)
    with Writer(raw, commit.built.analyzer, commit.built.fields) as writer:
        for document in documents:
            try:
                for problem in writer.add_again(document):
                    on_lost(problem)
            except DocumentError as problem:
                on_lost(f"the document of id {document.id!r} ({problem})")


def _told(found: Iterator[Document | str], on_lost: Tell) -> Iterator[Document]:
    for item in found:
        if isinstance(item, str):
            on_lost(item)
        else:
            yield item
