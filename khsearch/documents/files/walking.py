"""walking: paths of files and folders in; the files to read out, in a steady order, each once.

A folder is read with all folders below it, sorted by name. Not looked at, because nobody means them: hidden names (.x),
the locks of office programs (~$x.docx), Thumbs.db and desktop.ini, and folders in which khsearch keeps an index. A link
is followed as far as it leads to what lies below the folders that were given. Pipes and devices are never opened.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence

from khsearch.descriptors import is_link
from khsearch.documents import reasons
from khsearch.documents.files.ids import id_of, is_below, real_path
from khsearch.documents.formats.registry import is_format
from khsearch.errors import DocumentError
from khsearch.frozen import frozen

_NOT_MEANT = ("Thumbs.db", "desktop.ini")
_INDEX = ({"catalog.json", "write.lock"}, {"catalog.json", "khsearch.json"})
"""Names that stand together in the folder of an index."""

_STEERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@frozen
class File:
    """A file to be read, as it was when it was met.

    shown            the path by which it was reached, for messages: see `shown_name`
    path             where it really lies
    id               the path from the root
    format           the suffix by which it is read; "" where that is of no format
    given            whether it was named itself, not a folder above it
    size             bytes
    modified         and `changed`: times of its content and of its entry, nanoseconds from 1970
    """

    shown: str
    path: str
    id: str
    format: str
    given: bool
    size: int
    modified: int
    changed: int

    @property
    def suffix(self) -> str:
        """What its name ends in, in lower case, without the point."""
        return suffix_of(self.path)


@frozen
class Skipped:
    """What is passed over, and why: a file, or a folder that could not be looked into.

    shown   as in `File`
    folder  the real path of such a folder; what is below it may be there as before
    """

    shown: str
    error: DocumentError
    folder: str | None = None


Met = Iterator[File | Skipped]


def suffix_of(name: str) -> str:
    """Return what the name of a file ends in, in lower case, without the point."""
    return os.path.splitext(name)[1].lower().removeprefix(".")  # noqa: PTH122


def shown_name(path: str | os.PathLike[str]) -> str:
    """Return a path as a line may hold it: bytes that are no UTF-8, and signs that end lines or steer, as escapes."""
    told = os.fspath(path).encode("utf-8", "backslashreplace").decode()
    return _STEERS.sub(lambda found: found[0].encode("unicode_escape").decode(), told)


def unreadable(path: str | os.PathLike[str], problem: OSError) -> DocumentError:
    """Return the error of what cannot be opened."""
    where = shown_name(os.fsdecode(problem.filename) if isinstance(problem.filename, str | bytes) else path)
    return DocumentError(
        f"{where}: cannot be read ({problem.strerror}); check the path and its permissions", reason=reasons.UNREADABLE
    )


def chosen_format(file: File, format: str | None) -> str:
    """Return the format by which a file is read, "" for none: a format that was named is that of a file that was given.

    In a folder it chooses the files.
    """
    if format is None or (not file.given and file.format == format):
        return file.format
    return format if file.given else ""


def walk(given: Sequence[str], root: str, unwanted: Collection[str] = ()) -> Met:
    """Meet the files of some paths, and those below folders; what is passed over is told in its turn.

    root: a real path, from which ids are counted. unwanted: real paths that are not looked at. DocumentError is raised
    for a path that is not there.
    """
    walker = _Walker(root, [], set(unwanted))
    tops = []
    for path in given:
        try:
            where = real_path(path)
            tops.append((path, where, os.stat(where)))  # noqa: PTH116
        except OSError as problem:
            raise unreadable(path, problem) from None
    walker.given = [where for _, where, _ in tops]
    for path, where, status in tops:
        if stat.S_ISDIR(status.st_mode):
            yield from walker.folder(path, where)
        else:
            yield from walker.file(path, where, status, given=True)


class _Walker:
    def __init__(self, root: str, given: list[str], unwanted: set[str]) -> None:
        self.root = root
        self.given = given
        self.seen = unwanted

    def folder(self, shown: str, path: str) -> Met:
        """What is below a folder of a real path."""
        waiting = [self._entries(shown, path)]  # folders of any depth, which Python's own stack is too short for
        while waiting:
            item = next(waiting[-1], None)
            if item is None:
                waiting.pop()
            elif isinstance(item, tuple):
                waiting.append(self._entries(*item))
            else:
                yield item

    def _entries(self, shown: str, path: str) -> Iterator[File | Skipped | tuple[str, str]]:
        """What is in a folder: files, errors, and folders as (shown, real path)."""
        if path in self.seen:
            return
        self.seen.add(path)
        try:
            with os.scandir(path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as problem:
            error = unreadable(shown, OSError(problem.errno, problem.strerror, shown))
            yield Skipped(shown_name(shown), error, path)
            return
        names = {entry.name for entry in entries}
        if any(index <= names for index in _INDEX):
            if path in self.given:
                yield _skipped(shown, "an index of khsearch; give the folder of its files", reasons.NO_FILE)
            return
        for entry in entries:
            if entry.name.startswith((".", "~$")) or entry.name in _NOT_MEANT:
                continue
            below = os.path.join(shown, entry.name)  # noqa: PTH118
            try:
                yield from self._entry(below, entry)
            except OSError as problem:
                if problem.errno not in (errno.ENOENT, errno.ELOOP):
                    yield Skipped(shown_name(below), unreadable(below, OSError(problem.errno, problem.strerror, below)))
                    continue
                told = f"leads to nothing ({problem.strerror}); remove it, or mend it"
                yield _skipped(below, told, reasons.NO_FILE)

    def _entry(self, shown: str, entry: os.DirEntry[str]) -> Iterator[File | Skipped | tuple[str, str]]:
        where, status = entry.path, entry.stat(follow_symlinks=False)
        if is_link(status):
            where = real_path(entry.path)
            status = os.stat(where)  # noqa: PTH116
            if not any(is_below(where, top) for top in self.given):
                told = f"a link to {shown_name(where)}, outside of what is read; give that folder, too"
                yield _skipped(shown, told, reasons.OUTSIDE)
                return
        if not stat.S_ISDIR(status.st_mode):
            yield from self.file(shown, where, status)
        elif where not in self.seen:
            if not _is_utf8(entry.name):
                yield _skipped(shown, _NOT_UTF8, reasons.ENCODING)
            else:
                yield shown, where

    def file(self, shown: str, path: str, status: os.stat_result, *, given: bool = False) -> Met:
        """A file of a real path, unless it has been met."""
        if path in self.seen:
            return
        self.seen.add(path)
        id_ = id_of(path, self.root)
        if not stat.S_ISREG(status.st_mode):
            told = "a pipe, socket or device; copy what it gives into a file, or send it through -"
            yield _skipped(shown, told, reasons.NO_FILE)
        elif not _is_utf8(id_):
            yield _skipped(shown, _NOT_UTF8, reasons.ENCODING)
        else:
            kind = suffix_of(path)
            kind = kind if kind and is_format(kind) else ""
            times = status.st_mtime_ns, status.st_ctime_ns
            yield File(shown_name(shown), path, id_, kind, given, status.st_size, *times)


_NOT_UTF8 = "its id has a lone surrogate, as the name is not UTF-8; rename it"


def _skipped(shown: str, told: str, reason: str) -> Skipped:
    name = shown_name(shown)
    return Skipped(name, DocumentError(f"{name}: {told}", reason=reason))


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
