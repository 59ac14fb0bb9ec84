"""Documents: what may be one, and reading them from files, folders and streams."""

import io
import json
import os
import random
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import orjson
import pytest

from khsearch import native
from khsearch.documents import (
    TITLE_LENGTH,
    Document,
    Documents,
    FieldNames,
    json_line,
    read_path,
    read_stream,
    shown,
    validate,
)
from khsearch.documents.stored import Stored, bodies_of, document_of, heads_of
from khsearch.errors import DocumentError, IndexDamagedError

RICE = "ស្រូវវស្សាឆ្នាំនេះបានផលល្អ"
RAIN = "ភ្លៀងធ្លាក់ខ្លាំងនៅខេត្តកំពត"


def read(content, format, **options):
    data = content if isinstance(content, bytes) else content.encode()
    return list(read_stream(io.BytesIO(data), format, **options))


def problem(content, format, **options):
    with pytest.raises(DocumentError) as caught:
        read(content, format, **options)
    return str(caught.value)


# What may be a document


def test_every_kind_of_field_is_valid():
    fields = {"s": RICE, "i": 3, "f": 1.5, "b": True, "d": date(2021, 5, 11), "tags": [RICE, ""], "none": []}
    validate(Document("1", "", RICE, {**fields, "t": datetime(2021, 5, 11, 9, tzinfo=UTC)}))
    validate(Document("1", title=RICE))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (Document("", RICE, RICE), "empty id"),
        (Document(7, RICE, RICE), "its id is of type int"),
        (Document("1", None, RICE), "its title is None"),
        (Document("1"), "neither title nor text"),
        (Document("1", " ", "\n \u2003"), "neither title nor text"),
        (Document("1", RICE, "ab\ud800"), "'1': its text has a lone surrogate (U+D800) at offset 2"),
        (Document("1", "\udcff", RICE), "its title has a lone surrogate (U+DCFF) at offset 0"),
        (Document("x\ud800", RICE, RICE), "its id has a lone surrogate"),
        (Document("1", RICE, RICE, {"a": "x\udfff"}), "field 'a' has a lone surrogate (U+DFFF) at offset 1"),
        (Document("1", RICE, RICE, {"a": ["b", "\ud800"]}), "field 'a' has a lone surrogate"),
        (Document("1", RICE, RICE, {"a\ud800": 1}), "has a lone surrogate"),
        (Document("1", RICE, RICE, {"a": b"x"}), "field 'a' is of type bytes"),
        (Document("1", RICE, RICE, {"a": {"b": 1}}), "field 'a' is of type dict"),
        (Document("1", RICE, RICE, {"a": ("x",)}), "field 'a' is of type tuple"),
        (Document("1", RICE, RICE, {"a": [1]}), "a list with an item that is of type int"),
        (Document("1", RICE, RICE, {"a": float("inf")}), "field 'a' is inf"),
        (Document("1", RICE, RICE, {"a": Decimal("-Infinity")}), "field 'a' is -Infinity"),
        (Document("1", RICE, RICE, {"a": np.array([1])}), "field 'a' is of type ndarray"),
        (Document("1", RICE, RICE, {"a": np.datetime64("99999-01-01", "D")}), "no calendar"),
        (Document("1", RICE, RICE, {"a": np.timedelta64(5, "ns")}), "field 'a' is of type timedelta64"),
        (Document("1", RICE, RICE, {"a": np.timedelta64(3, "Y")}), "field 'a' is of type timedelta64"),
        (Document("1", RICE, RICE, {"a": np.clongdouble(1)}), "field 'a' is of type "),
        (Document("1", RICE, RICE, None), "its fields are None"),
        (Document("1", RICE, RICE, [1]), "its fields are of type list"),
        (Document("x" * 40_000, RICE, RICE), "more than 32768 bytes"),
        ({"id": "1"}, "is no Document"),
        (None, "is no Document"),
        (Document("1", RICE, RICE, {"a": 1 << 64}), "more than 64 bits"),
        (Document("1", RICE, RICE, {"": 1}), "no name for a field"),
    ],
)
def test_what_cannot_be_indexed_is_an_error_that_names_it(document, says):
    with pytest.raises(DocumentError) as caught:
        validate(document)
    assert says in str(caught.value)


def test_documents_are_values():
    assert Document("1", RICE) == Document(id="1", title=RICE, text="", fields={})
    assert hash(Document("1", RICE, fields={"a": 1})) is not None


# JSON lines


