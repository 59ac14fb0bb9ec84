"""run: files and folders into an index, only those that changed, and out of it what is gone.

plan      which files changed, which are gone
read      those that may take any time or memory in processes with limits, some ahead of their turn
file      their documents and what is known of them, a commit every half minute
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict

from khsearch import arguments
from khsearch.documents import FieldNames, File, Placed, Reading, Remark, Stream, SuffixesOfFile, is_format
from khsearch.frozen import frozen
from khsearch.syncing.filing import Filing
from khsearch.syncing.plan import Plan, make_plan
from khsearch.syncing.reading import FileReader, Taken
from khsearch.syncing.report import Listener, Outcome, SyncReport, Tally

if TYPE_CHECKING:
    from khsearch.engine import Engine

TIME_LIMIT = 120.0
"""Seconds for which one file may be read in a process of its own."""


class SyncOptions(TypedDict, total=False):
    """Options of a run, each with its meaning at `Options`."""

    root: str | os.PathLike[str] | None
    format: str | None
    names: FieldNames
    ocr: bool | None
    lenient: Collection[str] | None
    jobs: int | None
    time_limit: float
    only_changed: bool
    stop_at_bad: bool
    wait: float
    unwanted: Collection[str]


@frozen
class Options:
    """How a run goes.

    root          the folder from which ids are counted; None: that of the runs before, else the folder that is given,
                  or the deepest that holds all that is given
    format, names, ocr
                  see `Reading`; what is None, or usual, is as it was said for these paths before
    lenient       own fields with which a value of a row need not go: it is kept, and not found by them
    jobs          how many processes read files of formats that may take long; None: a core each, at most four
    time_limit    seconds a file that is read so; by OCR, a page
    only_changed  read what changed, and let go what is gone; False: read all, let nothing go
    stop_at_bad   raise the first error, and leave the index as it was
    wait          seconds for which another writer is waited for
    unwanted      real paths of files and folders that are not looked at
    """

    root: str | os.PathLike[str] | None = None
    format: str | None = None
    names: FieldNames = FieldNames()
    ocr: bool | None = None
    lenient: Collection[str] | None = None
    jobs: int | None = None
    time_limit: float = TIME_LIMIT
    only_changed: bool = True
    stop_at_bad: bool = False
    wait: float = 0.0
    unwanted: Collection[str] = ()

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Options:
        """Return options as they were given by name; ValueError names one that cannot be."""
        for name in given:
            if name not in _KINDS:
                raise ValueError(f"there is no option {name!r}; choose among {', '.join(_KINDS)}")
        return cls(**{name: _KINDS[name].of(name, value) for name, value in given.items()})


LISTENER = arguments.optional(arguments.instance(Listener))
SOURCE = arguments.instance(Stream, arguments.PATH)
"""What `Index.sync` takes beside options."""

_JOBS = arguments.Kind("a whole number from 1 on", lambda value: arguments.COUNT.read(value) or None)
_LIMIT = arguments.Kind("a number of seconds above 0", lambda value: arguments.SECONDS.read(value) or None)
_FORMAT = arguments.Kind("the suffix of a format, such as 'csv'", lambda value: value if is_format(value) else None)
_KINDS = {
    "root": arguments.optional(arguments.PATH),
    "format": arguments.optional(_FORMAT),
    "names": arguments.instance(FieldNames),
    "ocr": arguments.optional(arguments.TRUTH),
    "lenient": arguments.optional(arguments.TEXTS),
    "jobs": arguments.optional(_JOBS),
    "time_limit": _LIMIT,
    "only_changed": arguments.TRUTH,
    "stop_at_bad": arguments.TRUTH,
    "wait": arguments.SECONDS,
    "unwanted": arguments.TEXTS,
}


def sync(
    engine: Engine, sources: Sequence[str | Stream], options: Options, listener: Listener | None = None
) -> SyncReport:
    """Read files, folders and streams into an index.

    DocumentError for a path that is not there, or for the first thing that cannot be read, if it is to stop there;
    IndexLockedError. What was committed before an error or interrupt stays.
    """
    return _Run(engine, options, listener or Listener()).run(sources)


class _Run:
    def __init__(self, engine: Engine, options: Options, listener: Listener) -> None:
        self.options = options
        self.in_streams = SuffixesOfFile(None)
        self.filing = Filing(engine, options.wait, self.in_streams)
        self.tally = Tally(listener, stop_at_bad=options.stop_at_bad)

    def run(self, sources: Sequence[str | Stream]) -> SyncReport:
        before = self.filing.commit.view.doc_count
        paths = [source for source in sources if isinstance(source, str)]
        streams = [source for source in sources if not isinstance(source, str)]
        plan = self._plan(paths) if paths else None
        try:
            if streams or (plan is not None and plan.changes(self.filing.table)):
                if self.filing.begin() and paths:
                    plan = self._plan(paths)
                before = self.filing.commit.view.doc_count  # another may have written until now
                self._write(plan, streams)
            elif plan is not None:
                self._tell(plan)
        finally:
            self.filing.cancel()
        return self.tally.report(before, self.filing.commit.view.doc_count, self.filing.deleted)

    def _plan(self, paths: Sequence[str]) -> Plan:
        options = self.options
        return make_plan(
            self.filing,
            paths,
            root=None if options.root is None else os.fspath(options.root),
            reading=Reading(options.format, options.names, options.ocr),
            only_changed=options.only_changed,
            time_limit=options.time_limit,
            unwanted=options.unwanted,
        )

    def _write(self, plan: Plan | None, streams: Sequence[Stream]) -> None:
        """Do all that is to be done, and commit it."""
        reader = FileReader(self.filing, self.tally, self.in_streams, self.options.time_limit)
        table, lenient = self.filing.table, self.options.lenient
        if lenient is not None and table.lenient != frozenset(lenient):
            table.lenient, table.changed = frozenset(lenient), True
        for stream in streams:
            self._stream(stream, reader)
        if plan is not None:
            self._tell(plan)
            if plan.root != table.root or plan.given != table.given:
                table.root, table.given, table.changed = plan.root, plan.given, True
            for record in plan.gone:
                self.filing.drop(record)
                self.tally.done(Outcome(record.path, "dropped"))
            reader.read(plan, self.options.jobs, only_changed=self.options.only_changed)
        reader.publish()

    def _tell(self, plan: Plan) -> None:
        """Tell what is known before any file is opened."""
        for item in plan.passed:
            if isinstance(item, File):
                known = self.filing.table.get(item.id)
                self.tally.unread(item, 0 if known is None else known.count)
            else:
                self.tally.passed(item.shown, item.error)
        for file in plan.unchanged:
            record = self.filing.table.get(file.id)
            assert record is not None
            self.tally.unchanged(file, record)

    def _stream(self, stream: Stream, reader: FileReader) -> None:
        """Add the documents of a stream, which keep their ids."""
        taken = Taken()
        for item in stream.read(reader.on_bytes):
            if isinstance(item, Placed):
                earlier = self.in_streams.take(item.document.id, item.place)
                error = reader.twice(item, earlier) if earlier else reader.add(item, taken)
                if error:
                    reader.part(error, taken)
            elif isinstance(item, Remark):
                self.tally.listener.remark(item)
            else:
                reader.part(item, taken)
        reader.tell_unfit(stream.name, taken)
        passed = tuple(taken.passed.values())
        status = "passed over" if passed and not taken.count else "read"
        self.tally.done(Outcome(stream.name, status, taken.count, passed))
