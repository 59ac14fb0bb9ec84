"""filing: documents of files into an index, and what is known of these files with them, as one commit after the other.

A commit has all documents of the files that its table names, and no others of them: who interrupts a run anywhere finds
the last commit, and the next run goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from khsearch import manifest
from khsearch.documents import Document, Record, SuffixesOfFile
from khsearch.engine import Engine, EngineWriter
from khsearch.filetable import table_of
from khsearch.opening import begin, latest
from khsearch.writing import Writer

PATIENCE = 60.0
"""Seconds for which another writer is waited for that began between two commits of a run."""


class Filing:
    """The writing side of a run over files. It takes the index's one writer when something is to be written."""

    def __init__(self, engine: Engine, wait: float, in_streams: SuffixesOfFile) -> None:
        """in_streams: ids of this run that are no file's."""
        self._in_streams = in_streams
        self._engine = engine
        self._wait = wait
        self._raw: EngineWriter | None = None
        self._writer: Writer | None = None
        self._doomed: set[str] = set()
        self._began = 0.0
        self.deleted = 0
        self.commit = latest(engine)
        self.table = table_of(self.commit.built.files)

    @property
    def fields(self) -> Mapping[str, str]:
        """The index's own fields, each with its kind."""
        return self.commit.built.fields

    @property
    def age(self) -> float:
        """Seconds since there is something that is not committed; 0 where there is nothing."""
        return time.monotonic() - self._began if self._raw else 0.0

    def begin(self) -> bool:
        """Take the writer, unless it is taken -> whether somebody else has changed the table of files meanwhile."""
        if self._raw is not None:
            return False
        known = self.commit.built.files.data
        self._raw, self.commit = begin(self._engine, self._wait, self.commit)
        self._wait = max(self._wait, PATIENCE)
        self._began = time.monotonic()
        built = self.commit.built
        self._writer = Writer(self._raw, built.analyzer, built.fields)
        if built.files.data == known:
            return False
        self.table = table_of(built.files)
        return True

    def add(self, document: Document) -> list[str]:
        """Add a document -> which of its values do not go with fields that the index has by default; DocumentError."""
        self._doomed.discard(document.id)
        return self._taken().add_fitting(document, self.table.lenient)

    def put(self, record: Record, before: Record | None) -> None:
        """Keep what is known of a file all of whose documents are added; those of before that it has no more go."""
        self.begin()  # before the table changes, which it may read anew
        self.table.put(record)
        if before is not None:
            self._forget(record, before)

    def drop(self, before: Record) -> None:
        """Delete the documents of a file, and what is known of it."""
        self.begin()
        self.table.drop(before.path)
        self._forget(None, before)

    def _forget(self, record: Record | None, before: Record) -> None:
        if record is not None and record.suffixes == before.suffixes:
            return
        kept = set(record.ids()) if record is not None else set()
        gone = (id for id in before.ids() if id not in kept)
        gone = (id for id in gone if self._in_streams.place_of(id) is None)
        self._doomed.update(id for id in gone if self.table.owner(id, but=before.path) is None)

    def publish(self) -> None:
        """Commit what was done, if anything was."""
        if self._raw is None and not self.table.changed:
            return
        self.begin()
        assert self._raw is not None
        self._taken().flush()
        if self._doomed:
            self.deleted += self._raw.delete_many(sorted(self._doomed))
            self._doomed.clear()
        if self.table.changed:
            view, data = self.commit.view, self.table.written()
            self._raw.replace_files(lambda name_file: manifest.refiled(view.name, view.files, data, name_file))
        self._raw.commit()
        self._raw = self._writer = None
        self.table.changed = False
        self.commit = latest(self._engine, self.commit)

    def cancel(self) -> None:
        """Leave the index as it was at the last commit."""
        if self._raw is not None:
            self._raw.cancel()
            self._raw = self._writer = None

    def missing(self, records: Iterable[Record]) -> set[str]:
        """Return the paths of the files of which the index has lost a document."""
        found: set[str] = set()
        ids: list[str] = []
        paths: list[str] = []

        def look() -> None:
            keys = self.commit.view.keys(ids)
            found.update(path for path, key in zip(paths, keys, strict=True) if key is None)
            ids.clear()
            paths.clear()

        for record in records:
            for id_ in record.ids():
                ids.append(id_)
                paths.append(record.path)
                if len(ids) >= 20_000:
                    look()
        look()
        return found

    def documents(self, ids: Iterable[str]) -> Iterable[Document]:
        """The documents of some ids, of those that the index has."""
        view = self.commit.view
        for id_ in ids:
            key = view.key(id_)
            if key is not None:
                yield view.document(key)

    def _taken(self) -> Writer:
        self.begin()
        assert self._writer is not None
        return self._writer
