"""draft: the commit to be: its segments, what is deleted in them, merges; published at once or dropped."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch import version
from khsearch.columnar.files import catalog as contents
from khsearch.columnar.files.catalog import SegmentEntry
from khsearch.columnar.search.commit import Commit
from khsearch.columnar.search.searcher import Searcher
from khsearch.columnar.segments import policy
from khsearch.columnar.segments.deletions import read_deletions, write_deletions
from khsearch.columnar.segments.merge import Merger, Pruning
from khsearch.columnar.segments.segment import Segment, hashes_of
from khsearch.columnar.segments.union import sources_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from khsearch.arrays import Array
    from khsearch.columnar.files.catalog import Catalog, FileEntry
    from khsearch.columnar.files.disk import Disk
    from khsearch.columnar.segments.columns import Form


class Draft:
    """Begins as the commit that the catalog tells; for the one that holds the lock. Raises OSError as the disk does.

    entries: the segments so far, those of the last commit first. others: files of the owner's that the commit will
    refer to. settings: what the commit will keep of its owner's.
    """

    def __init__(
        self,
        disk: Disk,
        folder: Path,
        catalog: Catalog,
        key: str | None,
        form: Form | None,
        known: Mapping[str, Segment],
        *,
        pairs: bool,
    ) -> None:
        """Take segments that are open already from `known`, by the names of their files.

        pairs: whether merged segments get tables of frequent pairs even where no other had one.

        Raises IndexDamagedError where the table of deleted documents is not what was written.
        """
        self.entries = list(catalog.segments)
        self._committed = len(self.entries)  # of the entries
        self.others: Mapping[str, str] = catalog.others
        self.settings: Mapping[str, Any] = catalog.settings
        self._disk = disk
        self._folder = folder
        self._catalog = catalog
        self._key = key
        self._form = form
        self._pairs = pairs
        self._gone = read_deletions(folder, catalog)
        self._counter = catalog.counter
        self._open = dict(known)
        self._changed = self._deletions_changed = False

    def next_name(self, suffix: str) -> str:
        """A name for a new file of the index, which is removed unless the commit refers to it."""
        while True:
            self._counter += 1
            name = f"{self._counter:08x}-{self._catalog.generation & 0xFFFF:04x}{suffix}"
            if not os.path.lexists(self._folder / name):  # of a writer that crashed, which somebody has open
                return name

    def column_kinds(self, name: str) -> set[str]:
        """What a column holds in any segment (`COLUMN_KINDS`)."""
        found = {self._segment(entry).column_kind(name) for entry in self.entries}
        return {kind for kind in found if kind is not None}

    @property
    def docs(self) -> int:
        """Documents of the last commit that are in the draft, deleted ones included."""
        return sum(entry.docs for entry in self.entries[: self._committed])

    @property
    def deleted(self) -> int:
        """How many of those are deleted by now."""
        return sum(entry.deleted for entry in self.entries[: self._committed])

    def is_deleted(self, doc: int) -> bool:
        """Whether a document of the last commit is deleted by now; it is one of `docs`."""
        number, inner = self._located(doc)
        gone = self._gone.get(self.entries[number].file.name)
        return gone is not None and bool(gone[inner])

    def names(self) -> set[str]:
        """The fields and columns that any segment has."""
        segments = [self._segment(entry) for entry in self.entries]
        return {name for segment in segments for name in (*segment.field_names, *segment.column_names)}

    def searcher(self, *, committed: bool = False) -> Searcher:
        """What the index would be if the draft were published now; or of that, the documents of the last commit."""
        entries = self.entries[: self._committed] if committed else self.entries
        draft = dataclasses.replace(self._catalog, segments=tuple(entries), deletions=None)
        commit = Commit(self._folder, draft, self._key, self._open, deleted=self._gone, form=self._form)
        return Searcher(commit)

    # Changes

    def replace_settings(self, settings: Mapping[str, Any]) -> None:
        """Keep these settings, anything that JSON can hold, instead of those before."""
        self.settings = dict(settings)
        self._changed = True

    def add(self, file: FileEntry, docs: int, gone: Sequence[int]) -> None:
        """Append a segment of so many documents, some of them deleted."""
        self.entries.append(SegmentEntry(file, docs))
        self._changed = True
        self.mark(len(self.entries) - 1, gone)

    def replace_others(self, others: Mapping[str, str]) -> None:
        """Refer to these files of the owner's, with their checksums, instead of those before."""
        self.others = dict(others)
        self._changed = True

    def delete_ids(self, keys: list[bytes]) -> int:
        """Delete the documents of some ids -> how many there were."""
        count = 0
        if self.entries and self._key is not None and keys:
            hashes = hashes_of(keys, len(keys))
            for number, entry in enumerate(self.entries):
                found = self._segment(entry).docs_of_ids(keys, hashes)
                count += self.mark(number, [doc for docs in found for doc in docs])
        return count

    def delete_docs(self, docs: Array) -> int:
        """Delete documents by their numbers through all segments, rising -> how many of them were live."""
        count = base = 0
        for number, entry in enumerate(self.entries):
            low, high = np.searchsorted(docs, [base, base + entry.docs]).tolist()
            count += self.mark(number, docs[low:high] - base)
            base += entry.docs
        return count

    def restore(self, doc: int) -> None:
        """Let a document of the last commit be live again; it is one of `docs`."""
        number, inner = self._located(doc)
        entry = self.entries[number]
        if self.is_deleted(doc):
            gone = self._gone[entry.file.name].copy()
            gone[inner] = False
            self._gone[entry.file.name] = gone
            self._changed = self._deletions_changed = True
            self.entries[number] = dataclasses.replace(entry, deleted=entry.deleted - 1)

    def mark(self, number: int, docs: Sequence[int] | Array) -> int:
        """Delete documents of one segment -> how many of them were live."""
        if not len(docs):
            return 0
        entry = self.entries[number]
        gone = self._gone.get(entry.file.name)
        gone = np.zeros(entry.docs, bool) if gone is None else gone.copy()
        gone[docs] = True
        self._gone[entry.file.name] = gone
        deleted = int(gone.sum())
        if deleted > entry.deleted:
            self._changed = self._deletions_changed = True
            self.entries[number] = dataclasses.replace(entry, deleted=deleted)
        return deleted - entry.deleted

    def clear(self) -> None:
        """Leave out every segment."""
        self.entries, self._gone, self._committed = [], {}, 0
        self._changed = self._deletions_changed = True

    def clear_committed(self) -> None:
        """Leave out the segments of the last commit."""
        for entry in self.entries[: self._committed]:
            self._gone.pop(entry.file.name, None)
        del self.entries[: self._committed]
        self._committed = 0
        self._changed = self._deletions_changed = True

    # Merging. The entries are no more those of the last commit first when segments of it are merged.

    def drop_empty(self) -> None:
        """Leave out segments that have no live document."""
        kept = [entry for entry in self.entries if entry.deleted < entry.docs]
        if len(kept) < len(self.entries):
            self.entries = kept
            self._changed = self._deletions_changed = True

    def merge_by_policy(self, *, added: bool = False) -> None:
        """Merge as long as the policy names segments; or among those that were added alone."""
        first = self._committed if added else 0
        while True:
            entries = self.entries[first:]
            shares = [entry.deleted / entry.docs for entry in entries]
            chosen = policy.choose([entry.file.size for entry in entries], shares)
            if not chosen:
                return
            self._merge([first + number for number in chosen])

    def merge_all(self, pruning: Pruning | None = None) -> None:
        """Make one segment of all, without deleted documents and in the format of now, unless that is what there is.

        pruning: what of the documents is to be left out.
        """
        entries = self.entries
        deleted = any(entry.deleted for entry in entries)
        old = any(self._segment(entry).format < version.NOW for entry in entries)
        if entries and (len(entries) > 1 or deleted or old or pruning):
            self._merge(list(range(len(entries))), pruning)

    def _merge(self, numbers: list[int], pruning: Pruning | None = None) -> None:
        """Put one segment in the place of several."""
        entries = [self.entries[number] for number in numbers]
        # Opened anew: what a merged segment gets is verified, though a search has seen it before.
        segments = [Segment(self._folder, entry) for entry in entries]
        sources = sources_of(segments, [self._gone.get(entry.file.name) for entry in entries])
        merger = Merger(
            self._disk,
            self._folder,
            self.next_name(".seg"),
            sources,
            self._key,
            self._form,
            pruning,
            pairs=self._pairs,
        )
        kept = [entry for number, entry in enumerate(self.entries) if number not in set(numbers)]
        if merger.docs:
            kept.insert(numbers[0], SegmentEntry(merger.write(), merger.docs))
        self.entries = kept
        committed = self._catalog.file_names()
        del segments, sources, merger  # which have the files open
        for entry in entries:
            self._open.pop(entry.file.name, None)
            self._deletions_changed |= self._gone.pop(entry.file.name, None) is not None
            if entry.file.name not in committed:
                self._disk.discard(self._folder / entry.file.name)
        self._changed = True

    def _located(self, doc: int) -> tuple[int, int]:
        """The entry of a document's number through all segments, and its number there."""
        for number, entry in enumerate(self.entries):
            if doc < entry.docs:
                return number, doc
            doc -= entry.docs
        raise IndexError(doc)

    def _segment(self, entry: SegmentEntry) -> Segment:
        found = self._open.get(entry.file.name)
        if found is None or found.entry.file != entry.file:
            found = self._open[entry.file.name] = Segment(self._folder, entry)
        return found

    # The end

    def publish(self) -> None:
        """Make the draft the commit that everybody sees, durably; nothing happens where nothing was changed."""
        if not self._changed:
            return
        deletions = self._catalog.deletions
        if not any(entry.deleted for entry in self.entries):
            deletions = None
        elif self._deletions_changed:
            gone = {entry.file.name: self._gone[entry.file.name] for entry in self.entries if entry.deleted}
            deletions = write_deletions(self._disk, self._folder / self.next_name(".del"), gone)
        published = dataclasses.replace(
            self._catalog,
            generation=self._catalog.generation + 1,
            counter=self._counter,
            segments=tuple(self.entries),
            deletions=deletions,
            others=self.others,
            settings=dict(self.settings),
        )
        contents.write(self._disk, self._folder, published)
        # The commit stands; what cannot be removed now, the next writer removes.
        with contextlib.suppress(OSError):
            contents.remove_strays(self._disk, self._folder, published)

    def close(self) -> None:
        """Let go of the open segments."""
        self._open.clear()
