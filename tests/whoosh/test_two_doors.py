"""An Index used by turns through its own interface and through Whoosh's: neither side sees other than what was done.

    KHSEARCH_STEPS=50000 .venv/bin/python -m pytest -s tests/whoosh/test_two_doors.py

What each step did is known: documents by id, in order, and which of them a query means (`tests.state.model`).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import date, datetime, time

import pytest
from whoosh import query, sorting, writing

from khsearch import Document, Index
from khsearch.documents import keyword_form
from tests.state import lexicons, model
from tests.state.model import FIELDS, Truth, Typed

WORDS = (*lexicons.COMMON, *lexicons.PARTS, "UNICEF", "2021")
KINDS = ("a", "B", "b", ["a", "B"], ["b", "b", "ក"], "two words", [])
SIZES = (-2, 0, 1, 2, 1.5, -0.25, 10**15)
DAYS = (date(2020, 6, 1), date(2021, 5, 11), datetime(2021, 5, 11, 8, 30), "2021", "2022-02")
ALL = 100


class Life:
    """One index, its handles, what it holds, and what the writer at work makes of it."""

    def __init__(self, path, seed):
        self.random = random.Random(seed)
        self.lexicon = lexicons.of_parts()
        self.path = str(path)
        self.index = Index.create(path, fields=FIELDS, lexicon=self.lexicon)
        self.whoosh = self.index.whoosh()
        self.other = Index.open(path)
        self.committed: dict[str, Document] = {}
        self.pending: dict[str, Document] = {}
        self.count = 0

    def live(self, steps):
        deeds = [self.write, self.write, self.write_by_whoosh, self.write_by_whoosh, self.write_by_whoosh]
        deeds += [
            self.read,
            self.search,
            self.search,
            self.search,
            self.sort,
            self.group,
            self.optimize,
            self.reopen,
            self.rebuild,
        ]
        for _ in range(steps):
            self.random.choice(deeds)()
        self.read()
        assert Index.verify(self.path) == []

    # What is drawn

    def document(self):
        pick = self.random
        self.count += 1
        text = " ".join(pick.choices(WORDS, k=pick.randint(1, 9)))
        title = " ".join(pick.choices(WORDS, k=pick.randint(0, 3)))
        drawn = {
            "kind": pick.choice(KINDS),
            "size": pick.choice(SIZES),
            "day": pick.choice(DAYS),
            "open": pick.random() < 0.5,
            "note": " ".join(pick.choices(WORDS, k=2)),
            "other": [str(self.count)],  # which the index does not know
        }
        return Document(f"d{pick.randrange(25)}", title, text, {n: v for n, v in drawn.items() if pick.random() < 0.6})

    def meant(self):
        """A query of Whoosh's, and which documents it means."""
        pick = self.random
        word, other = pick.choice(lexicons.COMMON), pick.choice(lexicons.COMMON)
        simple = [
            (query.Every(), lambda read: True),
            (query.Term("text", word), lambda read: has(read.text, word)),
            (query.Term("title", word), lambda read: has(read.title, word)),
            (query.Term("note", word), lambda read: has(read.note, word)),
            (query.Phrase("text", [word, other]), lambda read: side_by_side(read.text, word, other)),
            (query.Prefix("text", word[:2]), lambda read: begins(read.text, word[:2])),
            (query.Term("id", f"d{len(word)}"), lambda read: read.document.id == f"d{len(word)}"),
            (query.Term("kind", "B"), lambda read: "b" in forms(read)),
            (query.Prefix("kind", "t"), lambda read: any(form.startswith("t") for form in forms(read))),
            (query.Term("size", 1.5), lambda read: 1.5 in read.values["size"]),
            (query.NumericRange("size", 0, 2), lambda read: any(0 <= size <= 2 for size in read.values["size"])),
            (query.Term("open", True), lambda read: True in read.values["open"]),
            (query.Every("day"), lambda read: bool(read.values["day"])),
            (
                query.DateRange("day", datetime(2021, 1, 1), datetime(2021, 12, 31)),
                lambda read: any(day.year == 2021 for day in read.values["day"]),
            ),
        ]
        (one, first), (two, second) = pick.choices(simple, k=2)
        return pick.choice(
            [
                (one, first),
                (one, first),
                (query.And([one, two]), lambda read: first(read) and second(read)),
                (query.Or([one, two]), lambda read: first(read) or second(read)),
                (query.AndNot(one, two), lambda read: first(read) and not second(read)),
                (query.Require(one, two), lambda read: first(read) and second(read)),
                (query.Not(one), lambda read: not first(read)),
            ]
        )

    # What is done

    def ids_meant(self, documents, means):
        return Truth(documents.values(), self.lexicon).ids(Typed("", means), None)

    def hold(self, document):
        self.pending.pop(document.id, None)
        self.pending[document.id] = document

    def write(self):
        """Add and delete through the Index's own writer."""
        self.pending = dict(self.committed)
        writer = self.random.choice([self.index, self.other]).writer()
        for _ in range(self.random.randint(1, 4)):
            if self.random.random() < 0.7:
                document = self.document()
                writer.add(document)
                self.hold(document)
            else:
                gone = f"d{self.random.randrange(25)}"
                assert writer.delete(gone) == (self.pending.pop(gone, None) is not None)
        self.end(writer)

    def write_by_whoosh(self):
        """Add, update and delete through Whoosh's writer."""
        self.pending = dict(self.committed)
        writer = self.random.choice([self.whoosh, self.other.whoosh()]).writer()
        numbers = {fields["id"]: number for number, fields in numbered(writer.reader())}
        assert numbers.keys() == self.committed.keys()
        added = set()
        for _ in range(self.random.randint(1, 5)):
            deed = self.random.randrange(8)
            if deed < 4:
                document = self.document()
                add = writer.add_document if deed < 2 else writer.update_document
                add(id=document.id, title=document.title, text=document.text, **document.fields)
                self.hold(document)
                added.add(document.id)
            elif deed == 4:
                gone = f"d{self.random.randrange(25)}"
                assert writer.delete_by_term("id", gone) == (self.pending.pop(gone, None) is not None)
            elif deed == 5:
                asked, means = self.meant()
                gone = self.ids_meant(self.pending, means)
                assert writer.delete_by_query(asked) == len(gone), asked
                for id in gone:
                    del self.pending[id]
            elif numbers:
                gone = self.random.choice(list(numbers))
                writer.delete_document(numbers[gone])
                assert writer.is_deleted(numbers[gone])
                if gone not in added:
                    self.pending.pop(gone, None)
        if self.random.random() < 0.05:
            for id in self.pending.keys() - added:
                del self.pending[id]
            writer.commit(mergetype=writing.CLEAR)
            self.committed = self.pending
        else:
            self.end(writer)

    def end(self, writer):
        if self.random.random() < 0.15:
            writer.cancel()
            return
        writer.commit(optimize=self.random.random() < 0.1)
        self.committed = self.pending

    def optimize(self):
        self.random.choice([self.index, self.whoosh]).optimize()
        assert self.whoosh.doc_count() == self.whoosh.doc_count_all() == len(self.committed)

    def rebuild(self):
        assert Index.rebuild(self.path) == len(self.committed)

    def reopen(self):
        self.other = Index.open(self.path)
        if self.random.random() < 0.1:
            assert Index.verify(self.path) == []

    # What is asked

    def handle(self):
        """An Index and a whoosh.index.Index, each held or new."""
        held = self.random.random() < 0.5
        return (self.index, self.other.whoosh()) if held else (self.other, self.whoosh)

    def read(self):
        index, whoosh = self.handle()
        assert list(index.export()) == list(self.committed.values())
        with whoosh.reader() as reader:
            assert list(reader.all_stored_fields()) == [as_fields(document) for document in self.committed.values()]
            assert reader.doc_count() == index.doc_count == len(self.committed)
            for name in reader.indexed_field_names():
                for term in reader.lexicon(name):
                    assert reader.doc_frequency(name, term) == len(list(reader.postings(name, term).all_ids())) > 0

    def search(self):
        (index, whoosh), (asked, means) = self.handle(), self.meant()
        expected = self.ids_meant(self.committed, means)
        filter, limits = self.meant() if self.random.random() < 0.3 else (None, None)
        if limits is not None:
            kept = set(self.ids_meant(self.committed, limits))
            expected = [id for id in expected if id in kept]
        found = index.search(asked, ALL, filter=filter)
        assert sorted(hit.id for hit in found) == sorted(expected), asked
        assert found.total == len(expected)
        with whoosh.searcher() as searcher:
            hits = searcher.search(asked, limit=ALL, filter=filter)
            assert [(hit["id"], hit.score) for hit in hits] == [(hit.id, hit.score) for hit in found], asked
            assert len(hits) == len(expected)
            for hit, other in zip(hits, found, strict=True):
                assert hit.fields() == as_fields(other.document) == as_fields(self.committed[other.id])

    def sort(self):
        (index, whoosh), (asked, means) = self.handle(), self.meant()
        name = self.random.choice(["size", "day", "open", "kind"])
        if name == "kind":  # compared by their forms, which the model does not know
            ids = sorted(self.ids_meant(self.committed, means), key=self.first_form)
            without = [id for id in ids if not self.first_form(id)]
            last = ids[len(without) :] + without
        else:
            truth = Truth(self.committed.values(), self.lexicon)
            ids = last = truth.sorted_ids(Typed("", means), None, name, reverse=False)
        assert [hit.id for hit in index.search(asked, ALL, sort=name)] == last  # those without a value
        with whoosh.searcher() as searcher:
            for reverse in (False, True):
                found = searcher.search(asked, limit=ALL, sortedby=name, reverse=reverse)
                assert [hit["id"] for hit in found] == (ids[::-1] if reverse else ids)

    def first_form(self, id):
        return next(iter(as_forms(self.committed[id].fields.get("kind"))), "")

    def group(self):
        (index, whoosh), (asked, means) = self.handle(), self.meant()
        name = self.random.choice(["size", "day", "open"])
        told = Truth(self.committed.values(), self.lexicon).facet(Typed("", means), None, name)
        assert index.search(asked).facet(name) == told
        with whoosh.searcher() as searcher:
            groups = searcher.search(asked, groupedby=name, maptype=sorting.Count).groups()
            groups.pop(None, None)
            assert {as_day(value): count for value, count in groups.items()} == told
            overlapping = sorting.FieldFacet("kind", allow_overlap=True, maptype=sorting.Count)
            kinds = searcher.search(asked, groupedby={"kind": overlapping}).groups("kind")
            kinds.pop(None, None)
            found = [self.committed[id] for id in self.ids_meant(self.committed, means)]
            assert kinds == Counter(form for document in found for form in set(as_forms(document.fields.get("kind"))))


