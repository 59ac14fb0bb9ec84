"""Indexes of stock Whoosh's to read: a schema of every kind of field, random documents, several segments, deletions."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal

from whoosh import analysis, columns, fields, index

from khsearch.whoosh import KHMER

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
