"""Small random corpora, and a search engine of ten lines to compare with: dictionaries, loops, and the formula."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from khsearch import columnar
from khsearch.arrays.spans import pack
from khsearch.columnar import BatchWriter, FieldOptions, IndexFolder
from khsearch.columnar.segments import merge, pair_files
from khsearch.engine import TokenBatch

OPTIONS = FieldOptions("id")
TABLED = FieldOptions("id", pairs=True)
# Prefixes of each other, zero bytes, the length at which keys become hashes, and beyond.
WORDS = [b"a", b"b", b"c", b"ab", b"a\0", b"abc", b"abcdefg", b"abcdefgh", b"abcdefghi", b"\xff\xfe", b"x" * 30]

words = st.sampled_from(WORDS)
texts = st.lists(words, max_size=12)
ids = st.sampled_from([f"d{i}" for i in range(12)])
batches = st.lists(st.tuples(ids, texts), min_size=1, max_size=8)
steps = st.one_of(
    st.tuples(st.just("add"), batches),
    st.tuples(st.just("delete"), ids),
    st.tuples(st.just("commit"), st.sampled_from(["plain", "merge", "optimize"])),
)
histories = st.lists(steps, min_size=1, max_size=12)


class Arrays(IndexFolder):
    """An index folder whose writers keep the positions of words."""

    def writer(self, wait: float = 0.0, positions: Collection[str] = ("words",)) -> BatchWriter:
        return super().writer(wait, positions)


@contextmanager
def tables(least: int = 1, most: int = 1 << 18, counted: int = 1 << 22) -> Iterator[None]:
    """All segments get tables: of all pairs if not otherwise said."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pair_files, "FEWEST_TOKENS", 0)
        patch.setattr(pair_files, "LEAST", least)
        patch.setattr(pair_files, "MOST", most)
        patch.setattr(merge, "COUNTED_TOKENS", counted)
        yield


def create(folder: str | Path, settings: Mapping[str, object] | None = None) -> Arrays:
    columnar.create(Path(folder), OPTIONS, settings)
    return opened(folder)


def opened(folder: str | Path) -> Arrays:
    return Arrays(Path(folder), OPTIONS)


def tokens(texts: list[list[bytes]]) -> TokenBatch:
    codes, starts = pack([word for text in texts for word in text])
    return TokenBatch(codes, starts[:-1], starts[1:], np.array([len(text) for text in texts], np.int64))


def add(writer, documents: list[tuple[str, list[bytes]]]) -> None:
    texts = [text for _, text in documents]
    stored = [b"|".join(text) for text in texts]
    names = [name for name, _ in documents]
    columns = {"length": [len(text) for text in texts], "first": [text[:1] for text in texts]}
    summaries = [name.encode() for name in names]
    writer.add_batch(names, stored, {"words": tokens(texts), "bigrams": tokens(texts)}, columns, summaries=summaries)


def id_of(searcher, doc: int) -> str:
    return searcher.documents.id_of(doc).decode()


def play(index, history) -> dict[str, list[bytes]]:
    """Do what the history says -> the documents that the index must then hold."""
    truth: dict[str, list[bytes]] = {}
    writer = index.writer()
    for what, value in history:
        if what == "add":
            add(writer, value)
            truth.update(value)
        elif what == "delete":
            assert writer.delete(value) == (truth.pop(value, None) is not None)
        else:
            writer.commit(optimize=value == "optimize", merge=value != "plain")
            writer = index.writer()
    writer.commit()
    return truth


def bm25(truth: dict[str, list[bytes]], word: bytes, k1: float = 1.2, b: float = 0.75) -> dict[str, float]:
    """Scores of one word by the textbook, with exact lengths."""
    having = sum(word in text for text in truth.values())
    average = sum(map(len, truth.values())) / max(len(truth), 1)
    idf = math.log(1 + (len(truth) - having + 0.5) / (having + 0.5))
    out = {}
    for name, text in truth.items():
        tf = text.count(word)
        if tf:
            out[name] = idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * len(text) / average))
    return out


def has_phrase(text: list[bytes], phrase: list[bytes], slop: int) -> bool:
    """Whether the words stand in the text in order, each at most slop places behind the one before."""
    ends = {i for i, word in enumerate(text) if word == phrase[0]}
    for word in phrase[1:]:
        ends = {j for i in ends for j in range(i + 1, min(i + slop + 1, len(text))) if text[j] == word}
    return bool(ends)
