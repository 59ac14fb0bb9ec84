"""Every engine agrees: what the embedded one answers is what a look at every document says."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import (
    Document,
    Index,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    IndexStoreError,
    QueryError,
    register_engine,
)
from khsearch.engine import (
    BM25,
    EVERY_COMMIT,
    UNSATURATED,
    BoostedScale,
    Counted,
    FieldScale,
    Proximity,
    SortKey,
    View,
    nodes,
)
from khsearch.engine import engines as kinds
from khsearch.memory import MEMORY
from khsearch.query import MATCHES
from khsearch.query.ranking import DEFAULT
from tests.engine.drawn import trees
from tests.extent import examples
from tests.state import drawn
from tests.state.model import FIELDS, SORTED

COLUMNS = [*SORTED, "absent"]
histories = st.lists(st.tuples(drawn.batches, st.lists(drawn.ids, max_size=2), st.booleans()), min_size=1, max_size=4)


@contextmanager
def both(history: list[Any]) -> Iterator[tuple[Index, Index]]:
    """The same documents in an index in a folder, and in one in memory."""
    with tempfile.TemporaryDirectory() as folder:
        indexes = Index.create(Path(folder) / "x", fields=FIELDS), Index.memory(fields=FIELDS)
        for documents, gone, optimize in history:
            deleted = []
            for index in indexes:
                writer = index.writer()
                writer.add_all(documents)
                deleted.append([writer.delete(id) for id in gone])
                writer.commit(optimize=optimize)
            assert deleted[0] == deleted[1]
        yield indexes


def ids(view: View, keys: Any) -> list[str]:
    return [view.summary(key)[0] for key in keys]


boosted = st.builds(
    BoostedScale,
    st.sampled_from([0, 0.5, 1.2, UNSATURATED]),
    st.sampled_from([0, 0.75, 1]),
    boost=st.sampled_from([1, 0.5, 3, 0]),
    boosts=st.sampled_from(["", "open", "day", "absent"]),
    idf=st.sampled_from(["whoosh", "lucene", "none"]),
)
weightings = st.just(DEFAULT.weighting) | st.builds(BM25, boosted, st.fixed_dictionaries({"lead": boosted}))


def alike(one: View, other: View, node: nodes.Node, filter: nodes.Node | None, weighting: BM25) -> None:
    """Both find the same documents with the same scores, in the same order where scores are not equal."""
    found = []
    for view in (one, other):
        keys, scores, *_ = view.search(node, 100, weighting=weighting, filter=filter)
        found.append(dict(zip(ids(view, keys), scores.tolist(), strict=True)))
        assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert found[0] == pytest.approx(found[1], rel=1e-4, abs=1e-5)
    for limit in (1, 3):
        keys, scores, *_ = one.search(node, limit, weighting=weighting, filter=filter)
        best = sorted(found[1].values(), reverse=True)[:limit]
        assert scores.tolist() == pytest.approx(best, rel=1e-4, abs=1e-5)


@examples(60)
@given(history=histories, data=st.data())
def test_every_node_means_the_same_to_every_engine(history, data):
    with both(history) as (one, other):
        first, second = one._view(), other._view()
        tree = trees(second)
        for _ in range(6):
            node = data.draw(tree)
            alike(first, second, node, data.draw(st.none() | tree), data.draw(weightings))
            assert first.count(node) == second.count(node)
            column = data.draw(st.sampled_from(COLUMNS))
            assert first.facets(node, [Counted(column)]) == second.facets(node, [Counted(column)])
            key = SortKey(column, data.draw(st.booleans()))
            ordered = [
                ids(view, view.search(node, 100, weighting=DEFAULT.weighting, sort=[key]).keys)
                for view in (first, second)
            ]
            assert ordered[0] == ordered[1]


@examples(40)
@given(history=histories, data=st.data())
def test_a_commit_tells_the_same_of_its_terms_and_documents(history, data):
    with both(history) as (one, other):
        first, second = one._view(), other._view()
        assert first.doc_count == second.doc_count
        assert list(first.documents()) == list(second.documents())
        assert first.files.keys() >= {"khsearch.json"}
        for name in ("title", "text", "lead", "bigrams", "note"):
            terms = second.terms(name)
            assert set(terms) <= set(first.terms(name))  # of deleted documents, too
            asked = [(name, term) for term in [*terms[:20], b"never"]]
            assert first.dfs(asked) == second.dfs(asked)
            assert {term for found in first.vocabulary(name) for term in _terms(found.codes, found.starts)} >= {
                term for found in second.vocabulary(name) for term in _terms(found.codes, found.starts)
            }
        for name in ("title", "text", "note"):
            mine, theirs = _pairs(first, name), _pairs(second, name)
            assert mine >= theirs  # some of deleted documents
            if first.doc_count and history[-1][2]:
                assert mine == theirs
        pairs = tuple(data.draw(st.lists(st.tuples(*[st.sampled_from([*second.terms("text"), b"x"])] * 2), max_size=3)))
        wanted = Proximity("text", pairs, data.draw(st.sampled_from([1, 2, 4, 1_000])), FieldScale(b=0))
        every = [document.id for document in second.documents()]
        keys = [(first.key(id), second.key(id)) for id in every]
        assert first.proximity([a for a, _ in keys], wanted) == pytest.approx(
            second.proximity([b for _, b in keys], wanted), rel=1e-4
        )
        leaf, weighting = data.draw(trees(second)), data.draw(weightings)
        for (mine, theirs), id in zip(keys, every, strict=True):
            assert first.document(mine) == second.document(theirs)
            assert first.summary(mine) == second.summary(theirs)
            (scored,), (expected,) = (
                view.scores(key, [leaf], weighting) for view, key in ((first, mine), (second, theirs))
            )
            assert (scored is None) == (expected is None)
            assert (scored or 0) == pytest.approx(expected or 0, rel=1e-4, abs=1e-5)
            for term in second.terms("text")[:5]:
                assert first.has("text", term, mine) == second.has("text", term, theirs)
            assert id == first.summary(mine)[0]
        assert first.key("nobody") is second.key("nobody") is None


def _pairs(view: View, name: str) -> Counter[bytes]:
    counts: Counter[bytes] = Counter()
    for codes, starts, dfs in view.pairs(name):
        counts.update(dict(zip(_terms(codes, starts), dfs.tolist(), strict=True)))
    return counts


def _terms(codes: Any, starts: Any) -> list[bytes]:
    text = codes.tobytes()
    return [text[a:b] for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]


_typed = st.lists(drawn.words, min_size=1, max_size=4).map(" ".join)
_queries = _typed | st.sampled_from(
    ['"\u179b\u17c4\u1780 \u1793\u17c5"', "UNI*", "kind:a", "size:[0 TO 2]", "-UNICEF", "title:2021 OR note:2021"]
)


@examples(40)
@given(history=histories, data=st.data())
def test_an_index_answers_the_same_on_every_engine(history, data):
    with both(history) as (one, other):
        for _ in range(4):
            query, match = data.draw(_queries), data.draw(st.sampled_from(MATCHES))
            filter = data.draw(st.none() | st.sampled_from(["kind:a", "open:true", "day:2021"]))
            found, expected = (index.search(query, 50, match=match, filter=filter) for index in (one, other))
            assert {hit.id: hit.score for hit in found} == pytest.approx(
                {hit.id: hit.score for hit in expected}, rel=1e-4
            )
            assert {hit.id: hit.loose for hit in found} == {hit.id: hit.loose for hit in expected}
            assert found.total == expected.total
            assert found.problem == expected.problem
            assert found.corrected == expected.corrected
            assert found.facet("kind") == expected.facet("kind")
            snippets = {hit.id: hit.snippet for hit in expected}
            for hit in found:
                assert hit.snippet == snippets[hit.id]
                assert sum(part.score for part in hit.explain()) == pytest.approx(hit.score, rel=1e-4)
            assert one.complete(query) == other.complete(query)
        assert {hit.id: hit.loose for hit in one.similar("d1")} == {hit.id: hit.loose for hit in other.similar("d1")}


def test_a_version_stands_for_a_document_as_it_is_whatever_is_committed(tmp_path: Path):
    index = Index.create(tmp_path / "x")
    seen: dict[object, Document] = {}
    for number in range(6):
        with index.writer() as writer:
            writer.add_all(Document(f"d{at}", text=f"{number}") for at in range(4) if not number % (at + 1))
        view = index._view()
        known: list[int] = view.memo("x", "survives", list, lambda _: 8, owner=EVERY_COMMIT)
        known.append(number)
        assert known == list(range(number + 1))
        for document in view.documents():
            key = view.key(document.id)
            assert key is not None
            assert seen.setdefault(view.version(key), document) == document
    assert len(seen) < 6 * 4  # what is not written anew keeps its own


def test_an_index_in_memory_is_opened_by_its_address_as_long_as_it_is_held():
    index = Index.memory(fields={"kind": "keyword"})
    with index.writer() as writer:
        writer.add(Document("1", text="ទឹក", fields={"kind": "a"}))
        with pytest.raises(IndexLockedError):
            index.writer()
    again = Index.open(index.address)
    assert [hit.id for hit in again.search("ទឹក kind:a")] == ["1"]
    assert [hit.id for hit in pickle.loads(pickle.dumps(again)).search("ទឹក")] == ["1"]
    with pytest.raises(IndexStoreError, match="lies in no folder"):
        print(index.path)
    assert Index.verify(index.address) == []
    assert Index.rebuild(index.address) == 1
    assert [hit.id for hit in index.search("ទឹក")] == ["1"]
    with pytest.raises(IndexExistsError):
        Index.create(index.address)
    address = index.address
    del index, again, writer
    with pytest.raises(IndexNotFoundError):
        Index.open(address)


def test_what_an_index_in_memory_hands_out_may_be_changed():
    index = Index.memory()
    with index.writer() as writer:
        writer.add(Document("1", text="ទឹក", fields={"tags": ["a"]}))
    for found in (index.get("1"), index.search("ទឹក")[0].document, *index.export()):
        found.fields["tags"].append("b")  # type: ignore[union-attr, index]
    assert index.get("1") == Document("1", text="ទឹក", fields={"tags": ["a"]})


def test_a_writer_in_memory_ends_like_any_other():
    index = Index.memory()
    writer = index.writer()
    writer.add(Document("1", text="ទឹក"))
    writer.cancel()
    with pytest.raises(IndexStoreError, match="ended"):
        writer.add(Document("2", text="x"))
    assert index.doc_count == 0
    index.writer()  # nobody holds it: others can write
    index.writer().commit()


def test_an_address_that_nothing_keeps_is_refused():
    with pytest.raises(ValueError, match="no engine for ftp:// addresses; install") as told:
        Index.open("ftp://name:secret@somewhere/x")
    assert "secret" not in str(told.value)


def test_a_path_is_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="without file://"):
        Index.create(f"file://{tmp_path}/x")
    assert not list(tmp_path.iterdir())


class Point:
    """An entry point of a package."""

    name, module, value, dist = "x9", "package.room", "package.room:kind", None

    def __init__(self, found: object) -> None:
        self.found = found

    def load(self) -> object:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def x9(monkeypatch: pytest.MonkeyPatch):
    """Let an entry point bring something for x9:// addresses."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))

    def bring(found: object) -> None:
        monkeypatch.setattr(kinds.plugins, "entry_points", lambda group: {"x9": Point(found)})

    return bring


def test_an_engine_comes_by_its_entry_point(x9):
    x9(MEMORY)

    index = Index.create("x9://here")
    assert Index.open("x9://here").address == index.address == "x9://here"


@pytest.mark.parametrize("found", [ImportError("no such room"), object(), None, type(MEMORY)])
def test_an_engine_that_cannot_be_loaded_is_named(x9, found):
    x9(found)
    with pytest.raises(ValueError, match=r"the engine for x9:// of the module package.room cannot be loaded"):
        Index.open("x9://here")


@pytest.mark.parametrize("scheme", ["Shelf", "a", "", "a b", "1a", "a://"])
def test_what_is_no_scheme_is_refused(scheme: str):
    with pytest.raises(ValueError, match="scheme takes two or more lower case letters"):
        register_engine(scheme, MEMORY)


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_schemes_of_what_khsearch_brings_are_taken(scheme: str):
    with pytest.raises(ValueError, match="choose another scheme"):
        register_engine(scheme, MEMORY)


def test_a_node_of_no_engine_is_refused(tmp_path: Path):
    for index in (Index.create(tmp_path / "x"), Index.memory()):
        with pytest.raises(QueryError):
            index._view().count(np.int64(3))  # type: ignore[arg-type]
