"""Indexes of stock Whoosh's to read: every kind of field, segments, deletions; and what is equal in two indexes."""

from __future__ import annotations

import datetime
import io
import pickle
import random
from contextlib import contextmanager
from decimal import Decimal

import pytest
from whoosh import analysis, columns, fields, formats, index
from whoosh.codec import whoosh3
from whoosh.filedb import structfile

from khsearch.whoosh import KHMER
from khsearch.whoosh.migration import child, frames, importing, pickles

WORDS = [
    *("render", "rendering", "rendered", "image", "images", "wifi", "power", "shot"),
    *("alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf"),
]
KHMER_WORDS = ["កម្ពុជា", "ឆ្មា", "ត្រី", "ទឹក", "សាលា", "លោក"]
START = datetime.datetime(2019, 12, 31, 23, 59, 59, 999_999)


def schema():
    """One field of every kind, and a pattern."""
    made = fields.Schema(
        id=fields.ID(unique=True, stored=True),
        title=fields.TEXT(stored=True, field_boost=2.0, analyzer=analysis.StemmingAnalyzer(), spelling=True),
        body=fields.TEXT(sortable=True, vector=True),
        parts=fields.TEXT(analysis.FancyAnalyzer(mergewords=True), chars=True),
        plain=fields.TEXT(phrase=False),
        khmer=KHMER(stored=True),
        bigrams=KHMER("bigrams"),
        tags=fields.KEYWORD(commas=True, lowercase=True, stored=True, scorable=True, sortable=True, field_boost=0.5),
        path=fields.ID(analyzer=analysis.PathTokenizer()),
        number=fields.NUMERIC(sortable=True, stored=True, signed=True),
        real=fields.NUMERIC(float, stored=True, field_boost=3.0),
        price=fields.NUMERIC(Decimal, 64, decimal_places=2, sortable=True, stored=True),
        numbers=fields.NUMERIC(shift_step=8),
        day=fields.DATETIME(sortable=True, stored=True),
        good=fields.BOOLEAN(stored=True),
        ngram=fields.NGRAM(minsize=2, maxsize=3),
        words=fields.NGRAMWORDS(minsize=2, maxsize=3, at="start"),
        data=fields.STORED(),
        bit=fields.COLUMN(columns.BitColumn()),
        blob=fields.COLUMN(),
        refs=fields.COLUMN(columns.RefBytesColumn()),
        small=fields.COLUMN(columns.CompressedBytesColumn()),
        thing=fields.COLUMN(columns.PickleColumn(columns.VarBytesColumn())),
    )
    made.add("extra_*", fields.TEXT(stored=True, sortable=True), glob=True)
    return made


def document(number, source):
    """A random document; most fields are missing now and then."""

    def words(most):
        return " ".join(source.choices(WORDS, k=source.randint(0, most)))

    every = {
        "title": words(6),
        "body": words(40),
        "parts": "Wi-Fi PowerShot's " + words(5),
        "plain": words(10),
        "khmer": "".join(source.choices(KHMER_WORDS, k=5)),
        "bigrams": "".join(source.choices(KHMER_WORDS, k=3)),
        "tags": ",".join(source.choices(["A b", "c", "D"], k=2)),
        "path": "/a/b/c",
        "number": source.randint(-100, 100),
        "real": source.choice([-1.5, 0.0, 2.25]),
        "price": Decimal(source.randint(-500, 500)) / 100,
        "numbers": source.choices(range(5), k=3),
        "day": START + datetime.timedelta(days=source.randint(0, 50), microseconds=source.randint(0, 5)),
        "good": source.random() < 0.5,
        "ngram": words(2),
        "words": words(2),
        "data": source.choice([None, ["a", (1, 2)], {"x": b"\0", "$": 2**70}, START, Decimal("1.50")]),
        "bit": source.random() < 0.5,
        "blob": source.choice([b"", b"\xff\0", b"x"]),
        "refs": source.choice([b"a", b"b"]),
        "small": source.choice([b"", b"a" * 50]),
        "thing": source.choice([None, [1, "a"], (2.5,)]),
        "extra_one": words(3),
    }
    chosen = {name: value for name, value in every.items() if source.random() < 0.85}
    if source.random() < 0.2:
        chosen["_boost"] = source.choice([0.1, 3.0])
    if source.random() < 0.2:
        chosen["_title_boost"] = source.choice([0.7, 12.5])
    if source.random() < 0.1:
        chosen["_stored_title"] = "another"
    return {"id": str(number), **chosen}


