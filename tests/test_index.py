from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

import khsearch
from khsearch import (
    Document,
    DocumentError,
    Index,
    IndexDamagedError,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    KhsearchError,
)
from khsearch.khmer.text import script
from khsearch.khmer.text.clusters import classes, clusters
from khsearch.khmer.text.normalize import normalize
from tests.extent import examples
from tests.strategies import texts

ROOT = Path(__file__).parent.parent
SAMPLES = sorted((ROOT / "sample_docs").glob("*.txt"))


def document(name: str, text: str, title: str = "") -> Document:
    return Document(id=name, title=title, text=text)


def make(path: Path, *documents: Document, breaker: str | None = None) -> Index:
    index = Index.create(path, breaker=breaker)
    with index.writer() as writer:
        writer.add_all(documents)
    return index


def ids(index: Index, query: str, **options: object) -> list[str]:
    return [hit.id for hit in index.search(query, **options)]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Index:
    documents = []
    for path in SAMPLES:
        text = path.read_text("utf-8")
        documents.append(Document(path.name, text.partition("\n")[0], text, {"size": len(text)}))
    return make(tmp_path_factory.mktemp("samples") / "samples.idx", *documents)


def test_the_contract(tmp_path: Path) -> None:
    added = Document(
        id="1",
        title="កិច្ចប្រជុំលើកទី២",
        text="ជនមានពិការភាពចូលរួមកិច្ចប្រជុំ។",
        fields={
            "date": date(2021, 5, 11),
            "at": datetime(2021, 5, 11, 8, 30, tzinfo=UTC),
            "tags": ["ពិការភាព", "NGO"],
            "size": 3,
            "share": 0.5,
            "open": True,
        },
    )
    with Index.create(tmp_path / "news.idx").writer() as writer:
        writer.add(added)
        writer.add(document("7", "ម្ហូបខ្មែរ"))
        assert writer.delete("7")
        assert not writer.delete("8")
    index = Index.open(tmp_path / "news.idx")
    results = index.search("ពិការភាព", limit=10, offset=0, match="any")
    assert results.total == len(results) == 1
    assert results.seconds >= 0
    for hit in results:
        assert hit.document == added
        assert (hit.rank, hit.id, hit.title) == (1, "1", added.title)
        assert hit.score > 0
        assert [hit.snippet.text[a:b] for a, b in hit.snippet.marks] == ["ពិការភាព"]
        assert added.text[hit.snippet.fragments[0].start :].startswith(hit.snippet.fragments[0].text)
        assert "<mark>ពិការភាព</mark>" in hit.snippet.html()
    assert index.get("1") == added
    assert index.get("7") is None
    assert index.doc_count == 1


@pytest.mark.parametrize("breaker", ["lattice", "icu", "crf"])
def test_every_breaker_finds(tmp_path: Path, breaker: str) -> None:
    index = make(tmp_path / "x", document("1", "ជនមានពិការភាព"), document("2", "ម្ហូបខ្មែរ"), breaker=breaker)
    assert ids(index, "ពិការភាព") == ["1"]
    assert Index.open(tmp_path / "x").analyzer.breaker.name == breaker


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("\u179f\u17d2\u179a\u17d2\u178f\u17b8", "\u179f\u17d2\u178f\u17d2\u179a\u17b8"),
        ("ពិការភាព", "ពិ\u200bការ\u200bភាព"),
        ("ឆ្នាំ២០២១", "ឆ្នាំ2021"),
        ("UNICEF", "unicef"),
        ("បណ្ដាល", "បណ្តាល"),
        ("អោយ", "ឱ្យ"),
        ("ឲ្យ", "អោយ"),
        ("១៥០.០០០", "150,000"),
    ],
)
def test_two_ways_of_typing_find_the_same_with_the_same_scores(tmp_path: Path, written: str, asked: str) -> None:
    others = [document(str(i), path.read_text("utf-8")) for i, path in enumerate(SAMPLES[:6])]
    index = make(tmp_path / "x", document("one", f"នេះ {written} នោះ"), document("two", f"{asked}"), *others)
    first, second = index.search(written), index.search(asked)
    assert [(hit.id, hit.score) for hit in first] == [(hit.id, hit.score) for hit in second]
    assert {"one", "two"} <= {hit.id for hit in first}


