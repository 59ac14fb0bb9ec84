"""The formats of an index on disk: old ones are read, the newest is written, later ones are refused truly."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from whoosh.qparser import QueryParser

from khsearch import Document, Index, IndexDamagedError, IndexMismatchError, KhsearchError, TextField, columnar, version
from khsearch.cli import app
from khsearch.columnar.files import catalog
from khsearch.columnar.files import format as formats
from khsearch.columnar.segments.segment import Segment
from khsearch.engine import PAIR, nodes
from khsearch.khmer.words.icu import icu_version

STORED = Path(__file__).parent / "formats"
DOCUMENTS = [
    Document(
        "1",
        "កិច្ចប្រជុំលើកទី២",
        "ក្រុមការងារជនមានពិការភាពបានប្រជុំនៅភ្នំពេញ។",
        {
            "number": 3,
            "share": 0.5,
            "date": date(2021, 5, 11),
            "open": True,
            "tags": ["NGO", "ពិការភាព"],
            "note": "កម្ពុជា",
        },
    ),
    Document(
        "2",
        "សាលារៀន",
        "អង្គការ UNICEF បានជួយកុមារនៅសាលារៀន ឆ្នាំ២០២០។",
        {
            "number": 10,
            "share": 1.5,
            "date": datetime(2020, 1, 2, 8, 30, tzinfo=UTC),
            "open": False,
            "tags": "NGO",
            "note": "ព័ត៌មាន",
        },
    ),
    Document("4", "ព័ត៌មាន", "ព័ត៌មានអំពីកម្ពុជា Москва ประเทศไทย 部署方案 café"),
    Document("5", "", "ប្រជុំលើកទី៣", {"extra": "kept", "list": ["a", "b"]}),
]
"""What the index of format 1 holds: made by the first version, in two commits, the second without a value of any field
(after which that version refused every other commit), and one document deleted."""


@pytest.fixture(params=sorted(path.name for path in STORED.iterdir()))
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of an index of each old format."""
    return Path(shutil.copytree(STORED / request.param, tmp_path / "x"))


def segment_formats(folder: Path) -> list[int]:
    return [Segment(folder, entry).format for entry in catalog.read_catalog(folder).segments]


def answers(index: Index) -> dict[str, object]:
    results = index.search("ប្រជុំ")
    return {
        "ids": {hit.id for hit in results},
        "total": results.total,
        "tags": results.facet("tags"),
        "dates": results.facet("date"),
        "numbers": results.facet("number"),
        "filtered": [hit.id for hit in index.search("កុមារ", filter="tags:ngo number:[5 TO 20] open:no")],
        "sorted": [hit.id for hit in index.search("ប្រជុំ OR ព័ត៌មាន", sort="-number")][:1],
        "noted": [hit.id for hit in index.search("note:កម្ពុជា")],
        "latin": [hit.id for hit in index.search("unicef")],
        "other": [hit.id for hit in index.search("москва")],
    }


EXPECTED = {
    "ids": {"1", "5"},
    "total": 2,
    "tags": {"NGO": 1, "ពិការភាព": 1},
    "dates": {date(2021, 5, 11): 1},
    "numbers": {3: 1},
    "filtered": ["2"],
    "sorted": ["1"],
    "noted": ["1"],
    "latin": ["2"],
    "other": ["4"],
}


def test_an_old_index_is_whole_and_gives_back_what_was_added(stored: Path) -> None:
    assert Index.verify(stored) == []
    index = Index.open(stored)
    assert list(index.export()) == DOCUMENTS
    assert index.get("2") == DOCUMENTS[1]
    assert index.get("3") is None
    assert index.stats()["documents"] == 4
    assert answers(index) == EXPECTED


def test_pairs_of_words_are_known_in_every_format(stored: Path) -> None:
    index = Index.open(stored)
    has_table = [Segment(stored, entry).has_pairs("text") for entry in catalog.read_catalog(stored).segments]
    assert has_table == [segment >= 3 for segment in segment_formats(stored)]
    found, truth = _pairs(index)
    assert sum(truth.values()) > 20
    assert all(df >= truth[pair] for pair, df in found.items())
    index.optimize()  # which forgets the deleted document
    assert _pairs(index) == (truth, truth)


def _pairs(index: Index) -> tuple[Counter[tuple[bytes, ...]], Counter[tuple[bytes, ...]]]:
    """Documents of pairs of words of all texts as they are told, and those that a phrase finds."""
    view = index._view()
    found: Counter[tuple[bytes, ...]] = Counter()
    for codes, starts, dfs in view.pairs("text"):
        for a, b, df in zip(starts[:-1], starts[1:], dfs.tolist(), strict=True):
            found[tuple(codes[a:b].tobytes().split(PAIR))] += df
    truth = Counter({pair: view.count(nodes.Phrase("text", pair)) for pair in found})
    return found, +truth