def has(words, word):
    return words_of(word)[0] in words


def words_of(word):
    return model.words_of(word, lexicons.of_parts())


def side_by_side(words, one, two):
    wanted = (*words_of(one), *words_of(two))
    return any(tuple(words[at : at + 2]) == wanted for at in range(len(words)))


def begins(words, beginning):
    codes = model.normalize(beginning).codes[1:-1]
    return any(word.startswith(codes) for word in words)


def forms(read):
    return as_forms(read.values["kind"])


def as_forms(kinds):
    kinds = [] if kinds is None else [kinds] if isinstance(kinds, str) else kinds
    return [keyword_form(kind.encode()).decode() for kind in kinds]


def as_fields(document):
    fields = {name: first_moment(value) for name, value in document.fields.items()}
    return {**fields, "id": document.id, "title": document.title, "text": document.text}


def first_moment(value):
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return datetime.combine(value, time()) if is_day else value


def as_day(value):
    return value.date() if isinstance(value, datetime) and value.time() == time() else value


def numbered(reader):
    return [(number, reader.stored_fields(number)) for number in reader.all_doc_ids()]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_short_life_through_both_doors(tmp_path, seed):
    Life(tmp_path / "index", seed).live(120)


@pytest.mark.slow
def test_a_long_life_through_both_doors(tmp_path):
    steps, seed = int(os.environ.get("KHSEARCH_STEPS", "5000")), int(os.environ.get("KHSEARCH_SEED", "3"))
    Life(tmp_path / "index", seed).live(steps)