def test_words_all_of_them_and_phrases(tmp_path: Path) -> None:
    index = make(
        tmp_path / "x",
        document("both", "កម្ពុជា នឹងមាន សាលារៀន"),
        document("one", "កម្ពុជា"),
        document("apart", "លើក នេះ ប្រជុំ"),
        document("together", "ការប្រជុំ លើក ទីមួយ"),
    )
    assert [(hit.id, hit.loose) for hit in index.search("កម្ពុជា សាលារៀន")] == [("both", False), ("one", True)]
    assert ids(index, "កម្ពុជា សាលារៀន", match="any") == ["both", "one"]
    assert ids(index, "កម្ពុជា សាលារៀន", match="all") == ["both"]
    assert set(ids(index, "ប្រជុំ លើក", match="all")) == {"apart", "together"}
    assert ids(index, '"ប្រជុំលើក"') == ["together"]
    assert ids(index, "\u201cប្រជុំលើក\u201d") == ["together"]
    assert set(ids(index, "«ប្រជុំលើក»")) == {"together", "apart"}
    assert set(ids(index, '"ប្រជុំលើក" កម្ពុជា')) == {"together", "both", "one"}
    assert ids(index, '"ប្រជុំលើក" ទីមួយ', match="all") == ids(index, '+"ប្រជុំលើក" កម្ពុជា') == ["together"]
    assert ids(index, '"លើកប្រជុំ"') == []
    assert ids(index, "covid19") == []


def test_titles_are_searched_too(tmp_path: Path) -> None:
    index = make(tmp_path / "x", document("t", "ម្ហូប", "សាលារៀន"), document("x", "សាលារៀន", "ម្ហូប"))
    assert set(ids(index, "សាលារៀន")) == {"t", "x"}
    assert set(ids(index, '"សាលារៀន"')) == {"t", "x"}


def test_a_second_document_of_an_id_replaces_the_first(tmp_path: Path) -> None:
    index = make(tmp_path / "x", document("1", "កម្ពុជា"), document("1", "សាលារៀន"))
    assert ids(index, "កម្ពុជា") == []
    assert ids(index, "សាលារៀន") == ["1"]
    with index.writer() as writer:
        writer.add(document("1", "ម្ហូប"))
        writer.add(document("2", "ម្ហូប"))
        assert writer.delete("2")
        writer.add(document("1", "ផ្សារ"))
    assert [doc.text for doc in index.export()] == ["ផ្សារ"]
    assert ids(index, "ម្ហូប") == ids(index, "សាលារៀន") == []


def test_an_exception_rolls_everything_back(tmp_path: Path) -> None:
    index = make(tmp_path / "x", document("1", "កម្ពុជា"))

    def half_a_day_of_work() -> None:
        with index.writer() as writer:
            writer.add(document("2", "កម្ពុជា"))
            writer.delete("1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_a_day_of_work()
    assert ids(index, "កម្ពុជា") == ["1"]
    with index.writer() as writer:
        writer.add(document("3", "កម្ពុជា"))
    assert ids(index, "កម្ពុជា") == ["1", "3"]


@pytest.mark.parametrize(
    "bad",
    [
        Document("", "", "កម្ពុជា"),
        Document("1"),
        Document("1", " \n", "\u3000"),
        Document("1", "", "ក\ud800"),
        Document("1", "", "ក", {"x": object()}),
        Document("1", "", "ក", {"x": float("inf")}),
        Document("x" * 40_000, "", "ក"),
        Document("1", "", "ក", None),  # type: ignore[arg-type]
        {"id": "1", "title": "ក"},
    ],
)
def test_a_bad_document_is_refused_and_loses_nothing(tmp_path: Path, bad: Document) -> None:
    index = Index.create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(document("good", "កម្ពុជា"))
        with pytest.raises(DocumentError):
            writer.add(bad)
        writer.add(document("better", "កម្ពុជា"))
    assert set(ids(index, "កម្ពុជា")) == {"good", "better"}


def test_folders_that_are_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="khsearch index"):
        Index.open(tmp_path / "none")
    with pytest.raises(IndexNotFoundError):
        Index.rebuild(tmp_path / "none")
    make(tmp_path / "x")
    with pytest.raises(IndexExistsError, match="holds an index"):
        Index.create(tmp_path / "x")
    (tmp_path / "y").mkdir()
    (tmp_path / "y" / "thesis.doc").write_text("precious")
    with pytest.raises(IndexExistsError, match=r"thesis\.doc"):
        Index.create(tmp_path / "y")
    (tmp_path / "file").write_text("x")
    with pytest.raises(KhsearchError):
        Index.create(tmp_path / "file")
    with pytest.raises(ValueError, match="choose one of"):
        Index.create(tmp_path / "z", breaker="other")


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    index = make(tmp_path / "x", document("1", "កម្ពុជា"))
    with index.writer() as writer:
        writer.add(document("2", "កម្ពុជា"))
        with pytest.raises(IndexLockedError):
            Index.open(tmp_path / "x").writer()
    Index.open(tmp_path / "x").writer(wait=1).cancel()