def test_an_old_index_takes_new_documents_of_every_kind(stored: Path) -> None:
    index = Index.open(stored)
    with index.writer() as writer:
        writer.add(Document("6", "", "ប្រជុំ", {"number": 2**62 + 1, "date": "2022", "open": "yes", "tags": "ngo"}))
    with index.writer() as writer:
        writer.add(Document("7", "", "ប្រជុំ"))
        assert writer.delete("5")
    assert [hit.id for hit in index.search("ប្រជុំ", sort="-number")] == ["6", "1", "7"]
    assert index.search("ប្រជុំ").facet("tags") == {"NGO": 2, "ពិការភាព": 1}
    assert index.search("ប្រជុំ", filter="date:2022").total == 1


def test_a_merge_writes_the_newest_format_and_changes_no_answer(stored: Path) -> None:
    index = Index.open(stored)
    index.optimize()
    assert segment_formats(stored) == [version.NOW]
    assert answers(index) == answers(Index.open(stored)) == EXPECTED
    assert list(index.export()) == DOCUMENTS
    assert Index.verify(stored) == []


def test_one_old_segment_without_deletions_is_merged_too(stored: Path) -> None:
    with Index.open(stored).writer() as writer:
        for document in DOCUMENTS[:2]:
            writer.delete(document.id)
    index = Index.open(stored)
    index.optimize()
    assert segment_formats(stored) == [version.NOW]
    assert [document.id for document in index.export()] == ["4", "5"]


def test_a_rebuild_writes_the_newest_format_and_changes_no_answer(stored: Path) -> None:
    reader = Index.open(stored)
    assert Index.rebuild(stored) == len(DOCUMENTS)
    assert segment_formats(stored) == [version.NOW]
    assert answers(reader) == answers(Index.open(stored)) == EXPECTED
    assert list(reader.export()) == DOCUMENTS
    assert Index.verify(stored) == []
    names = {path.name for path in stored.iterdir()}
    assert names == catalog.read_catalog(stored).file_names()


def test_an_old_index_is_saved_into_a_new_one(stored: Path, tmp_path: Path) -> None:
    assert Index.rescue(stored, tmp_path / "new") == []
    assert answers(Index.open(tmp_path / "new")) == EXPECTED


def test_an_index_keeps_the_weights_of_its_fields_since_format_4(stored: Path) -> None:
    assert Index.open(stored).fields.get("summary") == (TextField(0.5) if segment_formats(stored) >= [4] else None)


def test_an_index_knows_its_files_since_format_5(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "empty.txt").touch()
    report = Index.open(stored).sync(tmp_path / "d", root=tmp_path / "d")
    assert (report.unchanged, report.read, report.passed) == (0, 0, 1)
    known = [path for path in stored.iterdir() if path.suffix == ".files"]
    assert len(known) == 1
    assert list(Index.open(stored).export()) == DOCUMENTS


def test_an_old_index_takes_spellings(stored: Path) -> None:
    reader = Index.open(stored)
    lexicons = sorted(path.read_bytes() for path in stored.glob("*.khl"))
    Index.open(stored).set_spellings({"ភ្នំពេញ": "PP"})
    for index in (reader, Index.open(stored)):
        assert [hit.id for hit in index.search("pp")] == ["1"]
        assert answers(index) == EXPECTED
    assert sorted(path.read_bytes() for path in stored.glob("*.khl")) == lexicons
    assert Index.verify(stored) == []
    Index.rebuild(stored)
    assert [hit.id for hit in reader.search("pp")] == ["1"]
    reader.set_spellings(None)
    assert reader.search("pp").total == 0
    assert answers(reader) == EXPECTED


def without_lexicon(folder: Path) -> None:
    """Make of an index of format 1 what one was whose breaker needs no lexicon."""
    path = folder / "khsearch.json"
    told = json.loads(path.read_text())
    told["analyzer"] |= {"breaker": "icu", "breaker_version": icu_version(), "icu": icu_version()}
    del told["lexicon_sha256"]
    path.write_text(json.dumps(told | {"own_lexicon": False}))
    (folder / "lexicon.khl").unlink()


