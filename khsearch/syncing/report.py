"""report: what a run over files did: told while it goes on, and in all."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING

from khsearch.documents import Passed, reasons
from khsearch.errors import DocumentError
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.documents import File, Record, Remark


@frozen
class Outcome:
    """What became of one file.

    path       as it was reached; of one that is gone, its path from the root
    status     "read" (new), "changed" (read again), "unchanged", "dropped" (gone), "passed over" (nothing of it is
               found), "kept" (cannot be opened now, or read by this process; its documents stay)
    documents  how many of it are in the index
    passed     what was passed over of it, by reason
    """

    path: str
    status: str
    documents: int = 0
    passed: tuple[Passed, ...] = ()


@frozen
class SyncReport:
    """What a run over files did.

    read, changed, unchanged, dropped, passed, kept
                 how many files: see `Outcome`
    added, replaced, deleted
                 how many documents
    passed_over  how many files, or parts of them, for each reason (`documents.reasons`)
    kinds        files of kinds that are not read, by the end of their names
    problems     the first errors, at most a hundred
    as_before    how many of those in passed_over are of files that have not changed: no error tells of them again
    """

    read: int = 0
    changed: int = 0
    unchanged: int = 0
    dropped: int = 0
    passed: int = 0
    kept: int = 0
    added: int = 0
    replaced: int = 0
    deleted: int = 0
    passed_over: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    problems: tuple[DocumentError, ...] = ()
    as_before: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing was passed over."""
        return not self.passed_over


class Listener:
    """Told of what happens in a run, in its order. Each method may be overridden; none does anything here."""

    def problem(self, error: DocumentError) -> None:
        """Note what is passed over: a file, or a part of one."""

    def unread(self, file: File) -> None:
        """Note a file of a kind that is not read."""

    def remark(self, remark: Remark) -> None:
        """Note what people should know though nothing is passed over."""

    def done(self, outcome: Outcome) -> None:
        """Note what became of a file."""

    def progress(self, files: int, of_files: int, size: int, of_size: int) -> None:
        """Note how many of the files to be read are read, and how many of their bytes."""

    def committed(self, files: int, documents: int) -> None:
        """Note that so many files and documents of this run are in the index, whatever happens now."""


class Tally:
    """A report while it grows, told to a listener. stop_at_bad: whether a problem is raised."""

    MOST_PROBLEMS = 100

    def __init__(self, listener: Listener, *, stop_at_bad: bool) -> None:
        self.listener = listener
        self.stop_at_bad = stop_at_bad
        self.written = 0  # documents
        self._statuses: Counter[str] = Counter()
        self._passed_over: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._problems: list[DocumentError] = []
        self._as_before = 0
        self._files = self._of_files = self._size = self._now = self._of_size = 0

    def problem(self, error: DocumentError) -> None:
        """Note what is passed over; or raise it."""
        if self.stop_at_bad:
            raise error
        self._passed_over[error.reason] += 1
        if len(self._problems) < self.MOST_PROBLEMS:
            self._problems.append(error)
        self.listener.problem(error)

    def passed(self, path: str, error: DocumentError) -> None:
        """Note a file that is passed over before it is opened."""
        self.problem(error)
        self.done(Outcome(path, "passed over", 0, (Passed(error.reason, 1, str(error)),)))

    def unread(self, file: File, documents: int) -> None:
        """Note a file of a kind that is not read here, and how many documents are kept of it that others read."""
        self._passed_over[reasons.UNKNOWN_KIND] += 1
        self._kinds[file.suffix] += 1
        self.listener.unread(file)
        status = "kept" if documents else "passed over"
        self.done(Outcome(file.shown, status, documents, (Passed(reasons.UNKNOWN_KIND, 1, ""),)))

    def unchanged(self, file: File, record: Record) -> None:
        """Note a file that is as it was; what was passed over of it is a problem still."""
        for passed in record.passed:
            if self.stop_at_bad:
                raise DocumentError(passed.message, reason=passed.reason)
            self._passed_over[passed.reason] += passed.count
            self._as_before += passed.count
        status = "unchanged" if record.count or not record.passed else "passed over"
        self.done(Outcome(file.shown, status, record.count, record.passed))

    def done(self, outcome: Outcome) -> None:
        """Note what became of a file."""
        self._statuses[outcome.status] += 1
        self.listener.done(outcome)

    def begin(self, files: int, size: int) -> None:
        """Note how many files are to be read, and how many bytes they have."""
        self._of_files, self._of_size = files, size
        self._progress()

    def bytes_read(self, count: int) -> None:
        """Note that so much more of a file was read."""
        self._now += count
        self._progress()

    def read(self, size: int) -> None:
        """Note that a file of so many bytes was read."""
        self._files, self._size, self._now = self._files + 1, self._size + size, 0
        self._progress()

    def committed(self) -> None:
        """Note that what is done so far stays."""
        files = self._statuses["read"] + self._statuses["changed"]
        self.listener.committed(files, self.written)

    def _progress(self) -> None:
        self.listener.progress(self._files, self._of_files, self._size + self._now, self._of_size)

    def report(self, before: int, after: int, deleted: int) -> SyncReport:
        """Return the report. before, after: documents of the index; deleted: how many are gone of those before."""
        added = max(after - before + deleted, 0)
        statuses = self._statuses
        return SyncReport(
            statuses["read"],
            statuses["changed"],
            statuses["unchanged"],
            statuses["dropped"],
            statuses["passed over"],
            statuses["kept"],
            added,
            max(self.written - added, 0),
            deleted,
            dict(self._passed_over),
            dict(self._kinds),
            tuple(self._problems),
            self._as_before,
        )
