"""Spellings of one's own that live in an index: a commit that every reader sees, and that nothing else takes away."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, IndexDamagedError, IndexLockedError, IndexStoreError, LexiconError
from khsearch.cli import app
from khsearch.columnar.files import catalog, companions
from khsearch.khmer import Variants, own_spellings
from khsearch.khmer.words.lexicon import Lexicon
from khsearch.manifest import sealed
from khsearch.schema import schema_of
from tests.strategies import khmer_words

NAME, LATIN, FOOD = "សោមដាលីន", "SomDalin", "ម្ហូប"
FILE = f"# ours\n{NAME}\t{LATIN}\tname 0.9\n"
DOCUMENTS = [Document("1", "", f"{NAME} នៅភ្នំពេញ"), Document("2", "", FOOD)]


def filled(index: Index) -> Index:
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    return index


@pytest.fixture(params=["folder", "memory"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    """An index of each engine."""
    return filled(Index.create(tmp_path / "x") if request.param == "folder" else Index.memory())


@pytest.fixture
def folder(tmp_path: Path) -> Index:
    return filled(Index.create(tmp_path / "x"))


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "ours.tsv"
    path.write_text(FILE, "utf-8")
    return path


def ids(index: Index, query: str) -> list[str]:
    return [hit.id for hit in index.search(query)]


def kept_file(index: Index) -> Path:
    """The file of the index that has its spellings."""
    [name] = [name for name in catalog.read_catalog(index.path).others if name.endswith(".tsv")]
    return index.path / name


# Who has them, and since when


def test_every_reader_has_them_from_the_next_commit_on(index: Index, ours: Path) -> None:
    others = [Index.open(index.address), pickle.loads(pickle.dumps(index))]
    assert all(ids(one, LATIN) == [] for one in (index, *others))
    assert all(one.spellings == "" for one in (index, *others))
    others[0].set_spellings(ours)
    for one in (index, *others, Index.open(index.address)):
        assert ids(one, LATIN) == ["1"]
        assert ids(one, FOOD) == ["2"]
        assert one.spellings == FILE
    index.set_spellings({FOOD: "Mhop"})  # instead of those before
    for one in (index, *others):
        assert (ids(one, LATIN), ids(one, "mhop")) == ([], ["2"])
    index.set_spellings(None)
    for one in (index, *others, Index.open(index.address)):
        assert (ids(one, LATIN), ids(one, "mhop"), one.spellings) == ([], [], "")


def test_another_process_has_them(folder: Index, ours: Path) -> None:
    folder.set_spellings(ours)
    open_it = "import sys; from khsearch import Index; index = Index.open(sys.argv[1]); "
    find = f"{open_it}print(*(hit.id for hit in index.search(sys.argv[2])))"
    told = subprocess.run([sys.executable, "-c", find, folder.path, LATIN], capture_output=True, text=True, check=True)
    assert told.stdout == "1\n"
    subprocess.run([sys.executable, "-c", f"{open_it}index.set_spellings(None)", folder.path], check=True)
    assert ids(folder, LATIN) == []


def test_a_result_that_is_held_stays_what_it_was(index: Index) -> None:
    index.set_spellings({NAME: LATIN})
    results = index.search(LATIN)
    index.set_spellings(None)
    assert results.total == 1
    assert [results[0].snippet.text[start:end] for start, end in results[0].snippet.marks] == [NAME]


def test_nothing_else_that_is_written_takes_them_away(index: Index, ours: Path) -> None:
    index.set_spellings(ours)
    with index.writer() as writer:
        writer.add(Document("3", "", f"{NAME} {FOOD}"))
        writer.delete("2")
    assert sorted(ids(index, LATIN)) == ["1", "3"]
    index.optimize()
    assert sorted(ids(index, LATIN)) == ["1", "3"]
    assert Index.rebuild(index.address) == 2
    assert sorted(ids(index, LATIN)) == ["1", "3"]
    assert index.spellings == FILE
    assert [document.id for document in index.export()] == ["1", "3"]
    assert Index.verify(index.address) == []


def test_they_are_saved_with_the_documents(folder: Index, ours: Path, tmp_path: Path) -> None:
    folder.set_spellings(ours)
    assert Index.rescue(folder.path, tmp_path / "saved") == []
    assert ids(Index.open(tmp_path / "saved"), LATIN) == ["1"]
    (folder.path / "khsearch.json").unlink(missing_ok=True)
    shutil.copytree(folder.path, tmp_path / "copy")
    assert ids(Index.open(tmp_path / "copy"), LATIN) == ["1"]


def test_those_given_when_it_is_opened_come_to_them(index: Index, ours: Path) -> None:
    index.set_spellings({FOOD: "Mhop"})
    opened = Index.open(index.address, spellings=ours)
    assert (ids(opened, LATIN), ids(opened, "mhop")) == (["1"], ["2"])
    assert (ids(index, LATIN), ids(index, "mhop")) == ([], ["2"])
    assert opened.spellings == index.spellings
    assert opened.commit_id == Index.open(index.address, spellings=ours).commit_id != index.commit_id
    index.set_spellings(None)
    assert (ids(opened, LATIN), ids(opened, "mhop")) == (["1"], [])


def test_they_are_read_once_for_all_commits_that_have_them(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    parse = Variants.parse
    monkeypatch.setattr(Variants, "parse", lambda text, where: read.append(text) or parse(text, where))
    index.set_spellings({NAME: LATIN})
    assert read == [], "nobody has searched yet"
    for number in range(3):
        assert ids(index, LATIN) == ["1"]
        with index.writer() as writer:
            writer.add(Document(f"more {number}", "", FOOD))
    Index.rebuild(index.address)
    assert ids(index, LATIN) == ["1"]
    assert read.count(f"{NAME}\t{LATIN}\town\n") == 1


# What they are


@pytest.mark.parametrize(
    "mapping",
    [{NAME: LATIN}, {LATIN: [NAME]}, {NAME: ("Dalin Som", LATIN)}, {"# a": "b", NAME: {LATIN}}],
)
def test_a_mapping_is_as_good_as_a_file(index: Index, mapping: Mapping[str, Any]) -> None:
    index.set_spellings(mapping)
    assert ids(index, LATIN) == ["1"]
    assert len(Variants.parse(index.spellings, "").groups) == len(mapping)


def test_a_weight_is_one_of_a_mapping_and_that_of_the_line_in_a_file(index: Index, tmp_path: Path) -> None:
    scores = []
    for weight in ("", " 0.9", " 0.2"):
        (tmp_path / "one.tsv").write_text(f"{NAME}\t{LATIN}\tname{weight}\n", "utf-8")
        index.set_spellings(tmp_path / "one.tsv")
        scores.append(index.search(LATIN)[0].score)
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3
    index.set_spellings({NAME: LATIN})
    assert index.search(LATIN)[0].score == scores[0]


@pytest.mark.parametrize("nothing", [{}, "# a comment\n\n", None])
def test_no_group_is_no_spellings(index: Index, nothing: object, tmp_path: Path) -> None:
    index.set_spellings({NAME: LATIN})
    if isinstance(nothing, str):
        (tmp_path / "none.tsv").write_text(nothing, "utf-8")
        nothing = tmp_path / "none.tsv"
    index.set_spellings(nothing)  # type: ignore[arg-type]
    assert index.spellings == ""
    assert ids(index, LATIN) == []


def test_files_as_other_systems_write_them(index: Index, tmp_path: Path) -> None:
    (tmp_path / "ours.tsv").write_bytes(b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode())
    index.set_spellings(tmp_path / "ours.tsv")
    assert ids(index, LATIN) == ["1"]
    assert index.spellings == FILE


word = khmer_words | st.text("ab# 1\u00e9", min_size=1)


@given(st.dictionaries(word, st.lists(word, min_size=1, max_size=3), max_size=5))
def test_a_mapping_comes_back_as_the_file_that_says_the_same(mapping: dict[str, list[str]]) -> None:
    try:
        text = own_spellings(mapping)
    except LexiconError as problem:
        assert "entry" in str(problem)  # noqa: PT017
        return
    groups = Variants.parse(text, "").groups
    expected = [tuple(map(str.strip, (key, *others))) for key, others in mapping.items()]
    assert [group.spellings for group in groups] == expected
    assert {group.weight for group in groups} <= {1.0}


# What cannot be


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({NAME: []}, rf"{NAME}.* no other"),
        ({NAME: ""}, rf"{NAME}.* empty"),
        ({"": NAME}, "entry ''.* empty"),
        ({NAME: "\u200b"}, rf"{NAME}.* no letter"),
        ({NAME: NAME}, rf"entry '{NAME}'.* same .* entry '{NAME}'"),
        ({NAME: "a", FOOD: [LATIN, "A"]}, rf"entry '{FOOD}'.* same .* entry '{NAME}'"),
        ({NAME: "a\tb"}, rf"{NAME}.* a tab"),
        ({"a\u2028b": NAME}, "line end"),
        ({NAME: "\ud800"}, rf"{NAME}.* no text"),
    ],
)
def test_an_entry_that_cannot_be_is_named_and_changes_nothing(index: Index, mapping: dict[str, Any], says: str) -> None:
    index.set_spellings({NAME: LATIN})
    before = index.search(LATIN)
    with pytest.raises(LexiconError, match=says):
        index.set_spellings(mapping)
    assert (ids(index, LATIN), index.spellings) == (["1"], f"{NAME}\t{LATIN}\town\n")
    assert before._search is not None
    assert index._view() is before._search.view, "no commit"
    index.writer().cancel()


def test_a_file_that_cannot_be_is_named_and_changes_nothing(index: Index, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.tsv"
    for content, says in (
        (f"{FILE}{FOOD}\n", r"wrong\.tsv, line 3: .*two spellings"),
        (f"{FILE}som dalin\t{LATIN.upper()}\tx", r"wrong\.tsv, line 3: .*line 2"),
    ):
        wrong.write_text(content, "utf-8")
        with pytest.raises(LexiconError, match=says):
            index.set_spellings(wrong)
    with pytest.raises(LexiconError, match=r"nowhere\.tsv"):
        index.set_spellings(tmp_path / "nowhere.tsv")
    assert index.spellings == ""
    index.writer().cancel()


def test_a_file_too_large_for_an_index_changes_nothing(folder: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companions, "_MOST_BYTES", 1 << 21)
    folder.set_spellings({NAME: LATIN})
    with pytest.raises(IndexStoreError, match="at most"):
        folder.set_spellings({NAME: "a" * (1 << 21)})
    assert ids(folder, LATIN) == ["1"]
    folder.writer().cancel()


def test_one_writes_at_a_time(index: Index, ours: Path) -> None:
    writer = index.writer()
    writer.add(Document("3", "", NAME))
    with pytest.raises(IndexLockedError):
        Index.open(index.address).set_spellings(ours)
    with pytest.raises(IndexLockedError):
        Index.open(index.address).set_spellings(ours, wait=0.01)
    assert index.spellings == ""
    writer.commit()
    index.set_spellings(ours)
    assert sorted(ids(index, LATIN)) == ["1", "3"]


def test_those_of_a_rebuild_meanwhile_stay(folder: Index, monkeypatch: pytest.MonkeyPatch, few_words: Lexicon) -> None:
    """What is kept beside them is that of the commit before, whoever made it while this one waited for the lock."""
    stale = Index.open(folder.path)
    stale.search(FOOD)
    monkeypatch.setattr("khsearch.khmer.words.by_lexicon.default_lexicon", lambda: few_words)
    Index.rebuild(folder.path)
    stale.set_spellings({NAME: LATIN})
    assert stale.analyzer.breaker.resources() == folder.analyzer.breaker.resources()
    assert ids(folder, LATIN) == ["1"]


# Files


def test_all_else_of_the_index_is_as_it_was(tmp_path: Path, few_words: Lexicon, ours: Path) -> None:
    index = filled(Index.create(tmp_path / "x", lexicon=few_words, fields={"date": "date"}))
    before = json.loads((index.path / "khsearch.json").read_text("utf-8"))
    resources = sorted(path.read_bytes() for path in index.path.glob("*.khl"))
    index.set_spellings(ours)
    [path] = (path for path in index.path.glob("*.json") if path.name != "catalog.json")
    after = json.loads(path.read_text("utf-8"))
    for changing in ("checksum", "lexicon", "spellings"):
        before.pop(changing, None)
        assert changing in after
        after.pop(changing)
    assert before == after
    assert sorted(path.read_bytes() for path in index.path.glob("*.khl")) == resources
    assert kept_file(index).read_text("utf-8") == FILE
    index.set_spellings(None)
    assert list(index.path.glob("*.tsv")) == []
    assert index.fields == {"date": "date"}
    assert Index.verify(index.path) == []


def test_a_file_of_somebody_s_in_the_folder_stays(folder: Index) -> None:
    own = folder.path / "spellings.tsv"
    own.write_text(FILE, "utf-8")
    folder.set_spellings(own)
    folder.set_spellings(None)
    filled(folder)
    assert own.read_text("utf-8") == FILE


@pytest.mark.parametrize(
    "damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"\xff" + path.read_bytes()[1:])]
)
def test_a_damaged_file_is_named_and_what_else_there_is_is_saved(
    folder: Index, ours: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    folder.set_spellings(ours)
    path = kept_file(folder)
    damage(path)
    with pytest.raises(IndexDamagedError, match=path.name):
        Index.open(folder.path)
    assert path.name in Index.verify(folder.path)[0]
    [lost] = Index.rescue(folder.path, tmp_path / "saved")
    assert "spellings" in lost
    assert path.name in lost
    saved = Index.open(tmp_path / "saved")
    assert list(saved.export()) == DOCUMENTS
    assert saved.spellings == ""


@pytest.mark.parametrize("content", [b"\xff\xff", b"one\n", b"", "\u1780\t\u1781\tx 7\n".encode()])
def test_a_crafted_file_is_damage_where_it_is_needed(folder: Index, ours: Path, tmp_path: Path, content: bytes) -> None:
    folder.set_spellings(ours)
    writer = folder._engine.writer(schema_of({}))
    files = dict(folder._view().files)
    [name] = [name for name in files if name.endswith(".tsv")]
    writer.replace_files(lambda name_file: files | {name: content})
    writer.commit()
    opened = Index.open(folder.path)
    assert opened.get("2") == DOCUMENTS[1]
    with pytest.raises(IndexDamagedError, match=rf"{name}.*khsearch spellings"):
        opened.search(FOOD)
    assert name in Index.verify(folder.path)[0]
    assert any("spellings" in item for item in Index.rescue(folder.path, tmp_path / "saved"))
    opened.set_spellings(ours)
    assert ids(opened, LATIN) == ["1"]


@pytest.mark.parametrize("name", [5, None, "nowhere.tsv", ["x"]])
def test_a_manifest_that_names_no_file_is_damage(folder: Index, ours: Path, name: object) -> None:
    folder.set_spellings(ours)
    files = dict(folder._view().files)
    first = next(iter(files))
    content = {key: value for key, value in orjson.loads(files[first]).items() if key != "checksum"}
    writer = folder._engine.writer(schema_of({}))
    writer.replace_files(lambda name_file: files | {first: sealed(content | {"spellings": name})})
    writer.commit()
    if name is None:
        assert Index.open(folder.path).spellings == ""
    else:
        with pytest.raises(IndexDamagedError, match="missing"):
            Index.open(folder.path)


# From the shell


def khsearch(*args: object) -> tuple[int, str, str]:
    told = CliRunner().invoke(app, list(map(str, args)))
    return told.exit_code, told.stdout, told.stderr


def test_they_are_shown_as_they_are_set(folder: Index, ours: Path, tmp_path: Path) -> None:
    path = folder.path
    assert khsearch("spellings", path) == (1, "", "")
    assert khsearch("spellings", path, ours)[:2] == (0, "")
    assert khsearch("search", path, LATIN, "--format=trec")[0] == 0
    code, shown, said = khsearch("spellings", path)
    assert (code, shown, said) == (0, FILE, "")
    (tmp_path / "again.tsv").write_text(shown, "utf-8")
    folder.set_spellings({FOOD: ["Mhop", "x"]})
    assert khsearch("spellings", path) == (0, f"{FOOD}\tMhop\tx\town\n", "")
    assert khsearch("spellings", path, tmp_path / "again.tsv")[0] == 0
    assert folder.spellings == FILE
    assert khsearch("spellings", path, "--remove")[:2] == (0, "")
    assert folder.spellings == ""


def test_what_cannot_be_is_told_in_one_line(folder: Index, ours: Path) -> None:
    folder.set_spellings(ours)
    ours.write_text(f"{FOOD}\n", "utf-8")
    for args in ((ours,), (ours, "--remove"), ("nowhere.tsv",)):
        code, shown, said = khsearch("spellings", folder.path, *args)
        assert (code, shown, said.count("\n")) == (2, "", 1)
    assert folder.spellings == FILE
