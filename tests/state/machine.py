"""One index, used as long as it lives, beside a model of it: whatever was done, it answers what its documents say.

Two handles use the index: one that is held open from the first step to the last, and one that is opened anew now and
then. Either writes; both must see each commit at once and nothing before it.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from khsearch import Document, Index, IndexLockedError, IndexNotFoundError, Results, TextField
from khsearch.khmer.words.lexicon import Lexicon, default_lexicon
from khsearch.query import MATCHES
from khsearch.writing import Writer
from tests.state import drawn, lexicons
from tests.state.model import FIELDS, SORTED, Truth, Typed

LEXICONS = (lexicons.of_parts, lexicons.of_wholes, default_lexicon)
ALL = 100  # hits, more than there are documents

_which = st.booleans()
_match = st.sampled_from(MATCHES)
_typed = st.lists(drawn.words, min_size=1, max_size=4).map(" ".join)


class IndexMachine(RuleBasedStateMachine):
    """The rules. `committed` is what the index holds, `pending` what the writer makes of it, both by id, in order."""

    steps = 0  # of all machines so far

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="khsearch-state-"))
        self.path = self.place()
        self.committed: dict[str, Document] = {}
        self.pending: dict[str, Document] = {}
        self.spellings: dict[str, str] | None = None
        self.writer: Writer | None = None

    def place(self) -> str:
        """Where the index is."""
        return str(self.folder / "index")

    @initialize(lexicon=st.sampled_from(LEXICONS), own=_which)
    def create(self, lexicon, own):
        """An index keeps a lexicon of its own through every rebuild; without, it takes what khsearch then brings."""
        self.own, self.lexicon = own, lexicon()
        with brought(self.lexicon):
            self.held = Index.create(self.path, fields=FIELDS, lexicon=self.lexicon if own else None)
        self.other = Index.open(self.path)

    def teardown(self) -> None:
        if self.writer is not None:
            self.writer.cancel()
        with suppress(IndexNotFoundError):
            assert Index.verify(self.path) == []
        shutil.rmtree(self.folder)

    @invariant()
    def be_counted(self):
        type(self).steps += 1

    @property
    def truth(self) -> Truth:
        return Truth(self.committed.values(), self.lexicon)

    def handle(self, held: bool) -> Index:
        return self.held if held else self.other

    # Writing

    @precondition(lambda self: self.writer is None)
    @rule(held=_which)
    def begin(self, held):
        self.writer, self.pending = self.handle(held).writer(), dict(self.committed)

    @precondition(lambda self: self.writer is not None)
    @rule(documents=drawn.batches, flush=_which)
    def add(self, documents, flush):
        self.writer.add_all(documents)
        if flush:
            self.writer.flush()
        hold(self.pending, documents)

    @precondition(lambda self: self.writer is not None)
    @rule(id=drawn.ids)
    def delete(self, id):
        assert self.writer.delete(id) == (self.pending.pop(id, None) is not None)

    @precondition(lambda self: self.writer is not None)
    @rule(optimize=_which)
    def commit(self, optimize):
        self.writer.commit(optimize=optimize)
        self.writer, self.committed = None, self.pending

    @precondition(lambda self: self.writer is not None)
    @rule()
    def roll_back(self):
        self.writer.cancel()
        self.writer = None

    @precondition(lambda self: self.writer is not None)
    @rule(held=_which)
    def be_refused(self, held):
        with pytest.raises(IndexLockedError):
            self.handle(held).writer()

    @precondition(lambda self: self.writer is None)
    @rule(held=_which, documents=drawn.batches, gone=st.lists(drawn.ids, max_size=2))
    def commit_some(self, held, documents, gone):
        with self.handle(held).writer() as writer:
            for id in gone:
                assert writer.delete(id) == (self.committed.pop(id, None) is not None)
            writer.add_all(documents)
        hold(self.committed, documents)

    @precondition(lambda self: self.writer is None)
    @rule(held=_which, documents=drawn.bare_batches)
    def commit_without_a_value(self, held, documents):
        with self.handle(held).writer() as writer:
            writer.add_all(documents)
        hold(self.committed, documents)

    @precondition(lambda self: self.writer is None)
    @rule(held=_which, document=drawn.documents)
    def fail_half_way(self, held, document):
        def fail() -> None:
            with self.handle(held).writer() as writer:
                writer.add(document)
                writer.flush()
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()

    @precondition(lambda self: self.writer is None)
    @rule(held=_which)
    def optimize(self, held):
        self.handle(held).optimize()
        assert self.held.stats()["segments"] == min(len(self.committed), 1)

    @precondition(lambda self: self.writer is None)
    @rule(lexicon=st.sampled_from(LEXICONS))
    def rebuild(self, lexicon):
        with brought(lexicon()):
            assert Index.rebuild(self.path) == len(self.committed)
        if not self.own:
            self.lexicon = lexicon()

    @precondition(lambda self: self.writer is None)
    @rule(held=_which, spellings=drawn.spellings)
    def respell(self, held, spellings):
        self.handle(held).set_spellings(spellings)
        self.spellings = spellings

    @precondition(lambda self: self.writer is None)
    @rule(held=_which, name=st.sampled_from(list(FIELDS)), weight=st.sampled_from([0.0, 0.5]), data=st.data())
    def declare_otherwise_and_back(self, held, name, weight, data):
        """A field that goes and comes back has the values that documents have; the lexicon stays."""
        index, lexicon = self.handle(held), data.draw(st.sampled_from(LEXICONS))
        others = {other: kind for other, kind in FIELDS.items() if other != name}
        with brought(lexicon()):
            index.set_fields({**others, "note": TextField(weight)})
            assert self.held.fields == self.other.fields == {**others, "note": TextField(weight) if weight else "text"}
            index.set_fields(FIELDS)

    # The model knows no spellings of one's own, by which a filter finds, too.
    @precondition(lambda self: self.writer is None and not self.spellings)
    @rule(held=_which, data=st.data())
    def delete_what_a_filter_finds(self, held, data):
        filter = data.draw(drawn.gone(self.lexicon))
        gone = self.truth.ids(filter, None)
        assert self.handle(held).delete_by(filter.text) == len(gone)
        for id in gone:
            del self.committed[id]

    # Handles

    @rule()
    def open_again(self):
        self.other = Index.open(self.path)

    @rule()
    def close_and_open(self):
        del self.other
        gc.collect()
        self.other = Index.open(self.path)

    # Reading

    @rule(held=_which, id=drawn.ids)
    def read(self, held, id):
        index = self.handle(held)
        assert index.get(id) == self.committed.get(id)
        assert list(index.export()) == list(self.committed.values())
        assert index.doc_count == index.stats()["documents"] == len(self.committed)

    @rule(held=_which, data=st.data(), ranking=st.sampled_from(drawn.PLAIN), size=st.integers(1, 9))
    def find_what_is_meant(self, held, data, ranking, size):
        """Documents, total, facets and pages are those of a look at every document."""
        index, query, filter = self.handle(held), *self.draw(data)
        expected = self.truth.ids(query, filter)
        pages = []
        for at in range(0, len(expected) + size, size):
            results = index.search(query.text, size, at, filter=typed(filter), ranking=ranking, strict=True)
            pages += results
            assert results.total == len(expected)
        assert sorted(hit.id for hit in pages) == sorted(expected)
        assert [hit.rank for hit in pages] == list(range(1, len(expected) + 1))
        for hit in pages:
            assert hit.document == self.committed[hit.id]
            assert hit.title == hit.document.title
        for name in SORTED:
            counts = results.facet(name)
            assert counts == self.truth.facet(query, filter, name)
            assert list(counts.values()) == sorted(counts.values(), reverse=True)

    @rule(held=_which, data=st.data(), name=st.sampled_from(SORTED), reverse=_which, size=st.integers(1, 9))
    def sort(self, held, data, name, reverse, size):
        index, query, filter = self.handle(held), *self.draw(data)
        expected = self.truth.sorted_ids(query, filter, name, reverse=reverse)
        order, found = ("-" if reverse else "") + name, []
        for at in range(0, len(expected) + size, size):
            page = index.search(
                query.text, size, at, filter=typed(filter), sort=order, ranking=drawn.PLAIN[0], strict=True
            )
            found += [hit.id for hit in page]
        assert found == expected

    @rule(query=_typed, data=st.data(), ranking=st.sampled_from(drawn.RANKINGS + drawn.PLAIN), match=_match)
    def agree(self, query, data, ranking, match):
        """Both handles say the same of free text, whatever each was asked before."""
        filter = data.draw(drawn.filters(self.lexicon))
        way = {"match": match, "filter": typed(filter), "ranking": ranking}
        found = self.held.search(query, ALL, **way)
        same(found, self.other.search(query, ALL, **way))
        assert found.total == sum(not hit.loose for hit in found)
        assert self.held.spellings == self.other.spellings
        assert self.held.complete(query) == self.other.complete(query)
        assert self.held.search(query).suggestion == self.other.search(query).suggestion

    @precondition(lambda self: self.writer is None)
    @rule(queries=st.lists(_typed, min_size=1, max_size=4), ranking=st.sampled_from(drawn.RANKINGS + drawn.PLAIN))
    def be_as_if_new(self, queries, ranking):
        """Merged into one segment, the index scores as one that was made of its documents this moment."""
        self.other.optimize()
        with tempfile.TemporaryDirectory(dir=self.folder) as place, brought(self.lexicon):
            new = Index.create(Path(place, "new"), fields=FIELDS, lexicon=self.lexicon if self.own else None)
            new.set_spellings(self.spellings)
            with new.writer() as writer:
                writer.add_all(self.committed.values())
            for query in queries:
                for match in MATCHES:
                    found, anew = (index.search(query, ALL, match=match, ranking=ranking) for index in (self.held, new))
                    same(found, anew)
            for id in list(self.committed)[:2]:
                same(self.held.similar(id, ALL), new.similar(id, ALL))

    def draw(self, data) -> tuple[Typed, Typed | None]:
        return data.draw(drawn.queries(self.lexicon)), data.draw(drawn.filters(self.lexicon))


class MemoryMachine(IndexMachine):
    """The same rules for an index in memory; what is made anew beside it lies in a folder."""

    def place(self) -> str:
        return f"memory://{self.folder.name}"


def hold(documents: dict[str, Document], added: list[Document]) -> None:
    """Put documents at the end, instead of older ones of the same id."""
    for document in added:
        documents.pop(document.id, None)
        documents[document.id] = document


def typed(filter: Typed | None) -> str | None:
    return None if filter is None else filter.text


def same(found: Results, expected: Results) -> None:
    """The same documents with the same scores, as far as the order in which a sum is taken lets them be equal."""
    one, other = ({hit.id: hit.score for hit in results} for results in (found, expected))
    assert one == pytest.approx(other, rel=1e-4)
    assert {hit.id for hit in found if hit.loose} == {hit.id for hit in expected if hit.loose}
    assert found.total == expected.total


@contextmanager
def brought(lexicon: Lexicon) -> Iterator[None]:
    """Use a khsearch that brings this lexicon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("khsearch.khmer.words.by_lexicon.default_lexicon", lambda: lexicon)
        yield