@pytest.mark.parametrize("is_committed", [False, True])
def test_an_old_index_without_a_lexicon_is_whole(tmp_path: Path, is_committed: bool) -> None:
    folder = Path(shutil.copytree(STORED / "1", tmp_path / "x"))
    without_lexicon(folder)
    if is_committed:  # which writes a catalog of the newest format that goes with the old manifest
        with Index.open(folder).writer() as writer:
            writer.delete("1")
    kept = DOCUMENTS[is_committed:]
    assert Index.verify(folder) == []
    index = Index.open(folder)
    index.set_spellings({"unicef": "kids"})
    assert [hit.id for hit in index.search("kids")] == ["2"]
    assert list(index.export()) == kept
    assert [hit.id for hit in index.search("unicef")] == ["2"]
    assert Index.rescue(folder, tmp_path / "saved") == []
    assert Index.rebuild(folder) == len(kept)
    assert list(index.export()) == list(Index.open(tmp_path / "saved").export()) == kept


def test_a_lexicon_of_an_old_index_that_is_lost_is_told(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(STORED / "1", tmp_path / "x"))
    (folder / "lexicon.khl").unlink()
    with pytest.raises(IndexDamagedError, match=r"lexicon\.khl: damaged.*missing.*khsearch rebuild"):
        Index.open(folder)


def test_a_later_format_is_refused_and_told_what_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index.create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(DOCUMENTS[3])
    with monkeypatch.context() as later:
        later.setattr(version, "NOW", version.NOW + 1)
        index = Index.create(tmp_path / "later")
        with index.writer() as writer:
            writer.add(DOCUMENTS[3])
        # What raised the number reads the one before.
        assert list(Index.open(tmp_path / "x").export()) == [DOCUMENTS[3]]
        Index.open(tmp_path / "x").optimize()
        assert segment_formats(tmp_path / "x") == [version.NOW]
        Index.rebuild(tmp_path / "x")
    says = f"reads {version.OLDEST} to {version.NOW}; use the khsearch that wrote it or a newer one"
    for refused in (Index.open, Index.rebuild, lambda path: Index.rescue(path, tmp_path / "new")):
        with pytest.raises(IndexMismatchError, match=says):
            refused(tmp_path / "later")
    assert not (tmp_path / "new").exists()
    (told,) = Index.verify(tmp_path / "later")
    assert says in told


def test_every_file_and_section_is_named_in_the_room_of_the_format(tmp_path: Path) -> None:
    fields = {"note": "text", "tag": "keyword", "number": "number", "exact": "number"}
    index = Index.create(tmp_path / "x", fields=fields)
    values: list[dict[str, object]] = [
        {"note": "ក", "tag": "A", "number": 1, "exact": 2**63},
        {"tag": ["a", "b"], "exact": 0.5},
    ]
    with index.writer() as writer:
        writer.add_all(Document(str(i), "", "ប្រជុំ ក", told) for i, told in enumerate(values))
    with index.writer() as writer:
        writer.delete("0")
        writer.add(Document("2", "", "ការងារ"))
    index.set_spellings({"ប្រជុំ": "meeting"})
    Index.rebuild(tmp_path / "x")
    table = formats.__doc__ or ""
    found = catalog.read_catalog(tmp_path / "x")
    (segment,) = (Segment(tmp_path / "x", entry) for entry in found.segments)
    for name in segment.file.section_sizes():
        general = re.sub(r"^\d+\.", "N.", re.sub(r"^column\d+\.", "columnN.", name))
        assert re.search(rf"(?m)(^|\s){re.escape(general)}\s", table), name
    for path in (tmp_path / "x").iterdir():
        assert path.name in table or f"*{path.suffix}" in table, path.name


