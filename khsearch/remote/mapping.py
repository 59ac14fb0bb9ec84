"""mapping: what an index keeps, as OpenSearch is told it: settings and mappings, and documents as bulk lines.

    stream   a text field of the same name, "title"; of an own field NAME, "w_NAME"
    column   text: "k_NAME" the forms in which its values are compared, "s_NAME" the first of them
             number, date: "n_NAME", dates and times as microseconds from year 1
             date: "y_NAME", "m_NAME", "d_NAME", the first microsecond of its year, month and day
             all: "g_NAME" what the document is grouped by
    key      what OpenSearch calls the document
    added    its number in the order in which all were added
    doc      the document itself (`hits`), which is kept and not looked into

A field that a document has nothing for is left out: OpenSearch counts the documents that have it.
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import orjson

from khsearch import version
from khsearch.documents import compared, json_line, several
from khsearch.engine import Batch
from khsearch.errors import DocumentError, IndexMismatchError
from khsearch.frozen import frozen
from khsearch.remote.hits import packed
from khsearch.remote.terms import GAP, texts_of
from khsearch.schema import BIGRAMS, STREAMS, Schema

FORMAT = 1
"""Of what lies in OpenSearch; a khsearch that knows less refuses it."""

ColumnKind = Literal["text", "number", "date"]

_LETTERS: dict[ColumnKind, str] = {"text": "ksg", "number": "ng", "date": "nymdg"}
_BUILT_IN = {stream.name for stream in STREAMS}
_MOST_ID = 512  # bytes of the longest _id
_GREATEST = sys.float_info.max
_HASHED = "\x01"
_LONGEST_KEYWORD = 32_765  # bytes: Lucene's longest term has one more, the sign before what a document is grouped by
_LONGEST_TOKEN = 8_000  # characters: as UTF-8 they are a term that Lucene takes


@frozen
class StreamLayout:
    """A stream as OpenSearch keeps it: how it saturates and how lengths count (BM25), whether places are kept."""

    name: str
    k1: float
    b: float
    positions: bool


@frozen
class Layout:
    """What an index in OpenSearch keeps: streams, and columns with their kinds."""

    streams: tuple[StreamLayout, ...]
    columns: Mapping[str, ColumnKind]

    @property
    def by_name(self) -> dict[str, StreamLayout]:
        """The streams by name."""
        return {stream.name: stream for stream in self.streams}


def layout_of(schema: Schema) -> Layout:
    """Return the layout for a schema. Bigrams keep positions here: they tell what stands inside of longer words."""
    streams = tuple(
        StreamLayout(one.name, one.scale.k1, one.scale.b, one.positions or one.name == BIGRAMS)
        for one in schema.streams
    )
    kinds: dict[str, ColumnKind] = {
        name: "date" if name in schema.dates else kind for name, kind in schema.columns.items()
    }
    return Layout(streams, kinds)


def stream_field(stream: str) -> str:
    """Return the name of the field of a stream."""
    return stream if stream in _BUILT_IN else f"w_{_escaped(stream)}"


def column_field(letter: str, column: str) -> str:
    """Return the name of one of the fields of a column: of its letter."""
    return f"{letter}_{_escaped(column)}"


def _escaped(name: str) -> str:
    """A name without what means something in names of fields: a point makes an object, a star a pattern."""
    return name.replace("%", "%25").replace(".", "%2E").replace("*", "%2A")


def body_of(layout: Layout, shards: int, replicas: int) -> dict[str, object]:
    """Return settings and mappings of an index."""
    properties: dict[str, object] = {
        "key": {"type": "keyword", "index": False},
        "doc": {"type": "binary", "doc_values": True},
        "added": {"type": "long"},
    }
    for stream in layout.streams:
        analyzer = "linked" if stream.name == BIGRAMS else "terms"
        field: dict[str, object] = {"type": "text", "analyzer": analyzer, "similarity": f"bm25_{stream.name}"}
        if not stream.positions:
            field["index_options"] = "freqs"
        if not stream.b:
            field["norms"] = False
        properties[stream_field(stream.name)] = field
    for name, kind in layout.columns.items():
        for letter in _LETTERS[kind]:
            properties[column_field(letter, name)] = _column(letter, kind)
    similarity = {f"bm25_{stream.name}": {"type": "BM25", "k1": stream.k1, "b": stream.b} for stream in layout.streams}
    analysis = {
        "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": _LONGEST_TOKEN}},
        "filter": {"gaps": {"type": "stop", "stopwords": [GAP]}},
        "analyzer": {
            "terms": {"type": "custom", "tokenizer": "spaces"},
            "linked": {"type": "custom", "tokenizer": "spaces", "filter": ["gaps"]},
        },
    }
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",
            "similarity": similarity,
            "analysis": analysis,
        },
        "mappings": {
            "dynamic": False,
            "_source": {"enabled": False},
            "_meta": {"khsearch": meta_of(layout)},
            "properties": properties,
        },
    }


def _column(letter: str, kind: ColumnKind) -> dict[str, object]:
    if letter == "n":
        return {"type": "long" if kind == "date" else "double"}
    if letter in "ymd":
        return {"type": "long", "index": False}
    return {"type": "keyword"} if letter == "k" else {"type": "keyword", "index": False}


def meta_of(layout: Layout) -> dict[str, object]:
    """Return what the mapping keeps of a layout."""
    streams = [[one.name, one.k1, one.b, one.positions] for one in layout.streams]
    return {
        "format": FORMAT,
        "khsearch": version.__version__,
        "streams": streams,
        "columns": dict(layout.columns),
    }


def layout_from(name: str, mapping: object) -> Layout:
    """Read the layout of the index of a name from its mapping, as `GET _mapping` has it below "mappings".

    IndexMismatchError for a later format, or for an index that is none of khsearch's.
    """
    meta = mapping.get("_meta") if isinstance(mapping, dict) else None
    content = meta.get("khsearch") if isinstance(meta, dict) else None
    if not isinstance(content, dict) or not isinstance(content.get("format"), int):
        raise IndexMismatchError(f"{name}: an index, but not one of khsearch's; choose another name")
    if content["format"] > FORMAT:
        raise IndexMismatchError(
            f"{name}: made by khsearch {content.get('khsearch')} in a later format ({content['format']}, this "
            f"one reads up to {FORMAT}); update khsearch"
        )
    streams = tuple(StreamLayout(*one) for one in cast("list[Any]", content["streams"]))
    return Layout(streams, cast("dict[str, ColumnKind]", content["columns"]))


def key_of(id: str) -> str:
    """Return what OpenSearch calls the document of an id: the id, or where that is none for it, its hash."""
    if id and not id.startswith(_HASHED) and len(id.encode("utf-8", "replace")) <= _MOST_ID:
        return id
    return _HASHED + hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()


def lines(batch: Batch, layout: Layout, first: int) -> Iterator[bytes]:
    """Yield two lines of a bulk for each document, whose numbers in the order of adding go up from `first`.

    DocumentError for a keyword that is longer than a term of OpenSearch.
    """
    texts = {name: texts_of(tokens, linked=name == BIGRAMS) for name, tokens in batch.tokens.items()}
    for at, document in enumerate(batch.documents):
        source: dict[str, object] = {stream_field(name): found[at] for name, found in texts.items() if found[at]}
        key = key_of(document.id)
        for name, kind in layout.columns.items():
            values = column_values(name, kind, batch.rows[name][at], key)
            if kind == "text" and any(
                len(one.encode()) > _LONGEST_KEYWORD
                for one in cast("list[str]", values.get(column_field("k", name), []))
            ):
                raise DocumentError(
                    f"document {document.id!r:.200}: a value of {name!r} is longer than OpenSearch keeps "
                    f"({_LONGEST_KEYWORD:,} bytes); shorten it"
                )
            source |= values
        source |= {"key": key, "added": first + at, "doc": packed(json_line(document))}
        yield action("index", key, first + at) + orjson.dumps(source) + b"\n"


def action(what: Literal["index", "delete"], key: str, number: int) -> bytes:
    """Return the first line of an item of a bulk. A number of the order of adding is its version: none goes back."""
    return orjson.dumps({what: {"_id": key, "version": number, "version_type": "external"}}) + b"\n"


def column_values(name: str, kind: ColumnKind, given: object, key: str) -> dict[str, object]:
    """Return the fields of a column with the values of one document: None, one, or a list."""
    values = [compared(value) for value in several(given)]
    if not values:
        return {column_field("g", name): f"-{key}"}  # it is a group of its own
    found: dict[str, object] = {}
    if kind == "text":
        forms = [as_text(value) for value in values]
        found = {column_field("k", name): list(dict.fromkeys(forms)), column_field("s", name): forms[0]}
        group = forms[0]
    else:
        number = as_number(values[0], kind)
        found[column_field("n", name)] = number
        group = repr(number)
        if kind == "date":
            found |= {column_field(letter, name): first for letter, first in days_of(int(number)).items()}
    return {**found, column_field("g", name): f"={group}"}


def as_text(value: object) -> str:
    """Return a text as it is compared, as OpenSearch has it."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.encode("utf-8", "replace").decode()


def as_number(value: object, kind: ColumnKind) -> int | float:
    """Return a number as OpenSearch compares it: of dates and times whole microseconds, else the nearest float."""
    assert isinstance(value, int | float)
    if kind == "date":
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        number = math.copysign(math.inf, value)
    return max(-_GREATEST, min(number, _GREATEST))  # JSON has nothing beyond


def days_of(moment: int) -> dict[str, int]:
    """Return the first microseconds of the year, the month and the day of a moment, all from year 1."""
    day = (datetime.min + timedelta(microseconds=moment)).replace(hour=0, minute=0, second=0, microsecond=0)
    firsts = {"y": day.replace(month=1, day=1), "m": day.replace(day=1), "d": day}
    return {letter: cast("int", compared(first)) for letter, first in firsts.items()}
