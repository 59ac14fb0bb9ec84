"""reporting: what a run over files tells: on stderr while it goes on, in a table at its end, in a file of all files."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from khsearch.cli.console import is_terminal, note
from khsearch.errors import IndexNotFoundError
from khsearch.syncing import Listener

if TYPE_CHECKING:
    from khsearch.documents import Remark
    from khsearch.errors import DocumentError
    from khsearch.syncing import Outcome, SyncReport

_HEAD = "status\tpath\tdocuments\treason\tmessage\n"
_MOST_KINDS = 12
_BETWEEN_LOOKS = 0.1  # seconds


class Reporter(Listener):
    """Tells of each file that is passed over when it is met, and writes all into a file where there is one.

    once: what was told before, and is not told again.
    """

    def __init__(self, file: TextIO | None, once: set[str] | None = None) -> None:
        self.kept = (0, 0)  # files and documents of this run that stay whatever happens
        self._file = file
        self._once = once
        self._packages: set[str] = set()
        self._next_look = 0.0
        self._bar: _Bar | None = None

    def problem(self, error: DocumentError) -> None:
        """Name what is passed over; a package that is missing, once."""
        from khsearch.documents import reasons, shown_name

        told = shown_name(str(error))
        if error.reason == reasons.NO_PACKAGE:
            _, _, package = told.partition(": ")
            if package in self._packages:
                return
            self._packages.add(package)
        if self._once is not None:
            if told in self._once:
                return
            self._once.add(told)
        note(f"skipped: {told}")

    def remark(self, remark: Remark) -> None:
        """Tell what people should know."""
        from khsearch.documents import shown_name

        note(shown_name(f"{remark.place}: {remark.text}"))

    def done(self, outcome: Outcome) -> None:
        """Write a line for each file, or one for each reason for which something of it was passed over."""
        if self._file is None:
            return
        from khsearch.documents import shown_name

        path = shown_name(outcome.path)
        for reason, message in [(one.reason, one.message) for one in outcome.passed] or [("", "")]:
            cells = (outcome.status, path, str(outcome.documents), reason, shown_name(message))
            self._file.write("\t".join(cells) + "\n")

    def again(self) -> None:
        """Begin the file that lists all anew: it tells of one look at the files."""
        if self._file is not None and self._file.seekable():
            self._file.seek(0)
            self._file.truncate()
            self._file.write(_HEAD)

    def listed(self) -> None:
        """Let others see all that the file lists."""
        if self._file is not None:
            self._file.flush()

    def progress(self, files: int, of_files: int, size: int, of_size: int) -> None:
        """Show how far it is."""
        if self._bar is not None and (time.monotonic() >= self._next_look or files == of_files):
            self._next_look = time.monotonic() + _BETWEEN_LOOKS
            self._bar.show(files, of_files, size, of_size)

    def committed(self, files: int, documents: int) -> None:
        """Note what stays."""
        self.kept = (files, documents)

    @contextmanager
    def bar(self) -> Iterator[None]:
        """Show a bar on stderr while the block runs, if that is a terminal."""
        if not is_terminal(sys.stderr):
            yield
            return
        self._bar = _Bar()
        try:
            with self._bar.shown():
                yield
        finally:
            self._bar = None


class _Bar:
    """Files and bytes, their rate, and the time that is left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("reading", total=None)

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._progress:
            yield

    def show(self, files: int, of_files: int, size: int, of_size: int) -> None:
        told = f"{files:,} of {of_files:,} files" if of_files else "reading"
        self._progress.update(self._task, description=told, completed=size, total=of_size or None)


@contextmanager
def report_file(path: Path | None) -> Iterator[TextIO | None]:
    """Open the file that lists every file, tab separated, with a line of heads; another's file is not written over."""
    if path is None:
        yield None
        return
    if not path.parent.is_dir():
        raise click.UsageError(f"--report: {path.parent} is no folder; name a file in one that is there")
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as file:
            if file.read(len(_HEAD)) != _HEAD.encode():
                raise click.UsageError(f"--report: {path} is there, and is no report; name another file")
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(_HEAD)
        yield file


def tell_table(report: SyncReport, path: str, documents: int, seconds: float, *, files: bool) -> None:
    """Tell at the end what was done: of files, if there were any, of what was passed over, of documents."""
    if files:
        counts = {
            "read": report.read,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "gone": report.dropped,
            "kept unread": report.kept,
            "passed over": report.passed,
        }
        shown = [f"{count:,} {what}" for what, count in counts.items() if count or what == "read"]
        note(f"files: {', '.join(shown)}")
    kinds = _kinds(report.kinds)
    for reason, count in sorted(report.passed_over.items(), key=lambda item: -item[1]):
        note(f"passed over: {count:,} {reason}{kinds if _is_kind(reason) else ''}")
    bad = sum(report.passed_over.values())
    if report.as_before:
        note(f"{report.as_before:,} of these as in earlier runs: --report FILE names all")
    gone = f", {report.deleted} deleted" if report.deleted else ""
    passed = f", {bad} bad" if bad else ""
    note(
        f"{report.added} added, {report.replaced} replaced{gone}{passed}; {documents} documents in {path} "
        f"({seconds:.1f} s)"
    )


def tell_round(report: SyncReport, documents: int, path: str) -> None:
    """Tell in a line what a round of watching did, where it did something."""
    counts = {"read": report.read, "changed": report.changed, "gone": report.dropped}
    shown = [f"{count:,} {what}" for what, count in counts.items() if count]
    if shown:
        note(f"{time.strftime('%H:%M:%S')}: {', '.join(shown)}; {documents} documents in {path}")


def _is_kind(reason: str) -> bool:
    from khsearch.documents import reasons

    return reason == reasons.UNKNOWN_KIND


def _kinds(kinds: Mapping[str, int]) -> str:
    """Files of kinds that are not read, by ending, the most frequent first, each with what helps."""
    from khsearch.documents import remedy_of

    shown = []
    for suffix, count in Counter(kinds).most_common(_MOST_KINDS):
        remedy = remedy_of(suffix)
        shown.append(f"{f'.{suffix}' if suffix else 'no ending'} {count:,}{f' ({remedy})' if remedy else ''}")
    if len(kinds) > _MOST_KINDS:
        shown.append("others")
    return f": {', '.join(shown)}" if shown else ""


def tell_interrupted(path: str) -> None:
    """Tell what stays of a run that was interrupted."""
    from khsearch import Index

    try:
        stays = (
            f"{path} has {Index.open(path).doc_count} documents, and what was committed stays: run it again to go on"
        )
    except IndexNotFoundError:
        stays = "nothing was indexed"
    click.echo(f"\nkhsearch: interrupted; {stays}", err=True)
