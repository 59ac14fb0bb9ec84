"""plan: paths and what an index knows of files in; which files are to be read, and which are gone, out."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache

import xxhash

from khsearch.documents import (
    OF_THE_FILE,
    READING,
    File,
    Passed,
    Reading,
    Readings,
    Record,
    Skipped,
    Table,
    chosen_format,
    common_folder,
    format_names,
    id_of,
    is_below,
    path_of,
    real_path,
    reasons,
    shown_name,
    unreadable,
    walk,
)
from khsearch.errors import DocumentError
from khsearch.frozen import frozen
from khsearch.syncing.filing import Filing


@frozen
class Plan:
    """What a run has to do.

    root, given  as the table is to have them
    files        to be read, or looked at, with their formats
    unchanged    files that are as they were
    gone         what is known of files that are no more there
    passed       what is passed over before it is opened: errors, and files of kinds that are not read
    readings     how files are read
    """

    root: str
    given: dict[str, dict[str, object]]
    files: list[File] = field(default_factory=list)
    unchanged: list[File] = field(default_factory=list)
    gone: list[Record] = field(default_factory=list)
    passed: list[Skipped | File] = field(default_factory=list)
    readings: Readings = field(default_factory=lambda: Readings({}))

    def changes(self, table: Table) -> bool:
        """Whether there is anything to do."""
        return bool(self.files or self.gone or self.root != table.root or self.given != table.given)


def make_plan(
    filing: Filing,
    paths: Sequence[str],
    *,
    root: str | None,
    reading: Reading,
    only_changed: bool,
    time_limit: float,
    unwanted: Collection[str],
) -> Plan:
    """Look at all files. DocumentError for a path, or a root, that is not there."""
    table = filing.table
    tops = [_real(path) for path in paths]
    base = _root(table, root, tops)
    readings = Readings(table.given)
    for top in tops:
        readings.say(id_of(top, base), reading, anew=not only_changed)
    plan = Plan(base, readings.to_json(), readings=readings)
    met: set[str] = set()
    unlisted: list[str] = []
    for item in walk(paths, base, unwanted):
        if isinstance(item, Skipped):
            plan.passed.append(item)
            unlisted += [] if item.folder is None else [item.folder]
            continue
        said = readings.of(item.id)
        format_ = chosen_format(item, said.format)
        if not format_:
            if item.given or said.format is None:
                plan.passed.append(_unread(item) if item.given else item)
            continue
        file = replace(item, format=format_)
        met.add(file.id)
        record = table.get(file.id) if only_changed else None
        if record is not None and is_as_it_was(
            file, record, how_of(file, said, filing.fields, record.passed, time_limit)
        ):
            plan.unchanged.append(file)
        else:
            plan.files.append(file)
    lost = filing.missing(filter(None, (table.get(file.id) for file in plan.unchanged)))
    if lost:
        plan.files.extend(file for file in plan.unchanged if file.id in lost)
        plan.files.sort(key=lambda file: file.id)
        plan.unchanged[:] = [file for file in plan.unchanged if file.id not in lost]
    folders = [top for top in tops if os.path.isdir(top)]  # noqa: PTH112
    gone = _renamed(table, plan, folders)
    if only_changed:
        for id_ in table.paths():
            if id_ in met:
                continue
            path = path_of(id_, base)
            below = any(is_below(path, folder) for folder in folders)
            if below and not any(is_below(path, folder) for folder in unlisted) and _is_gone(path, unwanted):
                gone.add(id_)
    plan.gone.extend(filter(None, (table.get(id_) for id_ in sorted(gone - met))))
    return plan


def _renamed(table: Table, plan: Plan, folders: Sequence[str]) -> set[str]:
    """Ids that files of this run had from another root: a file has one id.

    DocumentError where one that is not of this run would have another, too.
    """
    if table.root is None or table.root == plan.root:
        return set()
    found, met = set(), {file.path for file in (*plan.files, *plan.unchanged)}
    for id_ in table.paths():
        before, now = path_of(id_, table.root), path_of(id_, plan.root)
        if before in met:
            found.add(id_)
        elif os.path.lexists(before) and not os.path.lexists(now) and not any(is_below(now, top) for top in folders):
            raise DocumentError(
                f"{shown_name(plan.root)}: from this root, {shown_name(before)} would have another id than before; "
                "read it in this run, too, or leave out --root"
            )
    return found


def how_of(file: File, said: Reading, own: Mapping[str, str], passed: Iterable[Passed], time_limit: float) -> str:
    """Return what the documents of a file depend on beside its content, as a hash.

    said: how it is read. own: fields of the index, each with its kind. passed: what was passed over of it: only where
    something was for want of time, of a value or of a usable text, does it depend on the limit of time, on the kinds of
    fields, or on whether pages are read by their picture.
    """
    why = {one.reason for one in passed}
    return _hashed(
        file.format,
        said,
        bool(said.ocr) if why & reasons.READ_BY_PICTURE else None,
        tuple(name for name in OF_THE_FILE if name in own),
        time_limit if reasons.TOO_SLOW in why else None,
        tuple(own.items()) if reasons.VALUE in why else None,
    )


@lru_cache(maxsize=256)
def _hashed(format: str, said: Reading, *others: object) -> str:
    content = [READING, format, replace(said, ocr=None).to_json(), *others]
    return str(xxhash.xxh3_64_hexdigest(json.dumps(content, sort_keys=True).encode()))


def is_as_it_was(file: File, record: Record, how: str) -> bool:
    """Whether a file need not be opened."""
    same = record.changed != 0 and (file.size, file.modified, file.changed) == (
        record.size,
        record.modified,
        record.changed,
    )
    return same and record.how == how


def _real(path: str) -> str:
    try:
        return real_path(path)
    except OSError as problem:
        raise unreadable(path, problem) from None


def _root(table: Table, given: str | None, tops: Sequence[str]) -> str:
    if given is not None:
        found = _real(given)
        if not os.path.isdir(found):  # noqa: PTH112
            raise DocumentError(f"{given}: no folder; give one as the root")
        return found
    if table.root is None:
        try:
            return common_folder(tops)
        except ValueError:
            told = "files on several drives lie in no common folder; say with --root from which one ids are counted"
            raise DocumentError(told) from None
    if not os.path.isdir(table.root):  # noqa: PTH112
        raise DocumentError(
            f"{shown_name(table.root)}: the folder from which this index counts the ids of files is gone; where the "
            "archive has moved, say where it is now with --root"
        )
    return table.root


def _is_gone(path: str, unwanted: Collection[str]) -> bool:
    """Whether there is no such file any more, under just this path, or none that is looked at."""
    if path in unwanted:
        return True
    try:
        return os.path.realpath(path, strict=True) != path or not stat.S_ISREG(os.lstat(path).st_mode)
    except PermissionError:
        return False
    except OSError:
        return True


def _unread(file: File) -> Skipped:
    known = ", ".join(format_names())
    told = f"{file.shown}: its name tells no format; say which with --format: {known}"
    return Skipped(file.shown, DocumentError(told, reason=reasons.UNKNOWN_KIND))
