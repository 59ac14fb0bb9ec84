"""Continuations: what a commit knows of words and pairs is the same whatever parts it has, and whatever came before."""

from __future__ import annotations

import random
from pathlib import Path

from khsearch import Document, Index
from khsearch.engine import PAIR, View
from khsearch.query.continuations import Continuation, continuations
from tests.query.test_completion import SENTENCES

SIZES = [200, 9, 1, 3, 20, 1]
"""Documents of commits: large parts, middling ones and small ones."""


def told(view: View, beginnings: list[bytes]) -> list[list[Continuation]]:
    table = continuations(view)
    return [found for of in (table.words, table.pairs) for one in beginnings for found in (of(one, 3), of(one, 50))]


def test_parts_know_together_what_one_part_knows(tmp_path: Path) -> None:
    source = random.Random(5)
    texts = [f"{source.choice(SENTENCES)} {''.join(source.choices('abc', k=3))}" for _ in range(sum(SIZES))]
    documents = [Document(str(at), source.choice(texts) if at % 3 else "", text) for at, text in enumerate(texts)]
    many, at = Index.create(tmp_path / "many"), 0
    reader = Index.open(many.path)
    for size in SIZES:
        with many.writer() as writer:
            writer.add_all(documents[at : at + size])
        at += size
        one = Index.create(tmp_path / f"one{at}")
        with one.writer() as writer:
            writer.add_all(documents[:at])
        table = continuations(one._view())
        every = [found.words for found in [*table.words(b"", 1000), *table.pairs(b"", 1000)]]
        beginnings = [b"", *{words[0][:size] for words in every for size in (1, 3)}]
        beginnings += [words[0] + PAIR for words in every]
        assert told(reader._view(), beginnings) == told(one._view(), beginnings)