def test_a_json_line_comes_back_equal():
    fields = {
        "date": date(2021, 5, 11),
        "at": datetime(2021, 5, 11, 9, 30, 1, 5, tzinfo=UTC),
        "local": datetime(2021, 5, 11),
        "told": "2021-05-11",
        "tags": ["ក", "\u200b"],
        "id": "another",
        "_id": 4,
        "fields": 1.5,
        "on": False,
    }
    documents = [Document("1", "ក\n\u2028", RICE, fields), Document("2", RAIN), Document("3", "", RAIN, {"n": 1 << 63})]
    lines = b"\n".join(map(json_line, documents))
    assert lines.count(b"\n") == 2
    assert read(lines, "jsonl") == documents


def test_what_is_stored_is_a_json_line():
    every = "".join(map(chr, (*range(0x180), *range(0x1780, 0x1800), 0x2028, 0xFFFF, 0x1F600)))
    texts = [RICE, '"', "a\n\\n", "", every, *every, f"{RICE}\t{RAIN}", "ក\n"]
    fields = {"on": date(2021, 5, 11), '"': RAIN}
    fields |= {
        "at": datetime(2021, 5, 11, 9, tzinfo=UTC),
        "cost": Decimal("1.50"),
        "n": 1 << 63,
        "of": [RICE],
        "no": None,
    }
    documents = [Document("1", RICE, text, fields if i % 3 else {}) for i, text in enumerate(texts)]
    of_text = [replace(document, id="", title="") for document in documents]
    assert bodies_of(Documents.of(documents)) == list(map(json_line, of_text))
    assert bodies_of(Documents.of([])) == []
    assert list(Documents.of(documents)) == documents
    assert Documents.of(documents)[1:3] == documents[1:3]


@pytest.mark.parametrize("core", [None, native.core], ids=["stepwise", "core"])
def test_a_stored_document_is_read_as_far_as_it_is_asked_for(core, monkeypatch):
    monkeypatch.setattr(native, "core", core)
    every = "".join(map(chr, (*range(0x180), *range(0x1780, 0x1800), 0x2028, 0xFFFF, 0x1F600)))
    for text in [RICE, '"', "a\n\\n", "", *every, every, f"{RICE}\t{RAIN}" * 50]:
        for fields in ({}, {"on": date(2021, 5, 11), '"text":"': RAIN}):
            whole = Document("1", RICE, text, fields)
            for rest in (whole, *bodies_of(Documents.of([whole]))):
                stored = Stored("1", RICE, rest)
                assert (stored.id, stored.title, stored.utf8, stored.document) == ("1", RICE, text.encode(), whole)


@pytest.mark.skipif(native.core is None, reason=f"the compiled core is {native.STATE}")
def test_the_core_finds_the_text_of_no_body_that_says_another():
    chance = random.Random(5)
    wholes = [Document("1", "", f'{RICE}\n\u200b"{RAIN}\x01', fields) for fields in ({}, {"a": "x", "b": 5})]
    bodies = bodies_of(Documents.of(wholes))
    for _ in range(20_000):
        body = bytearray(chance.choice(bodies))
        for _ in range(chance.choice([1, 1, 2, 5])):
            at = chance.randrange(len(body))
            other = chance.choice([b"", b'"', b"\\", b"\x1f", b"}", bytes([chance.randrange(256)])])
            body[at : at + chance.choice([0, 1, 1, 9])] = other
        found = native.core.text_of(bytes(body))
        if found is not None:
            before = b'{"id":"","title":"","text":'
            assert body.startswith(before)
            assert json.JSONDecoder().raw_decode(body[len(before) :].decode(errors="replace"))[0] == found.decode()


@pytest.mark.parametrize(
    "body",
    [
        *("", "[]", "5", "{}", '{"id":"","title":"","text":5}', '{"id":"","title":"","text":null}'),
        *('{"id":"","title":"","text":"a","fields":5}', '{"id":"","title":"","text":"a","fields":{"x":{"y":1}}}'),
        *('{"id":"","title":"","text":"a","fields":{"x":[1]}}', '{"id":[],"title":"","text":"a"}'),
        '{"id":"","title":"","text":"a","fields":{"x":{"$date":"soon"}}}',
    ],
)
def test_what_was_never_stored_is_damaged(body):
    documents = Documents.of([Document("1", RICE)])
    [head] = heads_of(documents)
    with pytest.raises(IndexDamagedError, match="'1' is not what was written"):
        document_of(head, body.encode())
    for wrong in (b"", b"\1", b"\2\xff", head[:1] + b"x\0", head[1:]):
        with pytest.raises(IndexDamagedError, match="the head of a stored document"):
            document_of(wrong, bodies_of(documents)[0])


