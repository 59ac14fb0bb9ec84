"""corpus: a folder of documents in; as many documents as wanted out, grown by resampling its sentences with a seed.

A grown document is about 3 kB long: a title of one short sentence, and sentences drawn at random until it is long
enough. Its words stand in real sentences, but its vocabulary does not grow as that of real articles does.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError
from khsearch import Document, KhsearchError
from khsearch.documents import read_path

SAMPLE_DOCS = Path(__file__).parent.parent / "sample_docs"
SAMPLE_JUDGMENTS = Path(__file__).parent / "sample_docs"
"""Queries for SAMPLE_DOCS and what answers them: queries.tsv, qrels.tsv."""

SEED = 7
DOCUMENT_BYTES = 3_000

_SENTENCE = re.compile("[^\u17d4\u17d5!?\n]+[\u17d4\u17d5!?]?")
_LONGEST = 1_000  # characters; more than that is no sentence
_TITLE = 80  # characters


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents to measure with.

    name       of the folder or file they come from
    documents  as they are, or grown
    text_bytes UTF-8 bytes of all titles and texts
    sha256     of all ids, titles and texts
    """

    name: str
    documents: Sequence[Document]
    text_bytes: int
    sha256: str

    @property
    def settings(self) -> dict[str, object]:
        """What a run tells of its corpus."""
        return {"corpus": self.name, "documents": len(self.documents), "bytes": self.text_bytes, "sha256": self.sha256}


def read(docs: Path, format: str | None = None) -> list[Document]:
    """Read the documents of a file or folder, all or those of one format; BenchmarkError where there are none."""
    try:
        return list(read_path(docs, format))
    except KhsearchError as problem:
        raise BenchmarkError(str(problem)) from None


def load(docs: Path, size: int | None = None, seed: int = SEED) -> Corpus:
    """Read a corpus; with a size, grow it to so many documents."""
    documents = read(docs)
    if size is not None:
        documents = grow(documents, size, seed)
    return make(docs.resolve().stem, documents)


def make(name: str, documents: Sequence[Document]) -> Corpus:
    """Return some documents as a corpus."""
    digest = hashlib.sha256()
    size = 0
    for document in documents:
        parts = [part.encode() for part in (document.id, document.title, document.text)]
        digest.update(b"\0".join(parts) + b"\0")
        size += len(parts[1]) + len(parts[2])
    return Corpus(name, documents, size, digest.hexdigest())


def sentences(documents: Iterable[Document]) -> list[str]:
    """Sentences of some documents, in order, without the space around them."""
    found = (piece.strip() for document in documents for piece in _SENTENCE.findall(document.text))
    return [piece for piece in found if 1 < len(piece) <= _LONGEST]


def grow(documents: Sequence[Document], size: int, seed: int = SEED) -> list[Document]:
    """Make `size` documents of the sentences of others."""
    pieces = sentences(documents)
    if not pieces:
        raise BenchmarkError("the documents hold no sentence to resample; name others with --docs")
    lengths = [len(piece.encode()) for piece in pieces]
    short = [piece for piece in pieces if 8 <= len(piece) <= _TITLE] or [piece[:_TITLE] for piece in pieces]
    choose = random.Random(seed)
    grown = []
    for number in range(size):
        wanted = DOCUMENT_BYTES * (0.5 + choose.random())
        chosen: list[str] = []
        while wanted > 0:
            which = int(choose.random() * len(pieces))
            chosen.append(pieces[which])
            wanted -= lengths[which] + 1
        title = short[int(choose.random() * len(short))]
        # A paragraph of five sentences, then another.
        paragraphs = [" ".join(chosen[i : i + 5]) for i in range(0, len(chosen), 5)]
        grown.append(Document(f"d{number:06}", title, "\n".join(paragraphs)))
    return grown


def batches(texts: Iterable[str], size: int) -> list[list[str]]:
    """Join texts, in order, to batches of about `size` UTF-8 bytes; the last may be smaller."""
    found: list[list[str]] = []
    filled = size
    for text in texts:
        if filled >= size:
            found.append([])
            filled = 0
        found[-1].append(text)
        filled += len(text.encode())
    return found