def written(folder, documents, *, segments=3, deleted=5, indexname=None, seed=0):
    """Make an index in a folder, which is made, too -> Whoosh's index."""
    source = random.Random(seed)
    folder.mkdir(exist_ok=True)
    made = index.create_in(folder, schema(), indexname)
    for segment in range(segments):
        writer = made.writer()
        for number in range(segment * documents // segments, (segment + 1) * documents // segments):
            writer.add_document(**document(number, source))
        writer.commit(merge=False)
    writer = made.writer()
    for number in source.sample(range(documents), deleted):
        writer.delete_by_term("id", str(number))
    writer.commit(merge=False)
    return made


@contextmanager
def read_here():
    """Let imports read folders in this process, as the other one does, but for its rights."""

    @contextmanager
    def read(source, indexname, *, trust):
        pipe = io.BytesIO()
        with pytest.MonkeyPatch.context() as patch:
            for room in (columns, formats, whoosh3):
                patch.setattr(room, "loads", room.loads)
            patch.setattr(structfile, "load_pickle", structfile.load_pickle)
            patch.setattr(index, "pickle", pickle)
            patch.setattr(index, "toc_loaders", {})
            pickles.trust_none()
            child.tell(pipe, str(source), indexname, held=True, trust=trust)
        pipe.seek(0)
        yield importing.checked(source, frames.read(pipe))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "_reading", read)
        yield


def live(reader):
    """Numbers of live documents, and the number of each among them."""
    found = list(reader.all_doc_ids())
    return found, {doc: number for number, doc in enumerate(found)}


def told(reader, name):
    """All live postings of a field: term, document, frequency, weight, positions or characters."""
    _, numbers = live(reader)
    found = {}
    for term in reader.lexicon(name):
        matcher = reader.postings(name, term)
        while matcher.is_active():
            if matcher.id() in numbers:
                kind = next((kind for kind in ("characters", "positions") if matcher.supports(kind)), "frequency")
                key = bytes(term), numbers[matcher.id()]
                mine = found.setdefault(key, [0.0, []])
                mine[0] += matcher.weight()
                mine[1] += [matcher.value_as(kind)]
            matcher.next()
    return found


def assert_same_postings(a, b, name):
    mine, theirs = told(a, name), told(b, name)
    assert mine.keys() == theirs.keys(), name
    for key, (weight, places) in mine.items():
        assert theirs[key][0] == pytest.approx(weight, rel=1e-6), (name, key)
        if not all(isinstance(place, int) for place in places):
            assert theirs[key][1] == [list(place) for place in places], (name, key)


def assert_same(old, new):
    """Everything there is, but the order of an Existence field's and the like."""
    a, b = old.reader(), new.reader()
    assert list(a.all_stored_fields()) == list(b.all_stored_fields())
    assert [repr(found) for found in b.all_stored_fields()] == [repr(found) for found in a.all_stored_fields()]
    assert new.schema.names() == old.schema.names()
    ours = set(b.indexed_field_names())
    for name in sorted(set(a.indexed_field_names()) | ours):
        if name.startswith("spell_"):  # whose postings are Whoosh's first document's
            assert set(b.lexicon(name)) == set(a.lexicon(name))
        else:
            assert_same_postings(a, b, name)
    old_docs, new_docs = live(a)[0], live(b)[0]
    for name in (*old.schema.names(), "extra_one"):
        if old.schema[name].column_type:
            mine = a.column_reader(name, translate=False)
            theirs = b.column_reader(name, translate=False)
            assert [theirs[doc] for doc in new_docs] == [mine[doc] for doc in old_docs], name