def test_a_column_holds_dates_as_microseconds():
    assert shown(0, "date") == date(1, 1, 1)
    assert shown(5, "date") == datetime(1, 1, 1, microsecond=5)
    for wrong in (1 << 62, -1, float("nan"), "x"):
        with pytest.raises(IndexDamagedError, match="which is none; rebuild"):
            shown(wrong, "date")


def test_json_keys_become_fields():
    lines = (
        f'\ufeff{{"id": 7, "title": "{RICE}", "text": "{RAIN}", "n": 1, "tags": ["a"], "date": "2021-05-11"}}\r\n'
        f'\n{{"_id": "b#1", "text": "{RAIN}", "title": null, "none": null, "metadata": {{}}}}'
    )
    assert read(lines, "jsonl") == [
        Document("7", RICE, RAIN, {"n": 1, "tags": ["a"], "date": "2021-05-11"}),
        Document("b#1", "", RAIN),
    ]


def test_json_keys_can_be_named():
    names = FieldNames("docno", "head", "body")
    line = f'{{"docno": "x", "head": "{RICE}", "body": "{RAIN}", "id": "y", "text": "z"}}'
    assert read(line, "jsonl", names=names) == [Document("x", RICE, RAIN, {"id": "y", "text": "z"})]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "1", "text": ', "x, line 2: not JSON"),
        ("[1]", "x, line 2: not a JSON object"),
        ('{"id": "1", "title": "a"}', "x, line 2: 'text' is missing"),
        ('{"id": "1", "text": 5}', "x, line 2: 'text' is not a string"),
        ('{"id": true, "text": "a"}', "x, line 2: 'id' is not a string"),
        ('{"id": "1", "text": " "}', "x, line 2: document '1': it has neither title nor text"),
        ('{"id": "1", "text": "a", "f": {"$date": "soon"}}', "x, line 2: "),
        (b'{"id": "1", "text": "\xff"}', "x, line 2: not UTF-8 at byte 46"),
        (b'{"id": "1", "text": "\xed\xa0\x80"}', "x, line 2: not UTF-8 at byte 46"),
        (r'{"id": "1", "text": "\ud800"}', "x, line 2: not JSON"),
    ],
)
def test_a_bad_line_is_named_and_can_be_passed_over(line, says):
    good = b'{"id": "0", "text": "a"}\n'
    line = line if isinstance(line, bytes) else line.encode()
    content = good + line + b"\n" + good
    assert says in problem(content, "jsonl", source="x")
    told = []
    assert len(read(content, "jsonl", source="x", on_error=told.append)) == 2
    assert [says in str(error) for error in told] == [True]


# CSV


def test_csv_columns_become_fields():
    content = f'\ufeffid,title,text,place,\n1,{RICE},"{RAIN}, ""\n{RAIN}""",កំពត,9\n\n2,{RICE},,,\n'
    assert read(content, "csv") == [
        Document("1", RICE, f'{RAIN}, "\n{RAIN}"', {"place": "កំពត"}),
        Document("2", RICE, ""),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "x: the file is empty"),
        ("id,text\n", "x: no rows"),
        ("id,text\n1,a\n2\n", "x, line 3: 1 cells, but the header has 2"),
        ('id,text\n1,"a\nb"\n2,"c\n', "x, line 4: not CSV"),
        ("id,text\n1,\n", "x, line 2: document '1': it has neither"),
        (b"id,text\n1,a\n2,\xe1\x9e\n", "x, line 3: not UTF-8 at byte 14"),
        (b"\xff\xfei\x00d\x00\n", "x, line 1: not the UTF-16 that its mark says"),
    ],
)
def test_what_is_wrong_with_a_csv_is_named(content, says):
    assert says in problem(content, "csv", source="x")


def test_reading_a_csv_goes_on_after_bad_rows():
    told = []
    content = b'id,text\n1,a\n2\n3,\xff\n4,"b"c\n5,d\n'
    found = read(content, "csv", on_error=told.append)
    assert [document.id for document in found] == ["1", "5"]
    assert [str(error).partition(": ")[0] for error in told] == ["stdin, line 3", "stdin, line 4", "stdin, line 5"]


# Text files


def test_a_text_is_its_file_and_its_title_the_first_line():
    assert read(f"\ufeff\n \u200b\n  {RICE} \u200b\r\n{RAIN}", "txt", source="a") == [
        Document("a", RICE, f"\n \u200b\n  {RICE} \u200b\n{RAIN}")
    ]


def test_a_long_title_ends_at_a_space():
    for space in " ", "\u200b":
        [document] = read(space.join([RICE] * 20), "txt")
        assert document.title == space.join([RICE] * 4) + "\u2026"
    [document] = read("a" * TITLE_LENGTH, "txt")
    assert document.title == document.text


