"""What counts as found is what stands: a look at the clusters of every document says the same, on every engine.

The words here share no cluster, so that a text can be broken in one way only and a chunk stands for certain or not at
all. Where no document has all that was typed, other laws speak (corrections, divided words, what is nearly there).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from benchmarks import standing
from khsearch import Document, Hit, Index
from khsearch.khmer.words.lexicon import Lexicon
from khsearch.khmer.words.model import LexiconModel
from khsearch.khmer.words.word_lists import compile_lexicon
from tests.extent import examples

CLUSTERS = (("កិ", "ខុ"), ("គេ", "ងា", "ច"), ("ឆូ",), ("ញ", "តា"), ("ផ្លែ", "ឡ", "រី", "ហៃ"))
WORDS = (*map("".join, CLUSTERS), "UNICEF", "2021")
INSIDE = [
    "".join(word[start:end])
    for word in CLUSTERS
    for start in range(len(word))
    for end in range(start + 2, len(word) + 1)
    if end - start < len(word)
]
"""Parts of words, of two clusters or more: a single one is looked for as a word alone."""

ALL = 100


@cache
def few() -> Lexicon:
    return compile_lexicon(LexiconModel(dict.fromkeys(map("".join, CLUSTERS), 6_000), {}, 4_000, 9_000))


texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(["", " ", "\u200b", "\n"])), max_size=8).map(
    lambda parts: "".join(map("".join, parts)).strip()
)
documents = st.builds(
    lambda number, title, text, day: Document(f"d{number}", title, text, {"day": f"2021-01-0{day}"}),
    st.integers(0, 9),
    texts,
    texts,
    st.integers(1, 3),
).filter(lambda document: document.title or document.text)
histories = st.lists(
    st.tuples(st.lists(documents, min_size=1, max_size=6), st.integers(0, 9), st.booleans()), min_size=1, max_size=3
)
chunks = st.sampled_from(INSIDE) | st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join)
queries = st.lists(chunks, min_size=1, max_size=3)


@dataclass(frozen=True)
class Known:
    """What an index holds."""

    documents: Sequence[Document]
    stands: Callable[[str], frozenset[int]]

    def ids(self, query: Sequence[str]) -> set[str]:
        """Where every chunk of a query stands."""
        return {self.documents[number].id for number in frozenset.intersection(*map(self.stands, query))}


@contextmanager
def both(history: list[Any]) -> Iterator[tuple[Known, list[Index]]]:
    """The same documents in an index in a folder and in one in memory, added and deleted in several commits."""
    with tempfile.TemporaryDirectory() as folder:
        made = [
            make(lexicon=few(), fields={"day": "date"})
            for make in (lambda **way: Index.create(f"{folder}/x", **way), Index.memory)
        ]
        held: dict[str, Document] = {}
        for added, gone, optimize in history:
            for document in added:
                held.pop(document.id, None)
                held[document.id] = document
            held.pop(f"d{gone}", None)
            for index in made:
                with index.writer() as writer:
                    writer.add_all(added)
                    writer.delete(f"d{gone}")
                if optimize:
                    index.optimize()
        yield Known(list(held.values()), standing.whole(list(held.values()))), made


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.id for hit in hits]


@examples(200)
@given(histories, queries)
def test_the_set_is_what_stands(history: list[Any], query: list[str]) -> None:
    with both(history) as (known, indexes):
        wanted = known.ids(query)
        for index in indexes:
            typed = " ".join(query)
            every = index.search(typed, ALL, match="all")
            assert (set(ids(every)), every.total) == (wanted, len(wanted))
            if not wanted:
                continue
            found = index.search(typed, ALL, match="strict")
            assert sorted(ids(found)) == sorted(wanted)
            assert found.total == len(wanted)
            assert found.corrected is None
            assert sum(found.facet("day").values()) == len(wanted)
            assert not any(hit.loose for hit in found)


@examples(100)
@given(histories, queries, st.integers(1, 4))
def test_a_list_begins_with_the_set_and_goes_on_with_looser_hits(
    history: list[Any], query: list[str], size: int
) -> None:
    with both(history) as (_, indexes):
        for index in indexes:
            typed = " ".join(query)
            found, strict = index.search(typed, ALL), index.search(typed, ALL, match="strict")
            of_set, behind = [hit for hit in found if not hit.loose], [hit for hit in found if hit.loose]
            assert list(found) == [*of_set, *behind]
            assert ids(of_set) == ids(strict)
            assert found.total == strict.total == len(of_set)
            assert found.corrected == strict.corrected
            assert found.facet("day") == strict.facet("day")
            for some in (of_set, behind):
                scores = [hit.score for hit in some]
                assert scores == sorted(scores, reverse=True)
            assert len({hit.id for hit in found}) == len(found)
            assert {hit.id for hit in behind} <= {hit.id for hit in index.search(typed, ALL, match="any")}
            pages = [hit for at in range(0, len(found) + size, size) for hit in index.search(typed, size, at)]
            assert [(hit.rank, hit.id, hit.loose) for hit in pages] == [(hit.rank, hit.id, hit.loose) for hit in found]


@examples(60)
@given(histories, queries, st.integers(1, 3))
def test_sorts_and_filters_speak_of_the_set(history: list[Any], query: list[str], day: int) -> None:
    with both(history) as (known, indexes):
        wanted = known.ids(query)
        days = {document.id: document.fields["day"] for document in known.documents}
        that_day = f"2021-01-0{day}"
        for index in indexes if wanted else ():
            typed = " ".join(query)
            sorted_hits = index.search(typed, ALL, sort="-day")
            assert set(ids(sorted_hits)) == wanted
            assert [days[id] for id in ids(sorted_hits)] == sorted((days[id] for id in wanted), reverse=True)
            on_day = {id for id in wanted if days[id] == that_day}
            if on_day:
                kept = index.search(typed, ALL, match="strict", filter=f"day:{that_day}")
                assert (set(ids(kept)), kept.total) == (on_day, len(on_day))


@examples(60)
@given(histories, queries)
def test_marks_of_the_set_cover_what_stands_and_explanations_tell_it(history: list[Any], query: list[str]) -> None:
    with both(history) as (known, indexes):
        for index in indexes if known.ids(query) else ():
            for hit in index.search(" ".join(query), ALL, match="strict"):
                shown = [(hit.title, hit.title_marks), *((part.text, part.marks) for part in hit.snippet.fragments)]
                for text, spans in shown:
                    marked = {
                        place for start, end in spans for place in range(start, end) if text[place] not in " \n\u200b"
                    }
                    assert marked <= standing.places(text, query)
                assert any(spans for _, spans in shown)
                told = [part.what for part in hit.explain()]
                for chunk in query:
                    assert any(what.startswith(f'"{chunk}" stands') for what in told)


@examples(60)
@given(histories, queries)
def test_every_engine_and_every_history_finds_the_same(history: list[Any], query: list[str]) -> None:
    """Also where nothing has all of it: what was read, and what is nearly there, depend on the documents alone."""
    with both(history) as (_, indexes):
        for match in ("best", "strict", "all", "any"):
            one, other = (index.search(" ".join(query), ALL, match=match) for index in indexes)
            assert one.corrected == other.corrected
            assert one.total == other.total
            assert {hit.id: hit.loose for hit in one} == {hit.id: hit.loose for hit in other}
