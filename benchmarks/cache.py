"""cache: indexes of khsearch that are made once and asked often, in the system's temporary folder."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import khsearch
from benchmarks.corpus import Corpus
from khsearch import Index
from khsearch.schema import Declared

FOLDER = Path(tempfile.gettempdir()) / "khsearch-benchmarks"
KEPT = 24 * 3600
"""Seconds for which an index is kept."""


@cache
def code_hash() -> str:
    """Digest of khsearch's code and data: where it differs, an index may."""
    root = Path(khsearch.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in {".py", ".khl", ".txt", ".tsv"}:
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def index_of(corpus: Corpus, folder: Path = FOLDER, fields: Declared | None = None) -> Index:
    """Return an index of all documents of a corpus, made now unless this khsearch has made it before.

    Documents that are the same but for the values of their fields have fields of other names, too.
    """
    path = folder / f"{'-'.join([corpus.sha256[:16], code_hash()[:16], *(fields or {})])}.idx"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _forget_old(folder)
        # Others may make the same one now: whoever is first with a whole one has made it.
        with tempfile.TemporaryDirectory(dir=folder) as place:
            made = Path(place) / "index"
            with Index.create(made, fields=fields).writer() as writer:
                writer.add_all(corpus.documents)
            with suppress(OSError):
                made.rename(path)
    return Index.open(path)


def _forget_old(folder: Path) -> None:
    for old in folder.glob("*.idx"):
        if time.time() - old.stat().st_mtime > KEPT:
            shutil.rmtree(old, ignore_errors=True)
