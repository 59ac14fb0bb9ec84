"""Near terms against all terms measured one by one; corrections, suggestions and completions of a small index."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index
from khsearch.arrays.spans import pack
from khsearch.khmer.spelling import edits
from khsearch.khmer.spelling.variants import default_variants
from khsearch.khmer.text.script import decode_term, encode_term
from khsearch.query.near_terms import TermTable, term_table
from khsearch.query.suggest import corrections, suggestion
from tests.strategies import texts

LETTERS = ["ក", "គ", "ត", "ដ", "ន", "ណ", "រ", "អ", "ក\u17d2រ", "គ\u17d2រ", "ត\u17d2រ", "ន\u17d2ត"]
MARKS = ["", "", "\u17b6", "\u17b7", "\u17b8", "\u17bb", "\u17c1", "\u17c2", "\u17cb", "\u17b6\u17c6", "\u17ca\u17b7"]
clusters = st.builds("".join, st.tuples(st.sampled_from(LETTERS), st.sampled_from(MARKS)))
OTHER_LETTERS = "abco\u00e9\u0100\u0101\u0436\u4000\u4081\u4082\u90e8"  # in code form some look like the end of a term
latin = st.text(OTHER_LETTERS, min_size=1, max_size=6) | st.text("abco", min_size=1, max_size=6)
terms = (st.lists(clusters, min_size=1, max_size=6).map("".join) | latin).map(encode_term)

SOUNDS = {"គ": "ក", "ដ": "ត", "ណ": "ន"}
LIKE = ({"\u17b7", "\u17b8"}, {"\u17c1", "\u17c2"})


def sound(text: str) -> str:
    return "".join(SOUNDS.get(char, char) for char in text)


def part_costs(one: str, other: str, alike: bool, gone: float, cost: float, like: float) -> float:
    if one == other:
        return 0.0
    return like if alike else cost if one and other else gone


def change(one: bytes, other: bytes) -> float:
    """The costs of `edits`, told once more, for one pair."""
    a, b = edits.parts(one), edits.parts(other)
    base, below, vowel = [
        (decode_term(x), decode_term(y))
        for x, y in ((a.base, b.base), (a.subscripts, b.subscripts), (a.vowels, b.vowels))
    ]
    cost = part_costs(*base, alike=sound(base[0]) == sound(base[1]), gone=1.0, cost=1.0, like=0.4)
    cost += part_costs(*below, alike=sound(below[0]) == sound(below[1]), gone=0.6, cost=0.8, like=0.4)
    cost += part_costs(*vowel, alike=set(vowel) in LIKE, gone=0.45, cost=0.7, like=0.35)
    return min(1.0, cost + 0.3 * (a.shifter != b.shifter) + 0.4 * (a.signs != b.signs))


def distance(one: bytes, other: bytes) -> float:
    """Optimal string alignment over clusters, by the book."""
    a, b = edits.units(one), edits.units(other)
    cost = {(-1, -1): 0.0}
    for i in range(len(a)):
        cost[i, -1] = cost[i - 1, -1] + edits.drop(a[i])
    for j in range(len(b)):
        cost[-1, j] = cost[-1, j - 1] + edits.drop(b[j])
    for i in range(len(a)):
        for j in range(len(b)):
            ways = [
                cost[i - 1, j - 1] + change(a[i], b[j]),
                cost[i - 1, j] + edits.drop(a[i]),
                cost[i, j - 1] + edits.drop(b[j]),
            ]
            if i and j and a[i] == b[j - 1] and a[i - 1] == b[j]:
                ways.append(cost[i - 2, j - 2] + edits.SWAP)
            cost[i, j] = min(ways)
    return cost[len(a) - 1, len(b) - 1]


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


@given(vocabulary=st.dictionaries(terms, st.integers(1, 1000), min_size=1, max_size=20), word=terms)
def test_nearest_are_all_that_are_near(vocabulary, word):
    far = {term: distance(word, term) for term in vocabulary if term != word}
    farthest = edits.farthest(edits.units(word))
    expected = {term for term, cost in far.items() if farthest and cost <= farthest + 1e-4}
    found = table(vocabulary, 1000).nearest(word, 20)
    assert {near.term for near in found} == expected
    for near in found:
        assert near.distance == pytest.approx(far[near.term], abs=1e-4)
        assert near.df == vocabulary[near.term]
    likelihoods = [near.likelihood for near in found]
    assert likelihoods == sorted(likelihoods, reverse=True)


@given(vocabulary=st.dictionaries(terms, st.integers(1, 1000), max_size=40), word=terms, at_least=st.integers(0, 900))
def test_alike_are_all_near_terms_of_one_skeleton(vocabulary, word, at_least):
    skeleton = next(edits.skeletons(edits.units(word)))
    expected = {
        term
        for term in vocabulary
        if term != word
        and vocabulary[term] >= at_least
        and next(edits.skeletons(edits.units(term))) == skeleton
        and distance(word, term) <= edits.farthest(edits.units(word)) + 1e-4
    }
    assert {near.term for near in table(vocabulary, 1000).alike(word, at_least)} == expected


@given(vocabulary=st.dictionaries(terms, st.integers(1, 9), max_size=60), word=terms, limit=st.integers(1, 9))
def test_holding_are_those_of_a_scan(vocabulary, word, limit):
    def holds(units: list[bytes], part: list[bytes]) -> bool:
        return any(units[at : at + len(part)] == part for at in range(len(units)))

    part = edits.units(word)
    khmer = len(part) > 1 and word[0] >= 0x80
    longer = {term for term in vocabulary if term != word and khmer and holds(edits.units(term), part)}
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
    assert found.nearest(b"2022") == found.nearest(b"") == []
    assert TermTable([], 0).nearest(encode_term("ការងារ")) == []


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
    ("typed", "meant"),
    [
        ("កម្ពុជ", "កម្ពុជា"),
        ("បង្ហញ", "បង្ហាញ"),
        ("សិទ្ធី", "សិទ្ធិ"),
        ("តុលការ", "តុលាការ"),  # breaks into two words
        ("coivd", "covid"),
        ("ប្រជាជនកម្ពជា", "ប្រជាជនកម្ពុជា"),
    ],
)
def test_a_slip_is_corrected(index, reader, typed, meant):
    wanted = set(index.analyzer.terms(meant).words) - set(index.analyzer.terms(typed).words)
    assert wanted <= {item.near.term for item in corrections(reader, index.analyzer.terms(typed).words)}
    assert suggestion(reader, index.analyzer.typed(typed)) == meant


@pytest.mark.parametrize("text", [*SENTENCES, "", "2021", "?", "ខ្ញុំ 15 covid"])
def test_what_the_index_knows_stays(index, reader, text):
    assert corrections(reader, index.analyzer.terms(text).words) == []
    assert suggestion(reader, index.analyzer.typed(text), default_variants()) is None


def test_other_words_stay_as_they_were_typed(index, reader):
    assert suggestion(reader, index.analyzer.typed("  ភ្នំ\u200bពេញ, កម្ពុជ! ")) == "  ភ្នំ\u200bពេញ, កម្ពុជា! "


def test_settled_words_are_not_corrected(index, reader):
    words = index.analyzer.terms("កម្ពុជ").words
    assert corrections(reader, words, range(len(words))) == []


def test_another_spelling_goes_before_a_near_word(index, reader):
    assert suggestion(reader, index.analyzer.typed("ពត៌មាន"), default_variants()) == "ព័ត៌មាន"


@pytest.fixture(scope="module")
def scripts(tmp_path_factory) -> Index:
    found = Index.create(tmp_path_factory.mktemp("scripts") / "index")
    with found.writer() as writer:
        for number in range(20):
            writer.add(Document(str(number), "", "Москва столица le café noir 部署方案 ภาษาไทย ພາສາລາວ Straße"))
    return found


@pytest.mark.parametrize(
    ("typed", "meant"), [("мосвка", "москва"), ("столитца", "столица"), ("Москва столицаа", "Москва столица")]
)
def test_slips_are_corrected_in_every_script(scripts, typed, meant):
    assert scripts.search(typed).suggestion == meant


@given(text=texts)
def test_any_text(index, reader, text):
    words = index.analyzer.terms(text).words
    for item in corrections(reader, words):
        assert 0 <= item.first < item.end <= len(words)
        assert 0 < item.weight < 1
    meant = suggestion(reader, index.analyzer.typed(text), default_variants())
    assert meant is None or meant != text


def test_a_commit_has_its_own_table(tmp_path):
    index = Index.create(tmp_path / "index")
    first = index._view()
    assert term_table(first) is term_table(first)
    with index.writer() as writer:
        writer.add(Document(id="1", title="កម្ពុជា", text="កម្ពុជា"))
    assert term_table(index._view()).terms == [encode_term("កម្ពុជា")]


@pytest.mark.parametrize("create", [Index.create, lambda _: Index.memory()], ids=["folder", "memory"])
def test_words_of_deleted_documents_are_not_meant(tmp_path, create):
    index = create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(Document("1", text="\u1796\u17b7\u1780\u17b6\u179a\u1797\u17b6\u1796 international"))
        writer.add(Document("2", text="cat"))
        writer.add(Document("1", text="cat"))
    for typed in ("internationol", "\u1796\u17b7\u1780\u17b6\u179a\u1797\u17b6\u1794"):
        assert index.search(typed).suggestion is None