def test_an_index_knows_what_built_it(tmp_path: Path) -> None:
    index = make(tmp_path / "x", document("1", "កម្ពុជា"))
    told = json.loads((tmp_path / "x" / "khsearch.json").read_text())
    assert told["analyzer"] == index.analyzer.settings()
    assert told["khsearch"] == khsearch.__version__
    assert told["lexicon_sha256"] == told["analyzer"]["breaker_version"]


def test_an_own_lexicon_stays_with_its_index(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("សោមដាលីន\n", "utf-8")
    index = Index.create(tmp_path / "x", lexicon=words)
    with index.writer() as writer:
        writer.add(document("1", "លោកសោមដាលីន"))
    words.unlink()
    for _ in range(2):
        opened = Index.open(tmp_path / "x")
        assert [token.term for token in opened.analyzer.tokens("សោមដាលីន", "word")] == ["សោមដាលីន"]
        assert ids(opened, "សោមដាលីន") == ["1"]
        Index.rebuild(tmp_path / "x")


def test_an_open_index_follows_a_rebuild(tmp_path: Path) -> None:
    reader = make(tmp_path / "x", document("1", "កម្ពុជា"))
    Index.rebuild(tmp_path / "x")
    assert ids(reader, "កម្ពុជា") == ["1"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"analyzer": {}, "format": 1}', "\x00" * 50])
def test_damaged_settings_are_told(tmp_path: Path, content: str) -> None:
    make(tmp_path / "x", document("1", "កម្ពុជា"))
    (tmp_path / "x" / "khsearch.json").write_text(content)
    with pytest.raises(KhsearchError):
        Index.open(tmp_path / "x")


def test_a_damaged_or_missing_lexicon_is_told(tmp_path: Path) -> None:
    make(tmp_path / "x", document("1", "កម្ពុជា"))
    path = tmp_path / "x" / "lexicon.khl"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(IndexDamagedError, match=r"lexicon\.khl"):
        Index.open(tmp_path / "x")
    path.unlink()
    with pytest.raises(IndexDamagedError, match=r"lexicon\.khl"):
        Index.open(tmp_path / "x")


def test_another_index_object_sees_the_commit(tmp_path: Path) -> None:
    index = make(tmp_path / "x", document("1", "កម្ពុជា"))
    other = Index.open(tmp_path / "x")
    assert ids(other, "កម្ពុជា") == ["1"]
    with index.writer() as writer:
        writer.add(document("2", "កម្ពុជា"))
        assert ids(other, "កម្ពុជា") == ["1"]
    assert set(ids(other, "កម្ពុជា")) == {"1", "2"}
    assert other.stats()["documents"] == 2
    index.optimize()
    assert other.stats()["segments"] == 1


def test_one_index_serves_many_threads(samples: Index) -> None:
    queries = ["ពិការភាព", "ក្រសួង", "កម្ពុជា", '"ក្រុមការងារ"', "COVID-19"]
    expected = {query: [(hit.id, hit.score, hit.snippet.text) for hit in samples.search(query)] for query in queries}
    wrong: list[object] = []

    def work(seed: int) -> None:
        source = random.Random(seed)
        try:
            for _ in range(30):
                query = source.choice(queries)
                if [(hit.id, hit.score, hit.snippet.text) for hit in samples.search(query)] != expected[query]:
                    wrong.append(query)
        except Exception as problem:  # whatever it is, the test tells it
            wrong.append(problem)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_paging_agrees_with_one_long_page(samples: Index) -> None:
    whole = [(hit.rank, hit.id) for hit in samples.search("ក្រសួង និង", limit=49)]
    pages = [(hit.rank, hit.id) for at in range(0, 49, 5) for hit in samples.search("ក្រសួង និង", 5, at)]
    assert whole == pages
    results = samples.search("ក្រសួង និង", limit=49)
    total = samples.search("ក្រសួង និង", limit=3).total
    assert [hit.loose for hit in results] == [rank >= total for rank in range(len(whole))]
    assert 0 < total < len(whole)
    assert len(samples.search("ក្រសួង", limit=0)) == 0
    with pytest.raises(ValueError, match="negative"):
        samples.search("ក្រសួង", limit=-1)


@pytest.mark.parametrize("query", ["។", '""', '"', "((", "?" * 100, "\ud800", "-", "**", "😀"])
def test_queries_without_a_word_find_nothing(samples: Index, query: str) -> None:
    results = samples.search(query)
    assert len(results) == results.total == 0


def test_a_query_of_ten_thousand_characters(samples: Index) -> None:
    text = "".join(path.read_text("utf-8") for path in SAMPLES)[:10_000]
    assert samples.search(text)[0].id in {path.name for path in SAMPLES[:11]}


@given(query=texts)
@examples(100)
def test_any_query(samples: Index, query: str) -> None:
    for hit in samples.search(query, limit=3):
        assert hit.snippet.text
        assert all(0 <= start < end <= len(hit.snippet.text) for start, end in hit.snippet.marks)


def test_every_word_from_inside_a_run_is_found_ahead_of_strangers(samples: Index) -> None:
    """Against a scan of the texts: whoever holds the clusters of a word counts, and whoever holds no pair is behind."""
    source = random.Random(200)
    forms = {path.name: normalize(path.read_text("utf-8")).codes for path in SAMPLES}
    words = sorted({term for codes in forms.values() for term in samples.analyzer.terms(normalize_text(codes)).words})
    chosen = [word for word in words if word[0] >= 0x80 and len(pairs(word)) >= 1]
    for word in source.sample(chosen, 200):
        holders = {name for name, codes in forms.items() if stands_in(word, codes)}
        strangers = {name for name, codes in forms.items() if not any(pair in codes for pair in pairs(word))}
        found = samples.search(script.decode_term(word), len(forms))
        assert holders <= {hit.id for hit in found if not hit.loose}
        ranks = {hit.id: hit.rank for hit in found}
        last = max(ranks[name] for name in holders)
        assert all(ranks.get(name, len(forms) + 1) > last for name in strangers)


def normalize_text(codes: bytes) -> str:
    return "".join(script.decode_term(bytes([code])) if code > 3 else " " for code in codes)


def stands_in(word: bytes, codes: bytes) -> bool:
    at = codes.find(word)
    while at >= 0:
        if codes[at - 1] != script.COENG and script.CLASS[codes[at + len(word)]] != script.MARK:
            return True
        at = codes.find(word, at + 1)
    return False


def pairs(word: bytes) -> list[bytes]:
    codes = np.frombuffer(b"\x02" + word + b"\x02", np.uint8)
    found = clusters(codes, classes(codes.tobytes()))
    stretches = [codes[a:b].tobytes() for a, b in zip(found.starts, found.ends, strict=True)]
    return [left + right for left, right in itertools.pairwise(stretches)]


def test_importing_khsearch_loads_no_heavy_package() -> None:
    heavy = "('khmernltk', 'sklearn', 'sklearn_crfsuite', 'pycrfsuite', 'rich')"
    code = f"import sys, khsearch; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_public_names_exist() -> None:
    assert all(hasattr(khsearch, name) for name in khsearch.__all__)
    assert sorted(khsearch.__all__) == khsearch.__all__


def test_suggestions_completions_and_similar_documents(samples: Index) -> None:
    assert samples.complete("ពិកា")[0].startswith("ពិកា")
    assert all(line.startswith("ក្រុម") for line in samples.complete("ក្រុម", 3))
    assert samples.complete("ឆ៏ឆ៏") == []
    like = samples.similar(SAMPLES[1].name, 5)
    assert len(like) == 5
    assert SAMPLES[1].name not in [hit.id for hit in like]
    assert [hit.score for hit in like] == sorted((hit.score for hit in like), reverse=True)
    assert len(samples.similar("none")) == 0
    assert samples.search("ក្រសួង").suggestion is None


@pytest.mark.parametrize(
    ("written", "asked"),
    [("សម្រាប់", "សំរាប់"), ("ព័ត៌មាន", "ពត៌មាន"), ("ដៃគូ", "ដៃគូរ"), ("គណៈកម្មាធិការជាតិរៀបចំការបោះឆ្នោត", "គ.ជ.ប.")],
)
def test_another_spelling_is_found_and_marked(tmp_path: Path, written: str, asked: str) -> None:
    others = [document(str(i), "សាលារៀន ម្ហូប ផ្សារ") for i in range(5)]
    index = make(tmp_path / "x", document("one", f"នេះ {written} នោះ"), *others)
    (hit,) = index.search(asked)
    assert hit.id == "one"
    assert "".join(hit.snippet.text[a:b] for a, b in hit.snippet.marks).replace(" ", "") == written
    assert [hit.id for hit in index.search(asked, match="all")] == ["one"]
    assert sum(part.score for part in hit.explain()) == pytest.approx(hit.score, rel=1e-5)


def test_a_slip_is_forgiven_but_what_is_right_comes_first(tmp_path: Path) -> None:
    texts = ["គណៈកម្មការ បោះឆ្នោត", "សាលារៀន", "ពិការភាព នៅ កម្ពុជា"] * 3
    index = make(tmp_path / "x", *(document(str(i), text) for i, text in enumerate(texts)))
    assert {hit.id for hit in index.search("សាលារៀណ")} >= {"1", "4", "7"}
    assert index.search("កម្ពុជា")[0].score > index.search("កម្ពុចា")[0].score


def test_a_word_that_is_only_part_of_longer_ones_finds_and_marks_those(tmp_path: Path) -> None:
    others = [document(str(i), "គ្រា នេះ សាលា មាន ផ្សារ និង ស្រះ") for i in range(30)]
    index = make(tmp_path / "x", *others, document("one", "ផ្សារ មាន សហគ្រាស ធំ"))
    hit = index.search("គ្រាស", limit=1)[0]
    assert hit.id == "one"
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["គ្រាស"]
    assert any(part.what == "សហគ្រាស" for part in hit.explain())


def test_what_is_readable_of_a_damaged_index_is_saved(tmp_path: Path) -> None:
    documents = [document(str(i), f"កម្ពុជា {i} " + "សាលារៀន " * 400, f"ទី{i}") for i in range(200)]
    index = make(tmp_path / "x", *documents[:100])
    with index.writer() as writer:
        writer.add_all(documents[100:])
        writer.delete("5")
    assert Index.rescue(tmp_path / "x", tmp_path / "whole") == []
    whole = Index.open(tmp_path / "whole")
    assert {doc.id: doc for doc in whole.export()} == {doc.id: doc for doc in documents if doc.id != "5"}
    segment = max((tmp_path / "x").glob("*.seg"), key=lambda path: path.stat().st_size)
    data = bytearray(segment.read_bytes())
    data[100:5000] = bytes(4900)
    segment.write_bytes(bytes(data))
    lost = Index.rescue(tmp_path / "x", tmp_path / "saved")
    saved = list(Index.open(tmp_path / "saved").export())
    assert len(saved) + len(lost) == 199
    assert saved
    assert all(doc == documents[int(doc.id)] for doc in saved)
    (tmp_path / "x" / "khsearch.json").write_text("{")
    assert any("settings" in item for item in Index.rescue(tmp_path / "x", tmp_path / "again"))


def test_own_spellings_and_synonyms(tmp_path: Path) -> None:
    make(tmp_path / "x", document("1", "សោមដាលីន"), document("2", "ម្ហូប"))
    own = tmp_path / "ours.tsv"
    own.write_text("# ours\nសោមដាលីន\tSomDalin\tname 0.9\n", "utf-8")
    assert ids(Index.open(tmp_path / "x"), "SomDalin") == []
    assert ids(Index.open(tmp_path / "x", spellings=own), "SomDalin") == ["1"]
    own.write_text("សោមដាលីន\n", "utf-8")
    with pytest.raises(khsearch.LexiconError, match=r"ours\.tsv"):
        Index.open(tmp_path / "x", spellings=own)


def test_a_creation_that_was_interrupted_can_be_done_again(tmp_path: Path) -> None:
    make(tmp_path / "x")
    (tmp_path / "x" / "catalog.json").rename(tmp_path / "x" / "catalog.tmp")
    (tmp_path / "x" / "00000000-0000.tmp").write_bytes(b"half")
    index = make(tmp_path / "x", document("1", "កម្ពុជា"))
    assert ids(index, "កម្ពុជា") == ["1"]
    assert Index.verify(tmp_path / "x") == []
