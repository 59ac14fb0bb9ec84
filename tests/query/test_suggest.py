"""Terms that hold a word or begin so, against all terms looked through; completions of a small index."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index
from khsearch.arrays.spans import pack
from khsearch.khmer.terms.typed import letters_of
from khsearch.khmer.text.script import decode_term, encode_term
from khsearch.query.near_terms import TermTable, term_table
from khsearch.query.suggest import complete
from tests.strategies import texts

LETTERS = ["ក", "គ", "ត", "ដ", "ន", "ណ", "រ", "អ", "ក\u17d2រ", "គ\u17d2រ", "ត\u17d2រ", "ន\u17d2ត"]
MARKS = ["", "", "\u17b6", "\u17b7", "\u17b8", "\u17bb", "\u17c1", "\u17c2", "\u17cb", "\u17b6\u17c6", "\u17ca\u17b7"]
clusters = st.builds("".join, st.tuples(st.sampled_from(LETTERS), st.sampled_from(MARKS)))
OTHER_LETTERS = "abco\u00e9\u0100\u0101\u0436\u4000\u4081\u4082\u90e8"  # in code form some look like the end of a term
latin = st.text(OTHER_LETTERS, min_size=1, max_size=6) | st.text("abco", min_size=1, max_size=6)
terms = (st.lists(clusters, min_size=1, max_size=6).map("".join) | latin).map(encode_term)


def table(vocabulary: dict[bytes, int], documents: int) -> TermTable:
    """The table of two fields that share a term."""
    names = sorted(vocabulary)
    halves = [names[: len(names) // 2 + 1], names[len(names) // 2 :]]
    shared = set(halves[0]) & set(halves[1])
    sources = [
        (*pack(half), np.array([vocabulary[name] - (name in shared and number) for name in half], np.uint32))
        for number, half in enumerate(halves)
    ]
    for name in shared:  # the first has all of its documents but one, the second that one
        at = halves[0].index(name)
        sources[0][2][at] = vocabulary[name] - 1
        sources[1][2][halves[1].index(name)] = 1
    return TermTable(sources, documents)


@given(vocabulary=st.dictionaries(terms, st.integers(1, 9), max_size=60), prefix=terms, limit=st.integers(1, 9))
def test_popular_are_those_of_a_scan(vocabulary, prefix, limit):
    going_on = sorted(term for term in vocabulary if term.startswith(prefix) and term != prefix)
    expected = sorted(going_on, key=lambda term: -vocabulary[term])[:limit]
    found = table(vocabulary, 100).popular(prefix, limit)
    assert [vocabulary[near.term] for near in found] == [vocabulary[term] for term in expected]
    assert {near.term for near in found} <= set(going_on)


@given(vocabulary=st.dictionaries(terms, st.integers(1, 9), max_size=60), word=terms, limit=st.integers(1, 9))
def test_holding_are_those_of_a_scan(vocabulary, word, limit):
    def holds(units: list[bytes], part: list[bytes]) -> bool:
        return any(units[at : at + len(part)] == part for at in range(len(units)))

    part = letters_of(word)
    khmer = len(part) > 1 and word[0] >= 0x80
    longer = {term for term in vocabulary if term != word and khmer and holds(letters_of(term), part)}
    found = table(vocabulary, 100).holding(word, limit)
    expected = sorted(longer, key=lambda term: (-vocabulary[term], term))[:limit]
    assert [(near.term, near.df) for near in found] == [(term, vocabulary[term]) for term in expected]


def test_terms_of_other_kinds_are_left_out():
    kept = [encode_term("ការ"), b"covid", encode_term("caf\u00e9"), encode_term("\u0436")]
    odd = [
        b"2021",
        b"a1",
        encode_term("\u00e91"),
        encode_term("\u00e9-"),
        encode_term("\u00e9\u17b6"),
        encode_term("\u17b6"),
        encode_term("ក" + 9 * "\u17b6"),
    ]
    found = table(dict.fromkeys([*kept, *odd], 1), 10)
    assert found.terms == sorted(kept)
    assert TermTable([], 0).holding(encode_term("ការងារ"), 3) == []


SENTENCES = [
    "ប្រជាជនកម្ពុជាមានសិទ្ធិទទួលបានព័ត៌មាន",
    "រដ្ឋាភិបាលកម្ពុជាប្រកាសផែនការអភិវឌ្ឍន៍សេដ្ឋកិច្ច",
    "ខ្ញុំមានឱកាសទៅលេងទីក្រុងភ្នំពេញ",
    "ជនពិការមានសិទ្ធិធ្វើការងារ",
    "តុលាការសម្រេចឃុំខ្លួនជនសង្ស័យ",
    "គ្រូបង្រៀនបង្ហាញសៀវភៅថ្មី covid",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Index:
    found = Index.create(tmp_path_factory.mktemp("suggest") / "index")
    source = random.Random(7)
    with found.writer() as writer:
        for number in range(300):
            writer.add(Document(id=str(number), title="", text="។ ".join(source.sample(SENTENCES, 3))))
    return found


@pytest.fixture(scope="module")
def reader(index):
    return index._view()


@pytest.mark.parametrize(
    ("typed", "one"),
    [
        ("ពិកា", "ពិការ"),
        ("កម្ព", "កម្ពុជា"),
        ("កម\u17d2", "កម្ពុជា"),
        ("ជនពិ", "ជនពិការ"),
        ("ខ្ញុំ ស", "ខ្ញុំ សិទ្ធិ"),
        ("co", "covid"),
        ("CO", "covid"),
    ],
)
def test_completion(index, reader, typed, one):
    assert one in complete(reader, index.analyzer, typed)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory) -> Index:
    found = Index.create(tmp_path_factory.mktemp("scripts") / "index")
    with found.writer() as writer:
        for number in range(20):
            writer.add(Document(str(number), "", "Москва столица le café noir 部署方案 ภาษาไทย ພາສາລາວ Straße"))
    return found


@pytest.mark.parametrize(
    ("typed", "one"),
    [
        ("моск", "москва"),
        ("МОСК", "москва"),
        ("le caf", "le café"),
        ("стол", "столица"),
        ("Москва сто", "Москва столица"),
        ("部", "部署"),
        ("ภาษ", "ภาษา"),
        ("ພາ", "ພາສາ"),
        ("ការ моск", "ការ москва"),
    ],
)
def test_completion_in_every_script(scripts, typed, one):
    assert one in scripts.complete(typed)


@pytest.mark.parametrize("typed", [*'*?\n1។"\u200b\u17d2', "", " ", "ការ ", "12", "១២", "xyz", "?!", "a1"])
def test_nothing_to_complete(index, reader, typed):
    assert complete(reader, index.analyzer, typed) == []


def test_completions_are_those_of_a_scan(index, reader):
    table = term_table(reader)
    dfs = dict(zip(table.terms, table.dfs.tolist(), strict=True))
    for start in {decode_term(term)[:1] for term in table.terms}:
        scan = sorted(
            (term for term in table.terms if term.startswith(encode_term(start)) and term != encode_term(start)),
            key=lambda term: -dfs[term],
        )
        found = complete(reader, index.analyzer, start, 5)
        assert [dfs[encode_term(text)] for text in found] == [dfs[term] for term in scan[:5]]


@given(text=texts, limit=st.integers(0, 5))
def test_any_text(index, reader, text, limit):
    found = complete(reader, index.analyzer, text, limit)
    assert len(found) == len(set(found)) <= limit


def test_a_commit_has_its_own_table(tmp_path):
    index = Index.create(tmp_path / "index")
    first = index._view()
    assert term_table(first) is term_table(first)
    assert complete(first, index.analyzer, "កម្ព") == []
    with index.writer() as writer:
        writer.add(Document(id="1", title="កម្ពុជា", text="កម្ពុជា"))
    assert complete(index._view(), index.analyzer, "កម្ព") == ["កម្ពុជា"]


@pytest.mark.parametrize("create", [Index.create, lambda _: Index.memory()], ids=["folder", "memory"])
def test_words_of_deleted_documents_are_not_completed(tmp_path, create):
    index = create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(Document("1", text="\u1796\u17b7\u1780\u17b6\u179a\u1797\u17b6\u1796 international"))
        writer.add(Document("2", text="cat"))
        writer.add(Document("1", text="cat"))
    for typed, word in (("\u1796\u17b7\u1780\u17b6", None), ("intern", None), ("ca", "cat")):
        assert index.complete(typed) == ([word] if word else [])