@pytest.mark.parametrize(
    "cluster", ["\u1780\u17d2\u179a\u17bb\u17c6", "\u179f\u17d2\u178f\u17d2\u179a\u17b8", "\u1780"]
)
def test_a_long_title_without_a_space_ends_with_a_cluster(cluster):
    for shift in range(len(cluster)):
        [document] = read("a" * shift + cluster * 200, "txt")
        title = document.title.removesuffix("\u2026").removeprefix("a" * shift)
        assert title
        assert title == cluster * (len(title) // len(cluster))
        assert len(document.title) <= TITLE_LENGTH


@pytest.mark.parametrize("content", ["", " \n\t\n", "\ufeff"])
def test_an_empty_text_is_an_error(content):
    assert "a.txt: the file is empty" in problem(content, "txt", source="a.txt")


def test_a_text_that_is_not_utf8_is_an_error():
    assert "a.txt: not UTF-8 at byte 3; save it as UTF-8" in problem(b"abc\xff", "txt", source="a.txt")


def test_a_large_document_is_read():
    text = (RICE + " ") * 250_000
    line = orjson.dumps({"id": "1", "text": text})
    for content, format in ((text, "txt"), (line, "jsonl"), (f'id,text\n1,"{text}"\n', "csv")):
        [document] = read(content, format)
        assert document.text == text


# Paths


@pytest.fixture
def folder(tmp_path):
    for name in ("b.txt", "a/z.TXT", "a/b/c.txt", "notes.odd", ".hidden.txt", ".git/x.txt", "a-b.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{RICE} {name}", encoding="utf-8")
    (tmp_path / "more.jsonl").write_text(f'{{"id": "j", "text": "{RAIN}"}}', encoding="utf-8")
    return tmp_path


def ids(path, *args, **options):
    return [document.id for document in read_path(path, *args, **options)]


def test_a_folder_is_read_in_the_order_of_names(folder):
    assert ids(folder) == ["a/b/c.txt", "a/z.TXT", "a-b.txt", "b.txt", "j"]
    assert ids(str(folder), "jsonl") == ["j"]


def test_a_file_is_called_by_its_name(folder):
    assert ids(folder / "a/b/c.txt") == ["c.txt"]
    assert ids(folder / ".hidden.txt") == [".hidden.txt"]
    assert ids(folder / "notes.odd", "txt") == ["notes.odd"]


def test_links_in_circles_do_no_harm(folder):
    (folder / "a/b/up").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "gone.txt").symlink_to("nowhere")
    (folder / "link.txt").symlink_to("b.txt")
    assert ids(folder) == ["a/b/c.txt", "a/z.TXT", "a-b.txt", "b.txt", "j"]


def test_what_is_no_file_is_passed_over_in_a_folder(folder):
    os.mkfifo(folder / "pipe.txt")
    assert "pipe.txt" not in ids(folder)


@pytest.mark.parametrize("name", ["nowhere", "notes.odd", "empty"])
def test_a_path_without_documents_is_an_error_even_where_bad_ones_are_passed_over(folder, name):
    (folder / "empty").mkdir()
    with pytest.raises(DocumentError) as caught:
        ids(folder / name, on_error=lambda error: None)
    assert str(caught.value).startswith(str(folder / name))


def test_bad_files_are_told_and_passed_over(folder):
    (folder / "bad.txt").write_bytes(b"\xff")
    (folder / "empty.csv").touch()
    told = []
    assert ids(folder, on_error=told.append) == ["a/b/c.txt", "a/z.TXT", "a-b.txt", "b.txt", "j"]
    assert [str(error).split(":")[0] for error in told] == [str(folder / "bad.txt"), str(folder / "empty.csv")]
    with pytest.raises(DocumentError, match="not UTF-8 at byte 0"):
        ids(folder)


def test_a_file_name_that_is_not_utf8_is_an_error(folder):
    (folder / os.fsdecode(b"\xff.txt")).write_text(RICE, encoding="utf-8")
    with pytest.raises(DocumentError, match="its id has a lone surrogate"):
        ids(folder)


def test_every_byte_is_told(folder):
    told = []
    ids(folder, on_bytes=told.append)
    read = ("a/b/c.txt", "a/z.TXT", "a-b.txt", "b.txt", "more.jsonl")
    assert sum(told) == sum((folder / name).stat().st_size for name in read)


def test_an_unknown_format_is_an_error():
    assert "unknown format 'odd'" in problem("", "odd")
