"""cache: indexes of khsearch that are made once and asked often, in the system's temporary folder."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path

import khsearch
from benchmarks.corpus import Corpus
from khsearch import Index, KhsearchError

FOLDER = Path(tempfile.gettempdir()) / "khsearch-benchmarks"


@cache
def code_hash() -> str:
    """Digest of khsearch's code and data: where it differs, an index may."""
    root = Path(khsearch.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in {".py", ".khl", ".txt", ".tsv"}:
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def index_of(corpus: Corpus, folder: Path = FOLDER) -> Index:
    """Return an index of all documents of a corpus, made now unless this khsearch has made it before."""
    path = folder / f"{corpus.sha256[:16]}-{code_hash()[:16]}.idx"
    if path.exists():
        try:
            index = Index.open(path)
            if index.doc_count == len(corpus.documents):
                return index
        except KhsearchError:
            pass  # half-made, when a run was interrupted
        shutil.rmtree(path)
    for old in folder.glob(f"{corpus.sha256[:16]}-*.idx"):
        shutil.rmtree(old, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    index = Index.create(path)
    with index.writer() as writer:
        writer.add_all(corpus.documents)
    return index
