"""creating: the index that a command fills: it is opened, or created and removed again if that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from khsearch.cli.console import refused
from khsearch.errors import IndexExistsError, IndexNotFoundError, KhsearchError

if TYPE_CHECKING:
    from khsearch import Index
    from khsearch.schema import Declared
    from khsearch.writing import Writer


class Choices(NamedTuple):
    """What an index is created with.

    by_default        fields of an index of files, of which own ones are stronger
    shards, replicas  of one in OpenSearch
    """

    breaker: str | None
    lexicon: Path | None
    own: Declared
    settings: Path | None
    by_default: Declared
    shards: int | None
    replicas: int | None

    @property
    def fields(self) -> Declared:
        """All fields of a new index."""
        return {**self.by_default, **self.own}

    def lenient(self, store: Index) -> list[str]:
        """The fields of a new index that it has by default."""
        by_default = self.by_default.items()
        return [name for name, kind in by_default if name not in self.own and store.fields.get(name) == kind]


@contextmanager
def opened_or_created(path: str, declared: Choices) -> Iterator[tuple[Index, bool]]:
    """Open the index, or create it, and then leave none behind if the block fails -> it, and whether it is new."""
    from khsearch import Index

    was_there, created = Path(path).exists(), False
    try:
        store = Index.open(path)
    except IndexNotFoundError:
        fields = None if declared.settings is not None else declared.fields or None
        with refused():
            store = Index.create(
                path,
                breaker=declared.breaker,
                lexicon=declared.lexicon,
                fields=fields,
                settings=declared.settings,
                shards=declared.shards,
                replicas=declared.replicas,
            )
        created = True
    try:
        if not created:
            _check_declared(path, store, declared)
        yield store, created
    except BaseException:
        if created:
            _remove_empty(store, path, keep_folder=was_there)
        raise


def _check_declared(path: str, store: Index, declared: Choices) -> None:
    """Refuse what an index that is there cannot have: what it was created with stays."""
    others = {name: field for name, field in declared.own.items() if store.fields.get(name) != field}
    given = {"--breaker": declared.breaker, "--lexicon": declared.lexicon, "--field": others}
    shape = {"--shards": declared.shards, "--replicas": declared.replicas}
    for option, value in {**given, "--settings": declared.settings, **shape}.items():
        if value or value == 0:
            changed = f", or change its fields: khsearch fields {path}" if option == "--field" else ""
            raise IndexExistsError(
                f"{path}: the index exists and keeps what it was created with; leave out {option}, or name a new index"
                f"{changed}"
            )


def _remove_empty(created: Index, path: str, *, keep_folder: bool) -> None:
    """Remove an index that was created just now, unless another process has begun to use it."""
    from khsearch.addresses import is_cluster, remove_empty

    with suppress(KhsearchError, OSError):
        writer = created.writer()
        if is_cluster(path):
            remove_empty(path)
        elif not created.doc_count:
            _remove_files(Path(path), writer)
            if not keep_folder:
                Path(path).rmdir()
        writer.cancel()


def _remove_files(folder: Path, writer: Writer) -> None:
    """Remove all files of an index, for who has its writer: the lock last where the system keeps what is open."""
    kept = []
    for file in folder.iterdir():
        try:
            file.unlink()
        except PermissionError:
            kept.append(file)
    if kept:
        writer.cancel()
    for file in kept:
        file.unlink()
