"""What was probably meant by a chunk or a text: only what stands in documents, over both engines."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index
from khsearch.khmer.spelling.variants import default_variants
from khsearch.khmer.text.script import encode_term
from khsearch.query.candidates import candidates
from khsearch.query.correcting import corrected, corrections, suggestion
from tests.indexes import ENGINES, new_index
from tests.strategies import texts

SENTENCES = [
    "ប្រជាជនកម្ពុជាមានសិទ្ធិទទួលបានព័ត៌មាន",
    "រដ្ឋាភិបាលកម្ពុជាប្រកាសផែនការអភិវឌ្ឍន៍សេដ្ឋកិច្ច",
    "ខ្ញុំមានឱកាសទៅលេងទីក្រុងភ្នំពេញ",
    "ជនពិការភាពមានសិទ្ធិធ្វើការងារ",
    "តុលាការសម្រេចឃុំខ្លួនជនសង្ស័យ",
    "គ្រូបង្រៀនបង្ហាញសៀវភៅថ្មី covid",
]


@pytest.fixture(scope="module", params=ENGINES)
def index(request, tmp_path_factory) -> Index:
    found = new_index(request, request.param, tmp_path_factory.mktemp("corrections"))
    source = random.Random(7)
    with found.writer() as writer:
        for number in range(300):
            writer.add(Document(str(number), "អង្គការ" * (number % 50 == 0), "។ ".join(source.sample(SENTENCES, 3))))
        writer.add(Document("gone", text="ពិកាភាព"))
    with found.writer() as writer:
        writer.delete("gone")
    return found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("កម្ពុជ", "កម្ពុជា"),
        ("បង្ហញ", "បង្ហាញ"),
        ("តុលការ", "តុលាការ"),
        ("ពិកាភាព", "ពិការភាព"),  # a pair of words; a deleted document has it as typed
        ("ពិការភព", "ពិការភាព"),
        ("អង្គកា", "អង្គការ"),  # in titles only
        ("coivd", "covid"),
        ("ភ្នំពេញ កម្ពុជ!", "ភ្នំពេញ កម្ពុជា!"),
        ("តុលការ កម្ពុជ", "តុលាការ កម្ពុជា"),
    ],
)
def test_what_was_meant(index, typed, meant):
    assert corrections(index._view(), index.analyzer.typed(typed), 3)[0] == meant


def test_other_words_stay_as_they_were_typed(index):
    text = "  ភ្នំ\u200bពេញ, កម្ពុជ! "
    assert corrections(index._view(), index.analyzer.typed(text), 1) == ["  ភ្នំ\u200bពេញ, កម្ពុជា! "]


def test_the_usual_spelling_goes_before_another(index):
    assert suggestion(index._view(), index.analyzer.typed("ពត៌មាន"), default_variants()) == "ព័ត៌មាន"
    assert suggestion(index._view(), index.analyzer.typed("ព័ត៌មាន"), default_variants()) is None


@given(text=texts, limit=st.integers(0, 5))
def test_any_text(index, text, limit):
    typed = index.analyzer.typed(text)
    found = corrections(index._view(), typed, limit, default_variants())
    assert len(found) == len(set(found)) <= limit
    assert typed.normal.codes not in [index.analyzer.typed(one).normal.codes for one in found]
    assert all(one.df for one in corrected(index._view(), typed, limit))


def test_slips_are_corrected_in_every_script():
    index = Index.memory()
    with index.writer() as writer:
        for number in range(20):
            writer.add(Document(str(number), text="Москва столица le café noir 部署方案 Straße"))
    for typed, meant in (("мосвка", "москва"), ("столитца", "столица"), ("Москва столицаа", "Москва столица")):
        assert index.search(typed).suggestion == meant
        assert index.corrections(typed) == [meant]


@pytest.mark.parametrize("create", [Index.create, lambda _: Index.memory()], ids=["folder", "memory"])
def test_words_of_deleted_documents_are_not_meant(tmp_path, create):
    index = create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(Document("1", text="\u1796\u17b7\u1780\u17b6\u179a\u1797\u17b6\u1796 international"))
        writer.add(Document("2", text="cat"))
        writer.add(Document("1", text="cat"))
    for typed in ("internationol", "\u1796\u17b7\u1780\u17b6\u179a\u1797\u17b6\u1794"):
        assert index.corrections(typed) == []
        assert index.search(typed).suggestion is None


@pytest.mark.parametrize("typed", ["កម្ពុជ", "ពិការភព", "អង្គកា", "coivd"])
def test_a_corrected_chunk_stands(index, typed):
    found = corrected(index._view(), index.analyzer.typed(typed), 3)
    assert found
    for one in found:
        assert index.search(f'"{one.spelling}"').total == one.df > 0
        assert list(one.atoms) == index.analyzer.terms(one.spelling).words
        assert one.excess > 0


@pytest.mark.parametrize("text", [*SENTENCES, "", "2021", "?", "ខ្ញុំ 15 covid", "កម្ពុជា", "ពិការភាព", "ឋឋឋឋឋឋឋឋ"])
def test_what_stands_stays(index, text):
    assert corrections(index._view(), index.analyzer.typed(text), 3, default_variants()) == []


def test_candidates_are_found_once(index):
    assert candidates(index._view()) is candidates(index._view())


def test_no_limit_no_corrections(index):
    assert corrections(index._view(), index.analyzer.typed("កម្ពុជ"), 0) == []
    assert len(corrections(index._view(), index.analyzer.typed("ការ" * 200), 3)) == 0


def test_what_is_meant_does_not_depend_on_the_parts_of_an_index(tmp_path):
    source = random.Random(3)
    texts = ["។ ".join(source.sample(SENTENCES, 2)) for _ in range(400)]
    texts[200:] = [text.replace("សិទ្ធិ", "សេរីភាព") for text in texts[200:]]
    whole, parts = Index.create(tmp_path / "whole"), Index.create(tmp_path / "parts")
    with whole.writer() as writer:
        writer.add_all(Document(str(number), text=text) for number, text in enumerate(texts))
    for start, end in ((0, 250), (250, 330), (330, 390), (390, 396), (396, 399), (399, 400)):
        with parts.writer() as writer:
            writer.add_all(Document(str(number), text=texts[number]) for number in range(start, end))
        candidates(parts._view())  # kept for the next commit, as far as it has the same parts
    assert parts.stats()["segments"] > 3
    one, many = candidates(whole._view()), candidates(parts._view())
    for word in ("សិទ្ទិ", "សេរីភាប", "កម្ពុចា", "ពិការភាប", "covit", "សេដ្ឋកិច", "ស្រី"):
        found = [of.of(encode_term(word), whole._view()) for of in (one, many)]
        told = [[(near.spelling, near.excess) for near in some] for some in found]
        scores = [[near.score for near in some] for some in found]
        assert told[0] == told[1]
        assert scores[0] == pytest.approx(scores[1])


def test_what_is_deleted_is_not_meant(tmp_path):
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        for text, count in (("សាលារៀន", 20), ("ស្តាយ", 3), ("ស្តាំ", 5)):
            writer.add_all(Document(f"{text}{number}", text=text) for number in range(count))
    with index.writer() as writer:
        for number in (2, 3, 4):
            writer.delete(f"ស្តាំ{number}")
    assert index._view().deleted == 3
    told = []
    for _ in range(2):
        results = index.search("ស្ដា")
        told.append((results.corrected, results.total, index.corrections("ស្ដា")))
        index.optimize()
    assert told[0] == told[1]
    assert told[0][:2] == ("ស្តាយ", 3)
