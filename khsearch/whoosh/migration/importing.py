"""importing: an index of stock Whoosh's in, an index of arrays out, which appears whole or not at all.

What a process of its own reads of the old folder (`child`) comes as plain data and is written batch by batch into a
folder beside the new one, checked, and put in its place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from khsearch import errors
from khsearch.arrays import starts_of
from khsearch.columnar import BatchWriter, Disk, numbered_names, written
from khsearch.engine import TokenBatch
from khsearch.errors import IndexDamagedError, IndexExistsError, IndexNotFoundError, IndexStoreError
from khsearch.frozen import frozen
from khsearch.whoosh import values
from khsearch.whoosh.index import create_folder
from khsearch.whoosh.migration import frames
from khsearch.whoosh.migration.frames import BrokenPipeDataError, Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from khsearch.columnar import IndexFolder

_CHILD = "khsearch.whoosh.migration.child"


@frozen
class Imported:
    """What an import did.

    held  whether the process that read the pickles could not have created or changed any file
    """

    documents: int
    fields: int
    segments: int
    seconds: float
    held: bool


def import_whoosh(
    old: str | Path,
    new: str | Path,
    *,
    indexname: str = "MAIN",
    trust_pickles: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Imported:
    """Make an index of arrays of an index of stock Whoosh's: the same schema and documents, as they were indexed.

    indexname: which of the indexes of the old folder. trust_pickles: let the process that reads it load any class that
    a pickle names. on_progress is told how many documents are done, and of how many.

    Raises IndexExistsError where the new folder holds anything; IndexNotFoundError, IndexLockedError,
    IndexDamagedError, IndexMismatchError for the old one; DocumentError for a schema or document that the arrays cannot
    keep. Then there is no new folder.
    """
    started = time.monotonic()
    source, target = Path(old).absolute(), Path(new).absolute()
    if not source.is_dir():
        raise IndexNotFoundError(f"{source}: no folder; name the one that whoosh.index.open_dir opens")
    _check_free(target)
    if target.resolve().is_relative_to(source.resolve()):
        raise IndexExistsError(f"{target}: lies in {source}, which is to stay as it is; choose a folder elsewhere")
    with _beside(target) as folder, _reading(source, indexname, trust=trust_pickles) as told:
        head = _is(next(told), "schema")
        index, documents = _created(folder, head), int(head.data["documents"])
        with _ImportWriter(folder, head.data["key"]) as writer:
            count = 0
            while (frame := next(told)).kind != "end":
                count += writer.take(_is(frame, "batch"))
                on_progress(count, documents)
            writer.commit(optimize=True)
        tokens = {str(name): int(number) for name, number in frame.data["tokens"].items()}
        _verify(source, index, documents, tokens)
        index.close()
        _put(folder, target)
    fields, segments = int(head.data["fields"]), int(head.data["segments"])
    return Imported(count, fields, segments, time.monotonic() - started, head.data["held"] is True)


class _ImportWriter(BatchWriter):
    """A writer that takes documents as frames have them."""

    def take(self, frame: Frame) -> int:
        """Add the documents of a frame -> how many."""
        keys = _blobs(frame, "keys")
        tokens = {}
        for number, name in enumerate(frame.data["fields"]):
            tokens[name] = _token_batch(frame, number)
            if tokens[name].positions is not None:
                self._positions |= {name}
        columns = values.decode(frame.arrays["columns"].tobytes())
        # All segments are merged at the end: so documents stay in order, and those of a group next to each other.
        self._add(keys, _blobs(frame, "stored"), tokens, columns, replace=False, more=True)
        if self._builder.full:
            self._spill()
        return len(keys)


def _token_batch(frame: Frame, number: int) -> TokenBatch:
    """The tokens of the field of a number; BrokenPipeDataError."""
    arrays = frame.arrays
    codes, sizes = arrays[f"terms{number}"], arrays[f"terms{number}_sizes"]
    ids, counts, positions = arrays[f"ids{number}"], arrays[f"counts{number}"], arrays.get(f"positions{number}")
    starts = starts_of(sizes)
    if int(sizes.min(initial=0)) < 0 or int(counts.min(initial=0)) < 0 or int(starts[-1]) != len(codes):
        raise BrokenPipeDataError("sizes")
    if int(ids.min(initial=0)) < 0 or int(ids.max(initial=-1)) >= len(sizes):
        raise BrokenPipeDataError("a term")
    if positions is not None and int(positions.min(initial=0)) < 0:
        raise BrokenPipeDataError("a position")
    places = None if positions is None else positions.astype(np.int64)
    return TokenBatch(codes, starts[ids], starts[ids + 1], counts, places)


def _blobs(frame: Frame, name: str) -> list[bytes]:
    return frames.unpacked(frame.arrays[name], frame.arrays[f"{name}_sizes"])


def _created(folder: Path, head: Frame) -> IndexFolder:
    """An empty index with the schema that a frame has."""
    names, name_file = list(head.data["files"]), numbered_names()
    key = head.data["key"]
    expected = [name_file(".json" if number == 0 else ".khl") for number in range(max(len(names), 1))]
    if names != expected or not isinstance(key, str | None):
        raise BrokenPipeDataError("names of files")
    files = dict(zip(names, _blobs(head, "files"), strict=True))
    return create_folder(folder, key, lambda: written(folder, files))


@contextmanager
def _reading(source: Path, indexname: str, *, trust: bool) -> Iterator[Iterator[Frame]]:
    """Let a process of its own read a folder; its frames. What it tells of errors is raised."""
    paths = [path or str(Path.cwd()) for path in sys.path]
    command = [sys.executable, "-P", "-m", _CHILD, str(source), indexname, "trust" if trust else "distrust"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout is not None
        try:
            yield checked(source, frames.read(child.stdout))
        except (BrokenPipeDataError, KeyError, TypeError, ValueError) as problem:
            child.kill()
            status = child.wait()
            raise IndexStoreError(
                f"{source}: the process that reads it ended too early ({problem}; status {status}); nothing was "
                "imported, look at what the system says about it"
            ) from problem
        finally:
            child.kill()


def checked(source: Path, told: Iterator[Frame]) -> Iterator[Frame]:
    """Frames, of which one that tells of an error is raised."""
    for frame in told:
        if frame.kind == "error":
            raise _ERRORS.get(frame.data["error"], IndexStoreError)(str(frame.data["message"]))
        yield frame
    raise BrokenPipeDataError("without an end")


_ERRORS = {
    name: error
    for name, error in vars(errors).items()
    if isinstance(error, type) and issubclass(error, errors.KhsearchError)
} | {"SchemaError": errors.DocumentError}


def _is(frame: Frame, kind: str) -> Frame:
    if frame.kind != kind:
        raise BrokenPipeDataError(f"{frame.kind!r:.40} instead of {kind!r}")
    return frame


def _verify(source: Path, index: IndexFolder, documents: int, tokens: dict[str, int]) -> None:
    """Check that the new index has what the old one was said to have."""
    commit = index.searcher().commit
    found = {name: commit.terms.total_length(name) for name in tokens}
    if commit.doc_count != documents or found != tokens:
        raise IndexDamagedError(
            f"{source}: of {documents} documents with {sum(tokens.values())} tokens, {commit.doc_count} with "
            f"{sum(found.values())} came through; nothing was imported, try again"
        )


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Raise what the system says about a folder as IndexStoreError."""
    try:
        yield
    except OSError as problem:
        raise IndexStoreError(f"{target}: {problem.strerror or problem}; nothing was imported") from problem


def _check_free(target: Path) -> None:
    """IndexExistsError where there is anything but an empty folder."""
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise IndexExistsError(f"{target}: there is something already; choose a new folder")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder beside another, which is gone in the end unless it has been put in its place."""
    with _told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".importing", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(folder: Path, target: Path) -> None:
    """Let a folder appear in its place, whole; IndexExistsError where something has come there meanwhile."""
    with _told(target):
        umask = os.umask(0)
        os.umask(umask)
        folder.chmod(0o777 & ~umask)
        try:
            folder.rename(target)
        except FileExistsError:  # Windows puts nothing in the place of an empty folder
            _check_free(target)
            target.rmdir()
            folder.rename(target)
        except OSError:
            _check_free(target)
            raise
        Disk().fsync_folder(target.parent)
