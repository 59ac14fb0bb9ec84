"""Whatever happened to files, and to runs over them, the end is an index of the files as they are."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from khsearch import DocumentError, Index
from khsearch.syncing import filing, reading
from tests.sync.folders import RAIN, RICE, WORK, Told, contents, new_index, opened_below, totals

NAMES = ("a.txt", "b.txt", "b/a.txt", "b/c.jsonl", "b/d/e.csv", "c/f.txt", "c/g.csv", "x.odd")
names = st.sampled_from(NAMES)
CONTENTS = {
    "txt": [RICE, RAIN, f"{RICE} {WORK}", "", b"\xff"],
    "odd": [RICE],
    "jsonl": [
        f'{{"id": "1", "text": "{RICE}"}}\n{{"id": "2", "text": "{RAIN}", "date": "2021"}}',
        f'{{"id": "2", "text": "{RICE}"}}\n{{"id": "2", "text": "{WORK}"}}',
        f'{{"text": "{RAIN}", "date": "soon", "author": 5}}\nx',
    ],
    "csv": [
        f"id,text\n1,{RICE}\n7,{RAIN}\n",
        f"text\n{RICE}\n{WORK}\n{RICE}\n",
        "id,text\n",
        f"id,text\n1,{RAIN}\n7,{RICE}\n",
    ],
}


class StopError(Exception):
    """What ends a run anywhere."""


def stopping(step, left):
    """The step, as long as there is one left of all that are allowed."""

    def taken(self, *args):
        if next(left, None) is None:
            raise StopError
        return step(self, *args)

    return taken


class Histories(RuleBasedStateMachine):
    @initialize(choices=st.lists(st.integers(0, 10), min_size=len(NAMES), max_size=len(NAMES)))
    def begin(self, choices: list[int]) -> None:
        self.place = Path(tempfile.mkdtemp())
        self.folder = self.place / "files"
        (self.folder / "b").mkdir(parents=True)
        (self.folder / "c").mkdir()
        self.index = new_index(self.place / "x.idx")
        for name, choice in zip(NAMES, choices, strict=True):
            self.write(name, choice)

    def path(self, name: str) -> Path:
        return self.folder / name

    @rule(name=names, choice=st.integers(0, 10))
    def write(self, name: str, choice: int) -> None:
        kind = CONTENTS[name.rpartition(".")[2]]
        content = kind[choice % len(kind)]
        path = self.path(name)
        if path.is_symlink():
            path.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    @rule(name=names, choice=st.integers(0, 10))
    def write_unseen(self, name: str, choice: int) -> None:
        """Another content, of the same time, after a run."""
        self.index.sync(self.folder, root=self.folder)
        path = self.path(name)
        if path.is_file() and not path.is_symlink():
            before = path.stat()
            self.write(name, choice)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @rule(name=names, seconds=st.integers(1, 3))
    def touch(self, name: str, seconds: int) -> None:
        if self.path(name).is_file():
            os.utime(self.path(name), (seconds, seconds))

    @rule(name=names)
    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    @rule(name=names, to=names)
    def rename(self, name: str, to: str) -> None:
        if self.path(name).exists() and name.rpartition(".")[2] == to.rpartition(".")[2]:
            self.path(to).parent.mkdir(parents=True, exist_ok=True)
            self.path(name).replace(self.path(to))

    @rule(name=names, to=names)
    def link(self, name: str, to: str) -> None:
        path = self.path(name)
        if not path.exists() and not path.is_symlink() and path.parent.is_dir():
            path.symlink_to(self.path(to))

    @rule()
    def move_the_archive(self) -> None:
        self.folder = self.folder.rename(self.place / f"files{len(list(self.place.iterdir()))}")

    @rule(number=st.integers(0, 20))
    def delete_a_document(self, number: int) -> None:
        ids = sorted(contents(self.index))
        if ids:
            with self.index.writer() as writer:
                writer.delete(ids[number % len(ids)])

    @rule(part=st.sampled_from(["", "", "b", "c"]), limit=st.integers(0, 12))
    def run_ends_anywhere(self, part: str, limit: int) -> None:
        """Killed before the step of a number, with a commit a file; and what a kill leaves is the last commit."""
        limit = iter(range(limit))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reading, "_BETWEEN_COMMITS", -1.0)
            for owner, name in ((reading.FileReader, "_file"), (filing.Filing, "publish"), (filing.Filing, "put")):
                patch.setattr(owner, name, stopping(getattr(owner, name), limit))
            with suppress(StopError, DocumentError):
                self.index.sync(self.folder / part, root=self.folder)

    @rule(part=st.sampled_from(["b", "c", "a.txt", "b/a.txt"]))
    def sync_a_part(self, part: str) -> None:
        with suppress(DocumentError):
            self.index.sync(self.folder / part, root=self.folder)

    @rule()
    def rebuild(self) -> None:
        Index.rebuild(self.place / "x.idx")

    @rule()
    def sync(self) -> None:
        told = Told()
        report = self.index.sync(self.folder, root=self.folder, listener=told)
        fresh_told = Told()
        fresh = new_index(self.place / "fresh.idx")
        fresh_report = fresh.sync(self.folder, listener=fresh_told)
        assert contents(self.index) == contents(fresh)
        assert totals(self.index) == totals(fresh)
        assert report.passed_over == fresh_report.passed_over
        counts = {outcome.path: outcome.documents for outcome in told.outcomes if outcome.status != "dropped"}
        assert counts == {outcome.path: outcome.documents for outcome in fresh_told.outcomes}
        fresh.close()
        shutil.rmtree(self.place / "fresh.idx")
        self.index.sync(self.folder)
        with opened_below(self.folder) as opened:
            again = self.index.sync(self.folder)
        assert opened == set()
        assert (again.read, again.changed, again.dropped, again.added) == (0, 0, 0, 0)
        assert again.passed_over == fresh_report.passed_over

    def teardown(self) -> None:
        if hasattr(self, "place"):
            self.sync()
            assert Index.verify(self.place / "x.idx") == []
            shutil.rmtree(self.place)


Histories.TestCase.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistories = Histories.TestCase
