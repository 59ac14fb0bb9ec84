"""A plan of the compiled core is the plan that is made step by step."""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, native
from khsearch.columnar.search.compiled import CompiledSearcher
from khsearch.query import compiled
from khsearch.query.ranking import DEFAULT, Ranking
from tests.extent import examples

pytestmark = pytest.mark.skipif(native.core is None, reason=f"the compiled core is {native.STATE}")

SAMPLES = Path(__file__).parent.parent.parent / "sample_docs"
MADE = [
    Document("a", "ពិធីបុណ្យ", "ពួកគេ\u200bទៅ\u200bផ្សារ ខ្ញុំ\u200bអោយ\u200bគាត់\u200bសៀវភៅ ប្រទេស\u200bកម្ពុជា ១៥០.០០០ រៀល"),
    Document("b", "ឲ្យ", "ផ្សារ\u200bផ្សារ ឲ្យ\u200bគាត់ ធំៗ ធំធំ កម្ពុជា\u200bក្រោម"),
    Document("c", "", "កម្ពុជា និង\u200bខ្ញុំ ស្រ្តី\u200bស្ត្រី word two"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index.create(tmp_path_factory.mktemp("compiled") / "x") as made:
        documents = [_document(path) for path in sorted(SAMPLES.glob("*.txt"))]
        for part in (documents[: len(documents) // 2], documents[len(documents) // 2 :], MADE):
            with made.writer() as writer:
                writer.add_all(part)
        with made.writer() as writer:
            writer.delete(documents[3].id)
        yield made


def _document(path: Path) -> Document:
    title, _, text = path.read_text("utf-8").partition("\n")
    return Document(path.name, title, text)


def texts_of(index: Index) -> list[str]:
    return [text for document in index.export() for text in (document.title, *document.text.split("។")[:40])]


def drawn(texts: list[str], chance: random.Random) -> str:
    """Some of a text: a stretch, words apart, several stretches, with a change of a letter now and then."""
    text = chance.choice(texts)
    if chance.random() < 0.2:
        return text[:200]
    parts = []
    for _ in range(chance.choice([1, 1, 2, 3, 6])):
        words = text.replace("\u200b", " ").split() or [text]
        word = chance.choice(words)
        start = chance.randrange(max(len(word) - 3, 1))
        parts.append(word[start : start + chance.choice([4, 8, 12, 30])] if chance.random() < 0.5 else word)
        text = chance.choice(texts) if chance.random() < 0.5 else text
    made = chance.choice([" ", "", " "]).join(parts)
    if made and chance.random() < 0.2:
        at = chance.randrange(len(made))
        made = made[:at] + chance.choice("\u17bb\u17b8\u17d2\u1780\u200b 1a\u17d7\u17a8") + made[at + 1 :]
    return made


def told(index: Index, text: str, match: str, ranking: Ranking) -> object:
    results = index.search(text, 20, match=match, ranking=ranking)
    return (
        [(hit.id, hit.score, hit.loose) for hit in results],
        results.total,
        results.corrected,
        [hit.snippet for hit in results[:5]],
        [hit.title_marks for hit in results[:5]],
        results.suggestion,
        [[(part.what, part.field, part.score) for part in hit.explain()] for hit in results[:2]],
    )


def about(told: object) -> object:
    """The same, numbers about."""
    if isinstance(told, float):
        return pytest.approx(told, rel=1e-5, abs=1e-6)
    return type(told)(map(about, told)) if isinstance(told, list | tuple) else told


RANKINGS = [
    DEFAULT,
    Ranking(readings=0.0),
    Ranking(few_words=1, bigrams=DEFAULT.bigrams.__class__(weight=0.0)),
]


@examples(400)
@given(st.integers(0, 1 << 32), st.sampled_from(["best", "strict", "any", "all"]), st.sampled_from(RANKINGS))
def test_the_core_plans_and_finds_as_is_done_step_by_step(index, number, match, ranking):
    text = drawn(texts_of_once(index), random.Random(number))
    ours = told(index, text, match, ranking)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "planned", lambda *_: None)
        patch.setattr(CompiledSearcher, "best", lambda *_: None)
        patch.setattr(CompiledSearcher, "summaries", lambda *_: None)
        assert ours == about(told(index, text, match, ranking)), text


_TEXTS: dict[int, list[str]] = {}


def texts_of_once(index: Index) -> list[str]:
    return _TEXTS.setdefault(id(index), texts_of(index))


def test_the_core_plans_many_queries(index):
    """Else the law above would say nothing."""
    count = 0
    real = compiled.planned
    with pytest.MonkeyPatch.context() as patch:

        def counted(*asked):
            nonlocal count
            found = real(*asked)
            count += found is not None
            return found

        patch.setattr(compiled, "planned", counted)
        for number in range(100):
            index.search(drawn(texts_of_once(index), random.Random(number)))
    assert count > 20


def test_a_plan_keeps_no_commit_alive(tmp_path):
    """What the core holds, no collector looks into."""
    index = Index.create(tmp_path / "x")
    with index.writer() as writer:
        writer.add_all(MADE)
    searcher = weakref.ref(index._engine.view().searcher)
    assert len(index.search("កម្ពុជា ខ្ញុំ")) >= 2
    for number in range(2):  # a writer knows the commit on which it works
        with index.writer() as writer:
            writer.add(Document(f"d{number}", "", "កម្ពុជា ខ្ញុំ"))
    assert len(index.search("កម្ពុជា ខ្ញុំ")) >= 4
    gc.collect()
    assert searcher() is None
