"""plugin: for pytest: Whoosh's tests with khsearch's index in the place of Whoosh's.

Two variables of the environment tell it what to do:

    SUITE_INDEX    "stock": nothing is replaced, only counted which tests make, open, read or write an index.
                   "khsearch": whatever storage a test has, its indexes are khsearch's.
    SUITE_REPORT   the JSON file for what came of each test

It hands on what Whoosh's users call, and adds nothing: what khsearch's index lacks, its tests lack, too.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
import whoosh.index
from whoosh.filedb.filestore import FileStorage, RamStorage, Storage

INDEX, REPORT = os.environ["SUITE_INDEX"], Path(os.environ["SUITE_REPORT"])
MOST = 300  # characters of a message

touching: set[str] = set()
rows: dict[str, dict[str, object]] = {}
running = ""


def counted(function):
    """The function; the test that calls it is one that touches an index."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        touching.add(running)
        return function(*args, **kwargs)

    return call


def folder_of(storage):
    """The folder of a storage's indexes: beside its own, or a temporary one."""
    home = getattr(storage, "_khsearch_home", None)
    if home is None:
        own = getattr(storage, "folder", None)
        home = f"{own}.khsearch" if own else tempfile.mkdtemp(prefix="khsearch-suite-")
        storage._khsearch_home = home
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def create_index(self, schema, indexname=None, indexclass=None):
    from khsearch import whoosh as door

    return door.create_in(folder_of(self), schema, indexname)


def open_index(self, indexname=None, schema=None, indexclass=None):
    from khsearch import whoosh as door

    return door.open_dir(folder_of(self), indexname, schema=schema)


def index_exists(self, indexname=None):
    from khsearch import whoosh as door

    return door.exists_in(folder_of(self), indexname)


def create_in(dirname, schema, indexname=None):
    return create_index(FileStorage(dirname), schema, indexname)


def open_dir(dirname, indexname=None, readonly=False, schema=None):
    return open_index(FileStorage(dirname), indexname, schema)


def exists_in(dirname, indexname=None):
    return index_exists(FileStorage(dirname), indexname)


if INDEX == "khsearch":
    for kind in (Storage, FileStorage, RamStorage):
        kind.create_index, kind.open_index, kind.index_exists = create_index, open_index, index_exists
    whoosh.index.create_in, whoosh.index.open_dir, whoosh.index.exists_in = create_in, open_dir, exists_in
else:
    for kind in (whoosh.index.FileIndex, whoosh.index.Index):
        for name in ("__init__", "reader", "writer", "searcher"):
            if name in vars(kind):
                setattr(kind, name, counted(vars(kind)[name]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    global running
    running = f"{item.path.name}::{item.name}"
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" or not report.passed:
        row = rows.setdefault(running, {})
        row["outcome"] = report.outcome
        if call.excinfo is not None:
            row["error"] = call.excinfo.exconly(tryshort=True).splitlines()[0][:MOST]
            steps = list(call.excinfo.traceback)
            row["at"] = _place(steps[-1])
            row["line"] = next((_line(step) for step in reversed(steps) if _file(step).startswith("test_")), "")
    return report


def _file(step):
    return Path(str(step.path)).name  # a frozen module has no path, only a name


def _place(step):
    return f"{_file(step)}:{step.lineno + 1}"


def _line(step):
    return f"{_place(step)}: {' '.join(str(step.statement).split())}"[:MOST]


def pytest_sessionfinish():
    for name, row in rows.items():
        row["touches"] = name in touching
    REPORT.write_text(json.dumps(rows, indent=1, sort_keys=True), encoding="utf-8")
