"""reading: the files of a plan in; their documents, and what is known of each file, handed to the index, out."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from khsearch.documents import (
    NO_HASH,
    Children,
    File,
    Order,
    Passed,
    Placed,
    Record,
    Remark,
    SuffixesOfFile,
    content_hash,
    described,
    is_guarded,
    modified_value,
    read_file,
    reasons,
    unreadable,
    values_of,
)
from khsearch.errors import DocumentError, UnbreakableDocumentError
from khsearch.frozen import frozen
from khsearch.syncing.plan import how_of
from khsearch.syncing.report import Outcome

if TYPE_CHECKING:
    from khsearch.documents import Suffixes, Task
    from khsearch.syncing.filing import Filing
    from khsearch.syncing.plan import Plan
    from khsearch.syncing.report import Tally

_BETWEEN_COMMITS = 30.0  # seconds
_AHEAD = 64  # files
_FRESH, _FRESH_SECOND = 50_000_000, 2_000_000_000  # nanoseconds for which a change may go unseen by a file's times
_MOST_SETTLED = 200
_MOST_HASHED = 256 << 20  # bytes of a file that is read from end to end before it is known whether it can be read


@frozen
class _Work:
    """A file whose turn comes, as it is now.

    hash   of its content
    fresh  whether it may yet change without a change of its times
    task   its reading, where that goes on in another process
    same   what is known of it, where its content is that of before
    error  why it cannot be opened
    """

    file: File
    hash: str = ""
    fresh: bool = False
    task: Task | None = None
    same: Record | None = None
    error: DocumentError | None = None


class Taken:
    """What was taken of a source so far.

    count     documents
    passed    what was passed over, by reason
    unfit     values that do not go with fields that are lenient: the first, and how many
    is_twice  whether another source has an id of its
    """

    def __init__(self) -> None:
        self.count = 0
        self.passed: dict[str, Passed] = {}
        self.unfit = ("", 0)
        self.is_twice = False


class FileReader:
    """Reads the files of a plan."""

    def __init__(self, filing: Filing, tally: Tally, in_streams: SuffixesOfFile, time_limit: float) -> None:
        """in_streams: ids of this run that are no file's."""
        self._filing = filing
        self._tally = tally
        self._in_streams = in_streams
        self._time_limit = time_limit
        self._waiting: set[str] = set()  # files whose turn has not come
        self._fresh: list[tuple[File, str]] = []

    def on_bytes(self, count: int) -> None:
        """Note that so much was read."""
        self._tally.bytes_read(count)

    def read(self, plan: Plan, jobs: int | None, *, only_changed: bool) -> None:
        """Read all files in their order, some of them ahead of it."""
        files = plan.files
        self._tally.begin(len(files), sum(file.size for file in files))
        self._waiting = {file.id for file in files}
        jobs = jobs or min(4, os.cpu_count() or 1)
        programs = any(plan.readings.of(file.id).ocr for file in files if is_guarded(file.format))
        with Children(jobs, self._time_limit, programs=programs) as children:
            ahead: deque[_Work] = deque()
            rest, tasks = iter(files), 0
            while True:
                while len(ahead) < _AHEAD and tasks < 4 * jobs and (file := next(rest, None)) is not None:
                    ahead.append(self._begun(file, plan, children, only_changed=only_changed))
                    tasks += ahead[-1].task is not None
                if not ahead:
                    break
                work = ahead.popleft()
                tasks -= work.task is not None
                self._file(work, plan, children)
                self._tally.read(work.file.size)
                if self._filing.age > _BETWEEN_COMMITS and not self._tally.stop_at_bad:
                    self.publish()
        self._settle()

    def publish(self) -> None:
        """Commit what is done."""
        self._filing.publish()
        self._tally.committed()

    def _begun(self, file: File, plan: Plan, children: Children, *, only_changed: bool) -> _Work:
        """Look at a file, and begin to read it where that goes on elsewhere."""
        try:
            file = _as_it_is(file)
            fresh, known = _is_fresh(file), self._filing.table.get(file.id) if only_changed else None
            is_same_size = known is not None and known.size == file.size and known.hash != NO_HASH
            hash_ = content_hash(file.path) if is_same_size or file.size <= _MOST_HASHED else NO_HASH
        except OSError as problem:
            error = unreadable(file.shown, OSError(problem.errno, problem.strerror, file.shown))
            return _Work(file, error=error)
        reading = plan.readings.of(file.id)
        same = known is not None and known.hash == hash_ != NO_HASH and known.how == self._how(file, plan, known.passed)
        if known is not None and same and not self._filing.missing([known]):
            return _Work(file, hash_, fresh, same=known)
        if not is_guarded(file.format):
            return _Work(file, hash_, fresh)
        order = Order(file.path, file.format, file.shown, file.id, reading.names, bool(reading.ocr))
        return _Work(file, hash_, fresh, task=children.start(order))

    def _file(self, work: _Work, plan: Plan, children: Children) -> None:
        """Put what is in a file in place of what was in it."""
        file, before = work.file, self._filing.table.get(work.file.id)
        self._waiting.discard(file.id)
        if work.error is not None:
            self._tally.problem(work.error)
            self._unreadable(file, before, (Passed(work.error.reason, 1, str(work.error)),))
        elif work.same is not None:
            self._renew(work, work.same)
        else:
            self._replace(work, plan, children, before)

    def _unreadable(self, file: File, before: Record | None, passed: tuple[Passed, ...]) -> None:
        """Leave all as it is of a file that cannot be opened now."""
        if before is None:
            self._tally.done(Outcome(file.shown, "passed over", 0, passed))
        else:
            self._tally.done(Outcome(file.shown, "kept", before.count, passed))

    def _replace(self, work: _Work, plan: Plan, children: Children, before: Record | None) -> None:
        file, reading = work.file, plan.readings.of(work.file.id)
        if work.task is not None:
            found = children.found(work.task, self.on_bytes)
        else:
            found = read_file(
                file.path,
                file.format,
                name=file.shown,
                id=file.id,
                names=reading.names,
                qualified=True,
                ocr=bool(reading.ocr),
                on_bytes=self.on_bytes,
            )
        taken, ids, values = Taken(), SuffixesOfFile(file.id), values_of(file, file.format)
        for item in found:
            if isinstance(item, Placed):
                self._take(item, file, ids, values, taken)
            elif isinstance(item, Remark):
                self._tally.listener.remark(item)
            else:
                self.part(item, taken)
        self.tell_unfit(file.shown, taken)
        self._keep(work, plan, before, taken, ids.suffixes)

    def tell_unfit(self, name: str, taken: Taken) -> None:
        """Tell, once a source, of values that do not go with fields that an index has by default."""
        first, count = taken.unfit
        if count:
            told = f"values that do not go with their fields: {count}; the first: {first}"
            self._tally.listener.remark(Remark(name, told))

    def _take(self, item: Placed, file: File, ids: SuffixesOfFile, values: Mapping[str, object], taken: Taken) -> None:
        """Add a document of a file, unless its id is there already."""
        id_ = ids.id_of(item.document.id)
        item = Placed(described(replace(item.document, id=id_), values, self._filing.fields), item.place)
        owner = self._filing.table.owner(id_, but=file.id)
        other = owner.path if owner is not None and owner.path not in self._waiting else None
        other = other or self._in_streams.place_of(id_)
        taken.is_twice = taken.is_twice or other is not None
        other = other or ids.place_of(id_)
        error = self.twice(item, other) if other else self.add(item, taken)
        if error is not None:
            self.part(error, taken)
        else:
            ids.take(id_, item.place)

    def add(self, item: Placed, taken: Taken) -> DocumentError | None:
        """Add a document -> why it cannot be."""
        try:
            unfit = self._filing.add(item.document)
        except DocumentError as problem:
            reason = reasons.NO_PACKAGE if isinstance(problem, UnbreakableDocumentError) else reasons.VALUE
            return DocumentError(f"{item.place}: {problem}", reason=reason)
        self._tally.written += 1
        taken.count += 1
        if unfit:
            taken.unfit = (taken.unfit[0] or unfit[0], taken.unfit[1] + len(unfit))
        return None

    def twice(self, item: Placed, other: str) -> DocumentError:
        """Return the error of a document whose id another has, which stands elsewhere."""
        told = f"the id {item.document.id!r:.200} is that of {other}, too; the first stays: give each an id of its own"
        return DocumentError(f"{item.place}: {told}", reason=reasons.TWICE)

    def part(self, error: DocumentError, taken: Taken) -> None:
        """Note what is passed over of a file."""
        self._tally.problem(error)
        first = taken.passed.get(error.reason)
        count, message = (first.count + 1, first.message) if first is not None else (1, str(error))
        taken.passed[error.reason] = Passed(error.reason, count, message)

    def _keep(self, work: _Work, plan: Plan, before: Record | None, taken: Taken, suffixes: Suffixes | None) -> None:
        """Note what a file is now that all of it was read."""
        file, passed = work.file, tuple(taken.passed.values())
        if suffixes == [] and reasons.UNREADABLE in taken.passed:
            self._unreadable(file, before, passed)
            return
        retried = taken.is_twice or reasons.NO_PACKAGE in taken.passed or reasons.UNREADABLE in taken.passed
        hash_ = work.hash
        if hash_ == NO_HASH and reasons.TOO_LARGE not in taken.passed:
            hash_ = self._hash_later(file)
        hash_ = hash_ if _is_still(file) and not retried else ""
        changed = file.changed if hash_ and not work.fresh else 0
        if hash_ and work.fresh:
            self._fresh.append((file, hash_))
        how = self._how(file, plan, passed)
        record = Record(file.id, file.size, file.modified, changed, hash_, how, suffixes, passed)
        self._filing.put(record, before)
        status = "read" if before is None else "changed"
        self._tally.done(
            Outcome(file.shown, status if record.count or not passed else "passed over", record.count, passed)
        )

    def _hash_later(self, file: File) -> str:
        """The hash of a file that was large, and could be read all the same."""
        try:
            return content_hash(file.path)
        except OSError:
            return ""

    def _renew(self, work: _Work, record: Record) -> None:
        """Note the times of a file whose content is that of before, in its documents, too."""
        file = work.file
        old, new = modified_value(record.modified), modified_value(file.modified)
        if old != new and self._filing.fields.get("modified") == "date":
            for document in self._filing.documents(record.ids()):
                if document.fields.get("modified") == old:
                    self._filing.add(replace(document, fields={**document.fields, "modified": new}))
        if work.fresh:
            self._fresh.append((file, work.hash))
        changed = 0 if work.fresh else file.changed
        self._filing.put(replace(record, modified=file.modified, changed=changed), record)
        self._tally.unchanged(file, record)

    def _settle(self) -> None:
        """Trust the times of files that were fresh when they were read and have not changed since."""
        for file, hash_ in self._fresh[-_MOST_SETTLED:]:
            record = self._filing.table.get(file.id)
            wait = _fresh_until(file) - time.time_ns()
            if record is None or wait > _FRESH or hash_ == NO_HASH:
                continue
            time.sleep(max(wait, 0) / 1e9)
            try:
                if _is_still(file) and content_hash(file.path) == hash_ and _is_still(file):
                    self._filing.put(replace(record, changed=file.changed), None)
            except OSError:
                continue

    def _how(self, file: File, plan: Plan, passed: tuple[Passed, ...]) -> str:
        return how_of(file, plan.readings.of(file.id), self._filing.fields, passed, self._time_limit)


def _as_it_is(file: File) -> File:
    """A file with its present size and times; OSError."""
    now = os.stat(file.path, follow_symlinks=False)  # noqa: PTH116
    return replace(file, size=now.st_size, modified=now.st_mtime_ns, changed=now.st_ctime_ns)


def _is_still(file: File) -> bool:
    """Whether a file is as it was."""
    try:
        return _as_it_is(file) == file
    except OSError:
        return False


def _fresh_until(file: File) -> int:
    """When a change of a file must show in its times, nanoseconds from 1970: systems count these in steps.

    Anybody may set the time of its content, even to one that is to come; that of its entry is the system's. Windows has
    no such time: it tells when a file was made.
    """
    changed = max(file.changed, file.modified) if sys.platform == "win32" else file.changed
    return changed + (_FRESH if changed % 10**9 else _FRESH_SECOND)


def _is_fresh(file: File) -> bool:
    return time.time_ns() < _fresh_until(file)
