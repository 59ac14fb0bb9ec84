"""Completion: how what is being typed may go on. Every proposal stands in a document, held against a look at all."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index
from khsearch.documents import read_path
from khsearch.khmer import normalize, script
from tests.columnar import corpora
from tests.extent import examples
from tests.strategies import texts

SAMPLES = Path(__file__).parents[2] / "sample_docs"
KINDS = [Index.create, lambda _: Index.memory()]
UNIT = re.compile(script.CLUSTER_PATTERN + rb"|[0-9\x03]+|[a-z\x01]+|[^ \n\x02]")


def form(text: str) -> bytes:
    """Clusters, words, numbers and signs of a text, one after the other, with a border before and behind each."""
    return b"|" + b"".join(unit + b"|" for unit in UNIT.findall(normalize(text).codes))


def standing(text: str, documents: list[Document]) -> int:
    """How many documents have the last chunk of a text, cluster after cluster, in the title or the text."""
    wanted = form(text.rsplit(maxsplit=1)[-1])
    return sum(wanted in form(document.title) or wanted in form(document.text) for document in documents)


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
def test_a_word_is_finished(index, typed, one):
    assert one in index.complete(typed)


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
def test_nothing_to_complete(index, typed):
    assert index.complete(typed) == []


@pytest.fixture(scope="module")
def scripts(tmp_path_factory) -> Index:
    found = Index.create(tmp_path_factory.mktemp("scripts") / "index")
    with found.writer() as writer:
        for number in range(20):
            writer.add(Document(str(number), "", "Москва столица le café noir 部署方案 ภาษาไทย ພາສາລາວ Straße"))
    return found


def rows(index: Index, text: str) -> bytes:
    """The words of a text, with a border before and behind each."""
    return b"\0" + b"".join(word + b"\0" for word in index.analyzer.terms(text).words)


def side_by_side(index: Index, text: str, broken: list[list[bytes]]) -> int:
    """How many documents have the words of a text side by side, in the title or the text."""
    return sum(any(rows(index, text) in part for part in parts) for parts in broken)


@pytest.mark.parametrize("create", KINDS, ids=["folder", "memory"])
def test_whole_words_and_what_goes_on_from_them(tmp_path, create):
    index = create(tmp_path / "x")
    texts = [
        *("ជំងឺគ្រុនឈាម", "មានជំងឺគ្រុនឈាមនៅភូមិ", "ជំងឺគ្រុនឈាម និងទឹក"),
        *("ជំងឺបេះដូង", "ជំងឺនិងទឹក", "ជនពិការ", "ជនមានពិការភាព", "ពិការភាពនៃកុមារ"),
        *("ក្រុមការងារ", "ក្រុមហ៊ុន", "ក្រុមហ៊ុនមានទឹក"),
    ]
    with index.writer() as writer:
        writer.add_all(Document(str(number), "", text) for number, text in enumerate(texts))
    assert index.complete("ជំងឺ") == ["ជំងឺគ្រុនឈាម", "ជំងឺបេះដូង"]  # and no disease *and*
    assert index.complete("ពិកា") == ["ពិការ", "ពិការភាព"]
    assert index.complete("ក្រុម") == ["ក្រុមហ៊ុន", "ក្រុមការងារ"]


@pytest.mark.parametrize("create", KINDS, ids=["folder", "memory"])
def test_a_completion_ends_where_a_word_of_people_does(tmp_path, create):
    index = create(tmp_path / "x")
    with index.writer() as writer:
        behind = ["ធ្វើការ", "។", " ទៅផ្ទះ", "មានឡាន", "ក្នុងភូមិ"]
        writer.add_all(Document(str(number), "", f"ជនពិការភាព{word}") for number, word in enumerate(behind))
        writer.add_all(Document(f"{number}b", "", "ផែនការលើកទឹកចិត្តកសិករ។ ទឹកត្រី") for number in range(5))
    assert index.complete("ពិកា")[0] == "ពិការភាព"
    assert index.complete("លើ")[0] == "លើកទឹកចិត្ត"
    with index.writer() as writer:
        writer.add(Document("free", "", "ពិការ"))
    assert index.complete("ពិកា")[:2] == ["ពិការ", "ពិការភាព"]


@pytest.mark.parametrize("create", KINDS, ids=["folder", "memory"])
def test_a_title_is_a_source_and_the_chunks_before_count(tmp_path, create):
    index = create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(Document("1", "សាលារៀន", "ទឹក"))
        writer.add_all(Document(str(number), "", "សាលាដំបូង") for number in range(2, 5))
    assert index.complete("សា") == ["សាលាដំបូង", "សាលារៀន"]  # no document has the first word by itself
    assert index.complete("សាលារ") == ["សាលារៀន"]
    assert index.complete("ទឹក សា") == ["ទឹក សាលារៀន", "ទឹក សាលាដំបូង"]
    assert index.complete("xyz សា") == ["xyz សាលាដំបូង", "xyz សាលារៀន"]


def test_a_sign_between_words_is_none_of_what_follows(tmp_path):
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        writer.add(
            Document(
                "1",
                "",
                "ទឹក។សាលា ទឹក(ឆ្មា) ទឹក ទ្រី",
            )
        )
    assert index.complete("ទឹ") == ["ទឹក", "ទឹកទ្រី"]


def test_a_commit_has_its_own_completions(tmp_path):
    index = Index.create(tmp_path / "index")
    assert index.complete("កម្ព") == []
    with index.writer() as writer:
        writer.add(Document(id="1", title="កម្ពុជា", text=""))
    assert index.complete("កម្ព") == ["កម្ពុជា"]


@pytest.mark.parametrize("create", KINDS, ids=["folder", "memory"])
def test_what_only_deleted_documents_have_is_not_proposed(tmp_path, create):
    index = create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(Document("1", text="ពិការភាព international"))
        writer.add(Document("2", text="cat"))
        writer.add(Document("1", text="cat"))
    assert [index.complete(typed) for typed in ("ពិកា", "ពិការ", "intern", "ca")] == [[], [], [], ["cat"]]


@pytest.fixture(scope="module", params=KINDS, ids=["folder", "memory"])
def samples(request, tmp_path_factory) -> tuple[Index, list[Document]]:
    """The sample documents in several segments, a third of them deleted; and those that are left."""
    documents = [document for path in sorted(SAMPLES.glob("0*.txt")) for document in read_path(path)]
    create: Callable[[Path], Index] = request.param
    index = create(tmp_path_factory.mktemp("samples") / "x")
    with corpora.tables():
        for start in range(0, len(documents), 10):
            with index.writer() as writer:
                writer.add_all(documents[start : start + 10])
                for document in documents[start : start + 10 : 3]:
                    writer.delete(document.id)
    left = list(index.export())
    assert 0 < len(left) < len(documents)
    return index, left


def test_every_completion_stands_in_a_document(samples):
    index, documents = samples
    source = random.Random(3)
    words = sorted({word for document in documents for word in index.analyzer.typed(document.text).terms.words})
    broken = [[rows(index, part) for part in (document.title, document.text)] for document in documents]
    proposed = 0
    for _ in range(200):
        chosen = source.choice([source.choice(words), b"".join(source.choices(words, k=2))])
        typed = script.decode_term(chosen)
        typed = typed[: source.randint(1, len(typed))]
        if source.random() < 0.4:  # a stretch of a text
            text = source.choice(documents).text
            at = source.randrange(len(text))
            typed = text[at : at + source.randint(1, 24)]
        found = index.complete(typed)
        proposed += len(found)
        assert [text for text in found if not standing(text, documents)] == [], typed
        if not typed.strip().count(" "):
            counts = [side_by_side(index, text, broken) for text in found]
            assert counts == sorted(counts, reverse=True), typed
    assert proposed > 200


@examples(40)
@given(typed=texts, limit=st.integers(0, 5))
def test_any_text(index, typed, limit):
    found = index.complete(typed, limit)
    assert len(found) == len(set(found)) <= limit
    assert typed not in found
