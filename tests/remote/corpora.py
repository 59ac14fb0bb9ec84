"""Documents with fields, as many as wanted, of sentences of sample_docs; what an index says of all of its documents."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from khsearch import Document, Index
from khsearch.documents import read_path

FIELDS = {"kind": "keyword", "size": "number", "day": "date"}

_SAMPLES = Path(__file__).parents[2] / "sample_docs"
_SENTENCE = re.compile("[^\u17d4\u17d5!?\n]+[\u17d4\u17d5!?]?")


@cache
def sentences() -> list[str]:
    """Sentences of a line at most."""
    found = (one.strip() for document in read_path(_SAMPLES) for one in _SENTENCE.findall(document.text))
    return [one for one in found if 20 < len(one) < 150]


def make(numbers: Iterable[int], seed: int = 0) -> list[Document]:
    """Return a document for each number, d0 for 0; of another seed, other ones of the same ids."""
    found = []
    for number in numbers:
        choose = random.Random(f"{seed} {number}")
        title, *text = choose.choices(sentences(), k=4)
        fields = {
            "kind": choose.sample(["a", "b", "c"], choose.randrange(1, 3)),
            "size": number % 100,
            "day": date(2020, 1, 1) + timedelta(number % 1_000),
        }
        found.append(Document(f"d{number}", title[:60], " ".join(text), fields))
    return found


def query(seed: int) -> str:
    """Return the beginning of a sentence."""
    return random.Random(seed).choice(sentences())[:12].strip()


def all_of(index: Index) -> dict[str, Document]:
    """Return all documents of an index by id; none may be there twice."""
    found = list(index.export())
    by_id = {document.id: document for document in found}
    assert len(by_id) == len(found) == index.doc_count
    return by_id


def holds(index: Index, wanted: Mapping[str, Document]) -> None:
    """Hold an index to its documents, however it is asked."""
    there = all_of(index)
    assert {id: there.get(id) for id in wanted} == wanted
    assert there.keys() == wanted.keys()
    assert index.search("kind:a OR kind:b OR kind:c", limit=1).total == len(wanted)
