"""A schema that is kept as data comes back as it was, and no data makes anything but a schema."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import sys
from types import FunctionType, MethodType

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import analysis, columns, fields, formats

from khsearch.errors import IndexDamagedError, IndexMismatchError, IndexStoreError
from khsearch.khmer import Analyzer
from khsearch.khmer.words.by_lexicon import LatticeBreaker
from khsearch.whoosh import KHMER, KhmerAnalyzer
from khsearch.whoosh.schema import decode, encode, same
from tests.extent import examples
from tests.whoosh.schemas import answers, schemas


def namer():
    numbers = itertools.count()
    return lambda suffix: f"{next(numbers)}{suffix}"


def again(schema):
    return decode("x.idx", encode(schema, namer()))


def changed(schema, change):
    """The schema that is read after its JSON was changed."""
    files = dict(encode(schema, namer()))
    content = orjson.loads(files["0.json"])
    change(content)
    return decode("x.idx", {**files, "0.json": orjson.dumps(content)})


def deep(value):
    """All that there is of an object, as something to compare."""
    if isinstance(value, KhmerAnalyzer):
        return ("khmer", value.stream, value.analyzer.breaker.name, value.analyzer.breaker.version)
    if isinstance(value, re.Pattern):
        return (value.pattern, value.flags)
    if isinstance(value, dict):
        return (type(value).__name__, {key: deep(item) for key, item in value.items() if item is not None})
    if isinstance(value, list | tuple):
        return (type(value), [deep(item) for item in value])
    if isinstance(value, MethodType):
        return (value.__name__, type(value.__self__))
    if isinstance(value, FunctionType) and "cache" in value.__qualname__:
        return deep(value.__wrapped__)
    if isinstance(value, float):
        return repr(value)
    if (
        hasattr(value, "__dict__")
        and not isinstance(value, type | FunctionType)
        and type(value).__module__ != "logging"
    ):
        return (
            type(value),
            {name: deep(item) for name, item in vars(value).items() if name not in ("_struct", "_stem")},
        )
    return (type(value), value)


@settings(examples(40))
@given(schemas())
def test_a_schema_comes_back_as_it_was(schema):
    files = encode(schema, namer())
    back = decode("x.idx", files)
    if not any(field.column_type for field in schema):  # which equal themselves only
        assert back == schema
    assert deep(back) == deep(schema)
    assert list(back._dyn_fields) == list(schema._dyn_fields)
    assert encode(back, namer()) == files
    for name in ("a_s", "ab", "x1y", "id_t", "text"):
        assert (name in back) == (name in schema)
        if name in schema:
            assert deep(back[name]) == deep(schema[name])


@settings(examples(25))
@given(schemas())
def test_its_fields_do_what_they_did(schema):
    back = again(schema)
    for name, field in (*schema.items(), *((name, field) for name, (_, field) in schema._dyn_fields.items())):
        mine = back._fields.get(name) or back._dyn_fields[name][1]
        assert answers(mine) == answers(field)


def test_a_declared_schema_with_subfields_and_fields_that_were_removed():
    class Parent(fields.SchemaClass):
        path = fields.ID(stored=True)
        title = fields.TEXT(analyzer=analysis.StemmingAnalyzer(), spelling=True)

    class Child(Parent):
        date = fields.DATETIME

    schema = Child()
    schema.add("tag_*", fields.TEXT(lang="en", spelling=True), glob=True)
    schema.remove("path")
    back = again(schema)
    assert type(back) is fields.Schema
    assert back.names() == ["date", "spell_title", "title"]
    assert [name for name, _ in back.indexable_fields("title")] == ["title", "spell_title"]
    assert deep(back) == deep(schema)


def test_equal_schemas_give_equal_bytes_and_others_do_not():
    a, b = fields.Schema(), fields.Schema()
    a.add("x", fields.TEXT(analysis.StandardAnalyzer(stoplist=["a", "b", "c"])))
    a.add("y", fields.ID)
    b.add("y", fields.ID)
    b.add("x", fields.TEXT(analysis.StandardAnalyzer(stoplist=["c", "b", "a"])))
    assert encode(a, namer()) == encode(b, namer())
    assert same(a, b)
    assert not same(a, fields.Schema(x=fields.TEXT, y=fields.ID))
    assert fields.Schema(x=fields.TEXT, y=fields.ID) == a  # to Whoosh


def test_a_lexicon_lies_in_a_file_of_its_own(few_words):
    own = Analyzer(LatticeBreaker(few_words))
    schema = fields.Schema(a=KHMER(analyzer=own), b=fields.TEXT(KhmerAnalyzer(analyzer=own)), c=KHMER("bigrams"))
    files = encode(schema, namer())
    assert list(files) == ["0.json", "1.khl", "2.khl"]
    assert files["1.khl"] == few_words.data
    back = decode("x.idx", files)
    assert back["b"].analyzer == schema["b"].analyzer
    assert back["a"].analyzer.analyzer.breaker.version == few_words.fingerprint
    for data in (b"", few_words.data[:-1]):
        with pytest.raises(IndexDamagedError, match=r"0\.json"):
            decode("x.idx", {**files, "1.khl": data})
    with pytest.raises(IndexDamagedError):
        decode("x.idx", {"0.json": files["0.json"]})


class OwnFilter(analysis.Filter):
    def __init__(self, table):
        self.table = table

    def __call__(self, tokens):
        for token in tokens:
            token.text = self.table.get(token.text, token.text)
            yield token


class Room:
    class Inner(fields.TEXT):
        pass


class OwnField(fields.TEXT):
    def __init__(self):
        super().__init__(analysis.SimpleAnalyzer() | OwnFilter({"b": "x", "a": "y"}))


class Taking(analysis.Filter):
    def __setstate__(self, state):
        raise RuntimeError("code of a user's")


def test_a_class_of_a_users_is_taken_where_it_is_loaded(monkeypatch):
    schema = fields.Schema(a=OwnField, b=fields.ID)
    back = again(schema)
    assert type(back["a"]) is OwnField
    assert list(back["a"].analyzer.items[-1].table) == ["b", "a"]
    files = encode(schema, namer())
    inner = encode(fields.Schema(a=Room.Inner), namer())
    monkeypatch.delitem(sys.modules, __name__)
    with pytest.raises(IndexMismatchError, match=rf"field 'a' needs the class {__name__}:OwnField.* schema="):
        decode("x.idx", files)
    monkeypatch.undo()
    monkeypatch.delattr(sys.modules[__name__], "OwnField")
    monkeypatch.delattr(sys.modules[__name__], "Room")
    for missing in (files, inner):
        with pytest.raises(IndexMismatchError, match=r"does not have.* schema="):
            decode("x.idx", missing)
    with pytest.raises(IndexMismatchError, match="code of a user's"):
        again(fields.Schema(a=fields.TEXT(analysis.IDTokenizer() | Taking())))


def test_what_is_no_data_is_told_with_its_field():
    class Local(fields.TEXT):
        pass

    cyclic = analysis.CompositeAnalyzer(analysis.IDTokenizer())
    cyclic.items.append(cyclic)
    schema = fields.Schema(
        a=fields.TEXT(analysis.StemFilter(lambda word: word)),
        b=Local,
        c=fields.TEXT(analysis.StemFilter(len)),
        d=fields.TEXT(lambda text, **named: []),
        e=fields.TEXT(cyclic),
        f=fields.ID,
    )
    with pytest.raises(IndexMismatchError) as told:
        again(schema)
    for name in "abcde":
        assert f"field '{name}' needs" in str(told.value)
    assert "'f'" not in str(told.value)
    assert "pass schema=" in str(told.value)
    with pytest.raises(IndexMismatchError, match="pass schema="):
        again(type("Odd", (fields.Schema,), {"__module__": "nowhere"})())


def test_a_breaker_that_is_not_to_be_had_is_told():
    def change(content):
        content["fields"]["a"]["analyzer"]["breaker"] = "nobody"

    with pytest.raises(IndexMismatchError, match=r"nobody.*register_breaker"):
        changed(fields.Schema(a=KHMER), change)


def test_a_later_format_is_told():
    with pytest.raises(IndexMismatchError, match="format 99"):
        changed(fields.Schema(), lambda content: content.update(schema=99))


EVIL = [
    {"$": "os:system"},
    {"$": "builtins:eval", "v": "1"},
    {"$": "builtins:object"},
    {"$": "subprocess:Popen", "args": ["true"]},
    {"$": "whoosh.fields:Schema.__init__"},
    {"$": "whoosh.fields:columns.VarBytesColumn"},
    {"$": "whoosh.fields:SchemaClass"},
    {"$": "whoosh.analysis:Filter"},
    {"$": "whoosh.util.loading:RenamingUnpickler"},
    {"$": "khsearch.whoosh.fields:KhmerAnalyzer"},
    {"$": "khsearch:Index"},
    {"$": "nowhere"},
    {"$": "tests.whoosh.test_schema:sys"},
    {"$": "tests.whoosh.test_schema:__name__"},
    {"$": "tests.whoosh.test_schema:orjson.loads"},
    {"$": "function", "v": "os:system"},
    {"$": "function", "v": "builtins:eval"},
    {"$": "function", "v": "whoosh.lang.porter:re.compile"},
    {"$": "type", "v": "object"},
    {"$": "int", "v": "9" * 10_000},
    {"$": "pattern", "v": "("},
    {"$": "pattern", "v": "(" * 5000},
    {"$": "pattern", "v": "a", "flags": "D"},
    {"$": "dict", "v": [[[], 1]]},
    {"$": ["list"]},
    5,
    "text",
    None,
    [[[[[[]]]]]],
]


@pytest.mark.parametrize("evil", EVIL, ids=repr)
@pytest.mark.parametrize("at", ["field", "analyzer", "format", "pattern", "filter", "subfields", "column_type"])
def test_no_data_names_anything_else(evil, at):
    schema = fields.Schema(a=fields.TEXT(analysis.StemmingAnalyzer(), sortable=True))
    schema.add("*_x", fields.ID, glob=True)

    def change(content):
        field = content["fields"]["a"]
        if at == "field":
            content["fields"]["a"] = evil
        elif at == "pattern":
            content["patterns"][0][1] = evil
        elif at == "filter":
            field["analyzer"]["items"][-1]["stemfn"] = evil
        elif at == "subfields":
            content["subfields"]["a"] = evil
        else:
            field[at] = evil

    if (at, evil) in (("analyzer", None), ("column_type", None)):
        return  # what a field may have
    with pytest.raises(IndexDamagedError, match="schema="):
        changed(schema, change)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("__class__", {"$": "whoosh.fields:ID"}),
        ("__dict__", {}),
        ("index", "text"),
        ("to_bytes", 5),
        ("a.b", 5),
        ("stored", []),
        ("multitoken_query", 5),
        ("scorable", {"$": "bytes", "v": "YQ=="}),
        ("vector", "text"),
        ("spelling_prefix", None),
    ],
)
def test_no_data_stands_in_the_place_of_a_method_or_of_another_kind(attribute, value):
    def change(content):
        content["fields"]["a"][attribute] = value

    with pytest.raises(IndexDamagedError):
        changed(fields.Schema(a=fields.TEXT), change)


@pytest.mark.parametrize(
    ("field", "attribute", "value"),
    [
        (fields.NUMERIC(), "bits", 10**15),
        (fields.NUMERIC(), "bits", {"$": "int", "v": "9" * 4000}),
        (fields.NUMERIC(), "sortable_typecode", "Q9999999999"),
        (fields.NUMERIC(), "decimal_places", 10**12),
        (fields.NUMERIC(), "default", {"$": "decimal", "v": "1e999999999"}),
        (fields.NUMERIC(), "numtype", {"$": "type", "v": "str"}),
        (
            fields.COLUMN(columns.CompressedBytesColumn()),
            "column_type",
            {"$": "whoosh.columns:CompressedBytesColumn", "_level": 3, "_module": "os"},
        ),
        (fields.TEXT(), "analyzer", {"$": "whoosh.analysis.ngrams:NgramTokenizer", "min": 1, "max": 10**18}),
        (fields.TEXT(), "analyzer", {"$": "whoosh.analysis.acore:CompositeAnalyzer", "items": []}),
        (
            fields.TEXT(),
            "analyzer",
            {
                "$": "whoosh.analysis.filters:DelimitedAttributeFilter",
                "attr": "__class__",
                "delim": "^",
                "default": 1,
                "type": {"$": "type", "v": "float"},
            },
        ),
        (fields.TEXT(), "analyzer", {"$": "whoosh.analysis.tokenizers:RegexTokenizer"}),
        (
            fields.TEXT(),
            "analyzer",
            {
                "$": "whoosh.analysis.morph:StemFilter",
                "stemfn": {"$": "function", "v": "whoosh.lang.porter:stem"},
                "lang": "nowhere",
                "ignore": {"$": "set", "v": []},
                "cachesize": 5,
            },
        ),
    ],
)
def test_no_data_makes_what_would_hang_or_import(field, attribute, value):
    def change(content):
        content["fields"]["a"][attribute] = value

    with pytest.raises(IndexDamagedError):
        changed(fields.Schema(a=field), change)


def test_patterns_that_take_too_long_are_no_data():
    long = [re.compile("a" * 60_000 + str(number)) for number in range(6)]
    schema = fields.Schema(**{f"f{number}": fields.IDLIST(expression=one) for number, one in enumerate(long)})
    with pytest.raises(IndexMismatchError, match="field 'f4' needs patterns that are too long together"):
        again(schema)

    def change(content):
        content["fields"] = {str(number): content["fields"]["a"] for number in range(10)}

    with pytest.raises(IndexDamagedError, match="too long together"):
        changed(fields.Schema(a=fields.IDLIST(expression=long[0])), change)


def test_what_lies_too_deep_is_damaged():
    def nested(content, levels):
        value = {"$": "whoosh.analysis.filters:PassFilter"}
        for _ in range(levels):
            value = {"$": "whoosh.analysis.analyzers:CompositeAnalyzer", "items": [value]}
        content["fields"]["a"]["analyzer"] = value

    changed(fields.Schema(a=fields.TEXT), lambda content: nested(content, 20))
    with pytest.raises(IndexDamagedError):
        changed(fields.Schema(a=fields.TEXT), lambda content: nested(content, 80))
    for data in (b"[" * 100_000, b'{"a":' * 100_000, b'{"schema":1,"fields":' + b"[" * 900 + b"]" * 900 + b"}"):
        with pytest.raises(IndexDamagedError):
            decode("x.idx", {"0.json": data})
    with pytest.raises(IndexDamagedError):
        decode("x.idx", {})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["whoosh.fields:TEXT", "tuple", "set", "khmer", "pattern", "int", "os:system", "function", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["$", "v", "items", "_fields"]), inner),
    max_leaves=5,
)


def places(content, path=()):
    yield path
    for key, value in (
        content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    ):
        yield from places(value, (*path, key))


@settings(examples(40))
@given(schemas(), st.data())
def test_whatever_is_changed_is_told_or_a_schema(schema, data):
    files = dict(encode(schema, namer()))
    content = json.loads(files["0.json"])
    *path, last = data.draw(st.sampled_from(list(places(content))[1:]))
    at = content
    for key in path:
        at = at[key]
    at[last] = data.draw(json_values)
    try:
        back = decode("x.idx", {**files, "0.json": json.dumps(content).encode()})
    except IndexStoreError:
        return
    assert isinstance(back, fields.Schema)
    for field in back:
        assert isinstance(field, fields.FieldType)
        assert field.format is None or isinstance(field.format, formats.Format)
    encode(back, namer())


@settings(examples(40))
@given(schemas(), st.data())
def test_random_damage_is_told_or_a_schema(schema, data):
    files = dict(encode(schema, namer()))
    torn = bytearray(files["0.json"])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(torn) - 1))
        torn[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(IndexStoreError):
        assert isinstance(decode("x.idx", {**files, "0.json": bytes(torn)}), fields.Schema)