@pytest.mark.parametrize("name", ["khsearch.json", "catalog.json", "lexicon.khl"])
def test_no_byte_of_a_small_file_can_change_unseen(tmp_path: Path, name: str, few_words) -> None:
    index = Index.create(tmp_path / "x", lexicon=few_words, fields={"tags": "keyword"})
    with index.writer() as writer:
        writer.add(Document("1", "", "សាលា", {"tags": "NGO"}))
    path = tmp_path / "x" / name
    whole = path.read_bytes()
    places = range(len(whole)) if len(whole) < 3_000 else range(0, len(whole), len(whole) // 1_000)
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        with pytest.raises(KhsearchError, match=re.escape(name)):
            Index.open(tmp_path / "x")
        if place % 10 == 0:
            assert any(name in problem for problem in Index.verify(tmp_path / "x"))
    path.write_bytes(whole)
    assert Index.verify(tmp_path / "x") == []


def test_the_manifest_and_lexicon_of_another_index_are_told(tmp_path: Path, few_words) -> None:
    for name, settings in (("one", {}), ("other", {"lexicon": few_words, "fields": {"tags": "text"}})):
        with Index.create(tmp_path / name, **settings).writer() as writer:
            writer.add(Document("1", "", "សាលា", {"tags": "NGO"}))
    for name in ("khsearch.json", "lexicon.khl"):
        shutil.copy(tmp_path / "other" / name, tmp_path / "one" / name)
    with pytest.raises(IndexDamagedError, match=r"khsearch\.json: damaged"):
        Index.open(tmp_path / "one")
    assert any("khsearch.json: damaged" in problem for problem in Index.verify(tmp_path / "one"))
    assert "the settings" in Index.rescue(tmp_path / "one", tmp_path / "saved")[0]
    assert [document.id for document in Index.open(tmp_path / "saved").export()] == ["1"]


def test_the_manifest_is_json_for_whoever_wants_to_look(tmp_path: Path) -> None:
    Index.create(tmp_path / "x", fields={"tags": "keyword"})
    told = json.loads((tmp_path / "x" / "khsearch.json").read_text())
    assert told["fields"] == {"tags": "keyword"}
    assert told["format"] == version.NOW


def test_a_writer_that_is_not_of_the_index_is_refused(tmp_path: Path) -> None:
    from whoosh.fields import ID, NUMERIC, TEXT, Schema

    index = Index.create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(DOCUMENTS[3])
    for schema in (Schema(other=NUMERIC(unique=True)), Schema(id=ID(unique=True), title=TEXT, text=TEXT)):
        with pytest.raises(IndexMismatchError, match=r"khsearch\.Index\.open"):
            columnar.open_dir(tmp_path / "x", schema).writer()
    index.writer().cancel()
    plain = columnar.create_in(tmp_path / "y", Schema(other=NUMERIC(unique=True)))
    plain.writer().cancel()
    with pytest.raises(KhsearchError):
        Index.open(tmp_path / "y")


def foreign(folder: Path) -> None:
    """Put a document into an index that is none of its own, as earlier versions let others do."""
    options = columnar.FieldOptions("id", documents=columnar.INDEX_DOCUMENTS)
    with columnar.open_folder(folder, options).writer() as writer:
        writer.add_batch(["odd"], [b"{}"], {})


def test_what_is_no_document_of_the_index_is_told_and_passed_over(tmp_path: Path) -> None:
    from click.testing import CliRunner

    index = Index.create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(DOCUMENTS[3])
    foreign(tmp_path / "x")
    problems = Index.verify(tmp_path / "x")
    assert any("odd" in problem for problem in problems)
    assert "khsearch rebuild" in problems[-1]
    assert any("odd" in item for item in Index.rescue(tmp_path / "x", tmp_path / "saved"))
    told: list[str] = []
    assert Index.rebuild(tmp_path / "x", on_lost=told.append) == 1
    assert len(told) == 1
    assert "odd" in told[0]
    assert list(index.export()) == [DOCUMENTS[3]]
    assert Index.verify(tmp_path / "x") == []
    foreign(tmp_path / "x")
    done = CliRunner().invoke(app, ["rebuild", str(tmp_path / "x")])
    assert done.exit_code == 2
    assert "odd" in done.stderr


def test_a_rebuild_keeps_a_document_whose_value_is_no_longer_taken(tmp_path: Path, monkeypatch) -> None:
    index = Index.create(tmp_path / "x", fields={"n": "number"})
    with monkeypatch.context() as earlier:
        earlier.setattr("khsearch.documents.values.number", lambda text: 1000)
        with index.writer() as writer:
            writer.add(Document("1", "", "ប្រជុំ", {"n": "1_000"}))
    told: list[str] = []
    assert Index.rebuild(tmp_path / "x", on_lost=told.append) == 1
    assert "'1_000'" in told[0]
    assert index.get("1") == Document("1", "", "ប្រជុំ", {"n": "1_000"})
    assert index.search("ប្រជុំ").facet("n") == {}


def test_an_old_index_is_one_of_whoosh_s_too(stored: Path) -> None:
    index = Index.open(stored)
    with index.whoosh().searcher() as searcher:
        asked = QueryParser("text", searcher.schema).parse("tags:ngo number:[5 TO 20] open:no")
        assert [hit["id"] for hit in searcher.search(asked)] == [hit.id for hit in index.search(asked)] == ["2"]
    with index.whoosh().writer() as writer:
        assert writer.delete_by_term("tags", "ngo") == 2
    assert list(index.export()) == DOCUMENTS[2:]
