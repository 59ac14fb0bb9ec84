"""engine: indexes in folders: made, opened, read whole; one of them, at its latest commit."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from khsearch.columnar.commits.index import FieldOptions, IndexFolder, create, open_folder
from khsearch.columnar.embedded.view import EmbeddedView
from khsearch.columnar.files import catalog as contents
from khsearch.columnar.files.companions import files_of, first_names, is_unfinished, read, written
from khsearch.columnar.files.disk import make_folder, told_as_store_errors
from khsearch.columnar.files.format import FIRST_NAMES
from khsearch.documents import Document, document_of, keyword_form
from khsearch.errors import (
    IndexDamagedError,
    IndexExistsError,
    IndexNotFoundError,
    IndexStoreError,
    OtherDocumentsError,
)
from khsearch.schema import ID, Schema
from khsearch.sharing import Lock, loading

if TYPE_CHECKING:
    from khsearch.columnar.embedded.writer import EmbeddedWriter
    from khsearch.columnar.files.catalog import Catalog
    from khsearch.engine import Files, NameFile

_ATTEMPTS = 10  # to read a commit and its files while rebuilds follow each other
_OPTIONS = FieldOptions(ID, documents=contents.INDEX_DOCUMENTS, form=keyword_form, pairs=True)


class Embedded:
    """Indexes in folders."""

    def create(self, address: str, schema: Schema, write_files: Callable[[NameFile], Files]) -> EmbeddedEngine:
        """Create an empty index in a folder, which is made if need be and must hold nothing else."""
        folder = Path(address)
        make_folder(folder)
        with told_as_store_errors(folder):
            # What a creation that was interrupted leaves is no reason to refuse another.
            strange = sorted(item.name for item in folder.iterdir() if not is_unfinished(item.name))
        if contents.exists(folder):
            raise IndexExistsError(f"{folder}: holds an index already; open it, or choose another folder")
        if strange:
            raise IndexExistsError(f"{folder}: holds other files ({strange[0]} ...); choose an empty or new folder")

        def write() -> dict[str, str]:
            return written(folder, write_files(first_names()))

        return EmbeddedEngine(create(folder, _OPTIONS, write_others=write))

    def open(self, address: str, *, cache_bytes: int | None = None) -> EmbeddedEngine:
        """Open the index of a folder."""
        folder = Path(address)
        if not contents.exists(folder):
            raise IndexNotFoundError(f"{folder}: no index here; make one with: khsearch index {folder} PATH")
        found = open_folder(folder, _OPTIONS, cache_bytes=cache_bytes)
        _check_documents(folder, found.searcher().commit.catalog)
        return EmbeddedEngine(found)

    def verify(self, address: str) -> list[str]:
        """Read all files of a folder."""
        loading("khsearch.columnar.commits.verify")
        from khsearch.columnar.commits.verify import verify

        return verify(address)

    def rescue(self, address: str) -> tuple[Files, Iterator[Document | str]]:
        """What the checksums of a folder vouch for."""
        folder = Path(address)
        catalog = contents.read_catalog(folder)
        _check_documents(folder, catalog)
        others = catalog.others
        files = {}
        for name in others or FIRST_NAMES.values():
            try:
                files[name] = read(folder, name, others.get(name, ""))
            except (IndexStoreError, OSError):
                files[name] = b""  # whoever reads it finds that it is not what was written
        return files, _saved(folder)


class EmbeddedEngine:
    """The index of one folder."""

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._lock = Lock()
        self._view: EmbeddedView | None = None

    @property
    def name(self) -> str:
        """The path of the folder."""
        return str(self._folder.folder)

    def view(self) -> EmbeddedView:
        """The latest commit."""
        known, searcher = self._view, self._folder.searcher()
        if known is not None and known.searcher is searcher:
            return known
        with self._lock:
            return self._latest()

    def writer(self, schema: Schema, wait: float = 0.0) -> EmbeddedWriter:
        """The one writer."""
        loading("khsearch.columnar.embedded.writer")
        from khsearch.columnar.embedded.writer import EmbeddedWriter

        positions = [stream.name for stream in schema.streams if stream.positions]
        return EmbeddedWriter(self._folder.writer(wait, positions), schema)

    def stats(self) -> dict[str, object]:
        """Segments, deleted documents, terms by field (of each segment, added up), and bytes by part."""
        commit, folder = self.view().searcher.commit, self._folder.folder
        with told_as_store_errors(folder):
            size = sum(map(_size, folder.iterdir()))
        return {
            "deleted": commit.doc_count_all - commit.doc_count,
            "segments": len(commit.leaves.segments),
            "terms": commit.terms.counts(),
            "bytes": commit.part_sizes() | {"files in all": size},
            "cache": {"held": commit.cache.held, "budget": commit.cache.budget},
        }

    def close(self) -> None:
        """Let go of the commit that is open."""
        self._view = None
        self._folder.close()

    def _latest(self) -> EmbeddedView:
        for _ in range(_ATTEMPTS):
            known, searcher = self._view, self._folder.searcher()
            if known is not None and known.searcher is searcher:
                return known
            others = searcher.commit.catalog.others
            try:
                same = known is not None and known.searcher.commit.catalog.others == others
                files = known.files if known is not None and same else files_of(self._folder.folder, others)
            except FileNotFoundError as problem:
                if self._folder.searcher() is searcher:
                    raise IndexDamagedError(
                        f"{problem.filename}: damaged: the file is missing; restore it from a backup, or save the "
                        f"documents: khsearch rebuild {self.name} --to NEW"
                    ) from None
                continue
            self._view = EmbeddedView(searcher, files)
            return self._view
        raise IndexDamagedError(f"{self.name}: files vanish while they are opened; retry when the writers rest")


def _check_documents(folder: Path, catalog: Catalog) -> None:
    """OtherDocumentsError where a folder keeps documents that are not those of khsearch.Index."""
    if catalog.documents != contents.INDEX_DOCUMENTS:
        raise OtherDocumentsError(
            f"{folder}: an index with a Whoosh schema, not one of khsearch.Index; open it with khsearch.whoosh.open_dir"
        )


def _saved(folder: Path) -> Iterator[Document | str]:
    loading("khsearch.columnar.commits.recovery")
    from khsearch.columnar.commits.recovery import recover

    for found in recover(folder):
        if isinstance(found, str):
            yield found
            continue
        try:
            yield document_of(found.summary, found.stored)
        except IndexDamagedError as problem:
            yield f"the document of id {found.key.decode('utf-8', 'replace')!r} ({problem})"


def _size(path: Path) -> int:
    """Bytes of a file; none of what is no file, or was replaced by a commit meanwhile."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
