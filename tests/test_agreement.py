"""One index, many installations: what a commit was made with is refused only where it really is otherwise here."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from khsearch import Document, Index, IndexMismatchError
from khsearch.khmer.terms import behaviour
from khsearch.khmer.words.icu import icu_version
from khsearch.query import Filter

TEXTS = {
    "km": "ជនមានពិការភាព COVID-19",
    "ru": "Москва столица",
    "th": "ประเทศไทย ใช้gmailได้",
    "cn": "部署方案",
    "fr": "l'\u00e9t\u00e9 \u00e0 Phnom Penh",
}
EVERY = ["ពិការភាព", "covid-19", "москва", "ประเทศไทย", "方案", "\u00e9t\u00e9", '"ជនមាន"', "ពិកា*"]


def make(path: Path, *names: str, breaker: str | None = None) -> Index:
    index = Index.create(path, breaker=breaker)
    add(index, *names)
    return index


def add(index: Index, *names: str) -> None:
    with index.writer() as writer:
        writer.add_all(Document(name, "", TEXTS[name]) for name in names)


@contextmanager
def elsewhere(**changes: str) -> Iterator[None]:
    """Record traits as another installation would: "icu" by another version, a character otherwise."""
    real = behaviour.traits

    def traits(characters, *, by_icu, breaker):
        lines = set(real(characters, by_icu=by_icu, breaker=breaker))
        for line in list(lines):
            kind = line.split(" ")[0]
            if kind in changes:
                lines -= {line}
                lines.add(f"{kind} {changes[kind]}")
        return frozenset(lines)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("khsearch.writing.behaviour.traits", traits)
        yield


def everything_else_works(index: Index) -> None:
    ids = [document.id for document in index.export()]
    assert index.get(ids[0]) is not None
    assert index.stats()["documents"] == len(ids)
    assert Index.verify(index.path) == []
    with index.writer() as writer:
        assert not writer.delete("none")
        writer.add(Document(ids[0], "", TEXTS[ids[0]]))


def test_the_same_installation_refuses_nothing(tmp_path: Path) -> None:
    index = make(tmp_path / "x", *TEXTS)
    for query in EVERY:
        assert index.search(query).total >= 1, query


def test_texts_that_depend_on_nothing_record_nothing(tmp_path: Path) -> None:
    index = make(tmp_path / "x", "km")
    assert index._view().traits == frozenset()
    told = json.loads((tmp_path / "x" / "khsearch.json").read_text())
    assert not {icu_version(), unicodedata.unidata_version} & {str(value) for value in told["analyzer"].values()}


def test_another_icu_is_no_reason_where_icu_broke_nothing(tmp_path: Path) -> None:
    with elsewhere(icu="1.0"):
        index = make(tmp_path / "x", "km", "ru", "fr")
    for query in ("ពិការភាព", "москва", "\u00e9t\u00e9", "ประเทศไทย"):
        index.search(query)


def test_another_icu_is_one_where_it_breaks_words_of_the_query(tmp_path: Path) -> None:
    with elsewhere(icu="1.0"):
        index = make(tmp_path / "x", *TEXTS)
    for query in ("ពិការភាព", "covid-19", "москва"):
        assert index.search(query).total >= 1
    for query in ("ประเทศไทย", "ពិការភាព 方案"):
        with pytest.raises(IndexMismatchError, match=r"ICU 1\.0, here .*khsearch rebuild"):
            index.search(query)
    with pytest.raises(IndexMismatchError, match="ICU"):
        index.complete("ไท")
    filters: list[Filter] = ["text:ประเทศไทย", {"text": "ประเทศไทย"}, {"not": {"title": {"not": ["x", "ประเทศไทย"]}}}]
    for filter in filters:
        with pytest.raises(IndexMismatchError, match="ICU"):
            index.search("ពិការភាព", filter=filter)
    everything_else_works(index)
    index.optimize()
    with pytest.raises(IndexMismatchError, match="ICU"):
        index.search("ประเทศไทย")
    assert Index.rebuild(tmp_path / "x") == len(TEXTS)
    assert index.search("ประเทศไทย").total == 1


def test_a_character_that_is_something_else_here_is_refused_alone(tmp_path: Path) -> None:
    with elsewhere(**{f"{ord('М'):x}": "20"}):
        index = make(tmp_path / "x", *TEXTS)
    assert index.search("столица").total == 1
    with pytest.raises(IndexMismatchError, match=r"'м' .*khsearch rebuild"):
        index.search("москва")
    add(index, "ru")
    index.optimize()
    with pytest.raises(IndexMismatchError, match="'м'"):
        index.search("москва")
    everything_else_works(index)
    Index.rebuild(tmp_path / "x")
    assert index.search("москва").total == 1


def test_keywords_are_held_to_the_same(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x", fields={"tags": "keyword"})
    with elsewhere(**{f"{ord('Ж'):x}": "20"}), index.writer() as writer:
        writer.add(Document("1", "", TEXTS["km"], {"tags": ["Жук", "bee"]}))
    assert index.search("ពិការភាព", filter="tags:bee").total == 1
    assert index.search("ពិការភាព", filter={"tags": ["bee", "x"]}).total == 1
    filters: list[Filter] = ["tags:жук", {"tags": "жук"}, {"tags": ["bee", "жук"]}, {"or": [{"tags": {"gte": "жук"}}]}]
    for filter in filters:
        with pytest.raises(IndexMismatchError, match=r"'ж'|'Ж'"):
            index.search("ពិការភាព", filter=filter)


@pytest.mark.parametrize(("breaker", "kind"), [("icu", "icu"), ("crf", "khmer-nltk")])
def test_another_version_of_what_breaks_khmer_is_refused(tmp_path: Path, breaker: str, kind: str) -> None:
    with elsewhere(**{kind: "0.1"}):
        index = make(tmp_path / "x", "km", breaker=breaker)
    with pytest.raises(IndexMismatchError, match=r"0\.1, here .*khsearch rebuild"):
        index.search("ពិការភាព")
    everything_else_works(index)
    Index.rebuild(tmp_path / "x")
    assert index.search("ពិការភាព").total == 1


def test_what_a_later_khsearch_recorded_is_refused(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("khsearch.writing.behaviour.traits", lambda *_, **__: frozenset(["moon full"]))
        index = make(tmp_path / "x", "km")
    with pytest.raises(IndexMismatchError, match="later khsearch"):
        index.search("ពិការភាព")
    everything_else_works(index)


# Format 1, of which only versions are known

OLD = Path(__file__).parent / "formats" / "1"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "x"))


def told_otherwise(folder: Path, **analyzer: object) -> None:
    path = folder / "khsearch.json"
    told = json.loads(path.read_text("utf-8"))
    told["analyzer"] |= analyzer
    path.write_text(json.dumps(told), "utf-8")


def test_versions_alone_refuse_nothing_of_format_1(old: Path) -> None:
    told_otherwise(old, unicode="13.0.0", icu="1.0")
    index = Index.open(old)
    for query in ("ប្រជុំ", "unicef", "москва", "caf\u00e9", '"ជនមាន"', "(ក្រុម OR ការ*) -សាលា", "note:កម្ពុជា"):
        assert index.search(query).total >= 1, query
    with pytest.raises(IndexMismatchError, match=r"ICU 1\.0"):
        index.search("ประเทศไทย")
    with pytest.raises(IndexMismatchError, match="another Python may"):
        index.search("\u0234")  # a letter since Unicode 4
    everything = [document.id for document in index.export()]
    assert len(everything) == 4


def test_what_format_1_broke_otherwise_is_refused_where_it_is_asked_for(old: Path) -> None:
    index = Index.open(old)
    for query in ("ទ្បើង", "ใช้gmailได้", "ក" * 200, "stra\u00dfe\u0e44"):
        with pytest.raises(IndexMismatchError, match="khsearch rebuild"):
            index.search(query)
    index.optimize()
    with pytest.raises(IndexMismatchError):
        index.search("ទ្បើង")
    Index.rebuild(old)
    index.search("ទ្បើង")


def test_a_rebuild_that_was_interrupted_in_format_1_is_told_and_mended(old: Path) -> None:
    path = old / "khsearch.json"
    path.write_text(path.read_text("utf-8").replace('"finished": true', '"finished": false'), "utf-8")
    index = Index.open(old)
    assert len(list(index.export())) == 4
    with pytest.raises(IndexMismatchError, match="interrupted"):
        index.search("ប្រជុំ")
    assert Index.rebuild(old) == 4
    assert index.search("ប្រជុំ").total == 2


def test_a_rebuild_that_is_interrupted_changes_nothing(tmp_path: Path) -> None:
    index = make(tmp_path / "x", "km", "ru")
    before = {path.name: path.read_bytes() for path in index.path.iterdir()}
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patch.setattr("khsearch.columnar.commits.writer.contents.write", fail)
        with pytest.raises(KeyboardInterrupt):
            Index.rebuild(tmp_path / "x")
    assert {path.name: path.read_bytes() for path in index.path.iterdir()} == before
    assert index.search("ពិការភាព").total == 1
