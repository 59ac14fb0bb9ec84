"""What lives longer than one call shows in no answer: one open index, asked for different things in turn."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Container
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, native
from khsearch.columnar.search import fuzzy
from khsearch.columnar.search.cache import OVERHEAD, Cache
from khsearch.engine import FieldScale, Proximity, nodes
from khsearch.engine.weighting import idf
from khsearch.khmer.text.script import encode_term
from khsearch.query import MATCHES, Match
from khsearch.query.ranking import DEFAULT, Ranking
from khsearch.schema import LEAD, STREAMS
from tests.columnar.corpora import add, create, id_of
from tests.extent import examples
from tests.state import lexicons

NOTHING = FieldScale(weight=0)
WORDS_ONLY = Ranking(lead=NOTHING, bigrams=NOTHING, closeness=NOTHING, readings=0)
FAR = "ក្រុម " + "ផ្ទះ " * 8 + "ការងារ"
NEAR = "ក្រុម ផ្ទះ ការងារ " + "ផ្ទះ " * 8


def make(path: Path, *documents: Document, **fields: str) -> Index:
    index = Index.create(path, fields=fields)
    with index.writer() as writer:
        writer.add_all(documents)
    return index


def scores(index: Index, query: str, ranking: Ranking) -> dict[str, float]:
    return {hit.id: hit.score for hit in index.search(query, limit=1_000, ranking=ranking)}


def nearness_of(texts: list[list[bytes]], pair: tuple[bytes, bytes], slop: int, folder: Path) -> list[float]:
    """What each text gets for the nearness of a pair."""
    index = create(folder)
    with index.writer() as writer:
        add(writer, [(f"d{number}", text) for number, text in enumerate(texts)])
    wanted = Proximity("words", (pair,), slop, FieldScale(k1=1.2, b=0))
    found: list[float] = index.searcher().proximity(np.arange(len(texts), dtype=np.int32), wanted).tolist()
    return found


@pytest.mark.parametrize("slop", [1, 2, 5])
def test_nearness_counts_at_exactly_the_largest_distance(slop: int, tmp_path: Path) -> None:
    texts = [[b"a", *[b"c"] * (distance - 1), b"b"] for distance in range(1, 8)]
    found = nearness_of(texts, (b"a", b"b"), slop, tmp_path)
    assert [bonus > 0 for bonus in found] == [distance <= slop for distance in range(1, 8)]


@examples(60)
@given(
    texts=st.lists(st.lists(st.sampled_from([b"a", b"b", b"c"]), min_size=1, max_size=12), min_size=1, max_size=40),
    slop=st.integers(1, 6),
)
def test_nearness_is_that_of_a_scan(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[bytes]], slop: int
) -> None:
    found = nearness_of(texts, (b"a", b"b"), slop, tmp_path_factory.mktemp("near"))
    rarer = idf(len(texts), min(sum(word in text for text in texts) for word in (b"a", b"b")))
    for text, bonus in zip(texts, found, strict=True):
        tf = sum(word == b"a" and b"b" in text[at + 1 : at + slop + 1] for at, word in enumerate(text))
        assert bonus == pytest.approx(rarer * tf * 2.2 / (tf + 1.2), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("part", ["words", "lead", "bigrams", "closeness"])
def test_rankings_that_differ_in_b_alone_have_their_own_scores_in_turn(part: str, tmp_path: Path) -> None:
    texts = [(FAR, "ក្រុម " * n + NEAR, "ការងារ " * n)[n % 3] for n in range(1, 13)]
    held = make(tmp_path / "x", *(Document(str(n), "ក្រុម " * (n % 4 + 1), text) for n, text in enumerate(texts)))
    rankings = [replace(DEFAULT, **{part: replace(getattr(DEFAULT, part), b=b)}) for b in (0.1, 0.9)]
    alone = [scores(Index.open(held.path), "ក្រុម ការងារ", ranking) for ranking in rankings]
    assert alone[0] != alone[1]
    for ranking, expected in list(zip(rankings, alone, strict=True)) * 2:
        assert scores(held, "ក្រុម ការងារ", ranking) == expected


def test_words_nearly_so_with_different_beginnings_have_their_own_terms_in_turn(tmp_path: Path) -> None:
    held = [b"cart", b"card", b"cord", b"lard", b"ca", b"car"]
    index = create(tmp_path)
    with index.writer() as writer:
        add(writer, [(word.decode(), [word]) for word in held])
    reader = index.searcher()

    def near(prefix: int, distance: int) -> set[bytes]:
        return {word for word in held if word[:prefix] == b"card"[:prefix] and _edits(word, b"card") <= distance}

    for prefix, distance in [(0, 1), (1, 1), (3, 1), (0, 1), (2, 2), (1, 2), (4, 2), (0, 2)]:
        node = nodes.Fuzzy("words", b"card", distance, prefix)
        assert set(fuzzy.terms_within(reader.commit, node)) == near(prefix, distance)
        found = reader.matching(node).docs.tolist()
        assert {id_of(reader, doc).encode() for doc in found} == near(prefix, distance)


def _edits(one: bytes, other: bytes) -> int:
    if not one or not other:
        return len(one) + len(other)
    least = min(_edits(one[1:], other), _edits(one, other[1:])) + 1
    return min(least, _edits(one[1:], other[1:]) + (one[0] != other[0]))


@pytest.mark.parametrize("size", [7, 10, 32, 50])
@pytest.mark.parametrize("match", MATCHES)
def test_pages_join_to_the_long_page(match: Match, size: int, tmp_path: Path) -> None:
    """Pairs that stand near each other lie beyond the first documents that are looked at for them."""
    documents = [Document(str(n), text=FAR if n < 120 or n % 3 else NEAR) for n in range(200)]
    index = make(tmp_path / "x", *documents)
    whole = [(hit.rank, hit.id, hit.score) for hit in index.search("ក្រុម ការងារ", 200, match=match)]  # type: ignore[arg-type]
    pages = [
        (hit.rank, hit.id, hit.score)
        for at in range(0, 200, size)
        for hit in index.search("ក្រុម ការងារ", size, at, match=match)
    ]
    assert sorted(id for _, id, _ in pages) == sorted(document.id for document in documents)
    assert pages == whole


def test_all_of_a_long_title_counts_as_title_and_first_words(tmp_path: Path) -> None:
    lead = next(stream.most for stream in STREAMS if stream.name == LEAD) or 0
    filling = " ".join(["ផ្ទះ"] * (lead + 10))
    index = make(tmp_path / "x", Document("long", f"{filling} សាលារៀន", "ទឹក"), Document("other", "ទឹក", filling))
    for query in ("សាលារៀន", "title:សាលារៀន"):
        assert [hit.id for hit in index.search(query)] == ["long"]
    (hit,) = index.search("សាលារៀន")
    assert "lead" in {part.field for part in hit.explain()}


@pytest.mark.parametrize("match", MATCHES)
@pytest.mark.parametrize("filter", [None, "year:2021", "year:[2020 TO 2021]", 'kind:"a"', "-year:2021", "ទឹក"])
def test_the_total_of_a_filtered_search_is_the_length_of_all_its_pages(
    match: Match, filter: str | None, tmp_path: Path
) -> None:
    texts = ["ក្រុម ទឹក", "ការងារ", "ក្រុម ទឹក ការងារ", "ទឹក"]
    documents = [
        Document(str(n), text=texts[n % 4], fields={"year": 2019 + n % 3, "kind": "ab"[n % 2]} if n % 5 else {})
        for n in range(60)
    ]
    index = make(tmp_path / "x", *documents, year="number", kind="keyword")
    page = index.search("ក្រុម ការងារ", 7, match=match, filter=filter)
    pages = [
        hit.id
        for at in range(0, 70, 7)
        for hit in index.search("ក្រុម ការងារ", 7, at, match=match, filter=filter)
        if not hit.loose
    ]
    assert page.total == len(pages) == len(set(pages))
    assert 0 < len(pages) < len(documents)
    years = [document.fields["year"] for document in documents if document.id in pages and document.fields]
    assert page.facet("year") == {year: years.count(year) for year in years}


def test_an_index_held_open_breaks_queries_by_the_lexicon_of_another_s_rebuild(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each khsearch brings another lexicon, as an older and a newer one do."""
    monkeypatch.setattr("khsearch.khmer.words.by_lexicon.default_lexicon", lexicons.of_parts)
    text = f"លោក{lexicons.WHOLE}នៅភូមិ"
    held = make(tmp_path / "x", Document("1", text=text), Document("2", text="ទឹក"))
    assert len(held.analyzer.terms(lexicons.WHOLE).words) == len(lexicons.PARTS)
    assert scores(held, lexicons.PARTS[0], WORDS_ONLY).keys() == {"1"}
    code = (
        "import sys; from khsearch import Index; from khsearch.khmer.words import by_lexicon; "
        "from tests.state import lexicons; by_lexicon.default_lexicon = lexicons.of_wholes; Index.rebuild(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(held.path)], check=True, cwd=Path(__file__).parent.parent.parent)
    assert scores(held, lexicons.WHOLE, WORDS_ONLY).keys() == {"1"}
    assert scores(held, lexicons.PARTS[0], WORDS_ONLY) == {}
    assert held.analyzer.terms(text).words == Index.open(held.path).analyzer.terms(text).words
    (hit,) = held.search(lexicons.WHOLE)
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == [lexicons.WHOLE]


def test_an_index_held_open_follows_a_rebuild_before_its_first_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khsearch.khmer.words.by_lexicon.default_lexicon", lexicons.of_parts)
    held = make(tmp_path / "x")
    monkeypatch.setattr("khsearch.khmer.words.by_lexicon.default_lexicon", lexicons.of_wholes)
    assert Index.rebuild(held.path) == 0
    with held.writer() as writer:
        writer.add(Document("1", text=lexicons.WHOLE))
    assert held.analyzer.terms(lexicons.WHOLE).words == Index.open(held.path).analyzer.terms(lexicons.WHOLE).words
    for index in (held, Index.open(held.path)):
        assert scores(index, lexicons.WHOLE, WORDS_ONLY).keys() == {"1"}


def _bytes_held(entry: object, shared: Container[int]) -> int:
    """Bytes of the arrays that an entry of the cache holds, but for those that others hold too."""
    if isinstance(entry, np.ndarray):
        return 0 if id(entry) in shared else entry.nbytes
    if isinstance(entry, tuple | list):
        return sum(_bytes_held(item, shared) for item in entry)
    slots = chain.from_iterable(getattr(kind, "__slots__", ()) for kind in type(entry).__mro__)
    return sum(_bytes_held(getattr(entry, name), shared) for name in slots)


def test_the_cache_stays_in_its_budget_over_ten_thousand_terms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms of few documents and of many, by scores and by places; what is kept does not grow by being asked."""
    monkeypatch.setattr(native, "core", None)  # which keeps none of them
    terms = [encode_term(f"w{number:05}") for number in range(10_000)]
    texts = [terms[start :: 40 + start] for start in range(60)] + [terms[:2_000]] * 20
    index = create(tmp_path)
    with index.writer() as writer:
        add(writer, [(f"d{number}", text) for number, text in enumerate(texts)])
    reader = index.searcher()
    works = (
        lambda term: reader.search(nodes.AnyField(("words", "bigrams"), term), 3),
        lambda term: reader.search(nodes.And((nodes.Term("words", term), nodes.Term("bigrams", term))), 3),
        lambda term: reader.terms.positions("words", term),
    )
    kinds = set()
    for work in works:
        cache = reader.terms._cache = Cache(budget=500_000)
        for term in terms:
            work(term)
        every = {**cache._small.entries, **cache._large.entries}
        norms = {id(entry.value) for key, entry in every.items() if key[:2] == ("", "norms")}
        entries = [entry for key, entry in every.items() if len(key) == 2]
        kinds |= {type(entry).__name__ for entry in entries}
        assert len(entries) > 100
        assert sum(entry.size for entry in entries) <= 500_000
        assert all(_bytes_held(entry, norms) + OVERHEAD == entry.size for entry in entries)
    assert kinds == {"SparseImpacts", "DenseImpacts", "Positions", "_Best"}


def test_an_index_keeps_no_more_in_memory_than_it_was_told(tmp_path: Path) -> None:
    words = [f"{one}{two}" for one in "កខគឃងចឆ" for two in ("ារ", "ុំ", "ាន", "ិត", "េង")]
    texts = (f"{words[n % 35]} {words[n * 7 % 35]} {words[n * 3 % 35]}" for n in range(400))
    index = make(tmp_path / "x", *(Document(str(n), text=text * 5) for n, text in enumerate(texts)))
    expected = {word: scores(index, word, DEFAULT) for word in words}
    for cache_mb in (0, 0.02, 1):
        small = Index.open(index.path, cache_mb=cache_mb)
        for word in words * 2:
            assert scores(small, word, DEFAULT) == expected[word]
            cache = small.stats()["cache"]
            assert isinstance(cache, dict)
            assert cache["held"] <= cache["budget"] == int(cache_mb * 1_000_000)
