"""KHMER and KhmerAnalyzer under stock Whoosh."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

import pytest
from whoosh import index as whoosh_index
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import OrGroup, QueryParser

from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.words import breakers
from khsearch.khmer.words.breakers import breaker
from khsearch.whoosh.fields import KHMER, KhmerAnalyzer
from tests.dummy_breaker import ClusterBreaker

TEXTS = {"1": "កិច្ចប្រជុំលើកទី២ COVID-19", "2": "ជនមានពិការភាព 1.5", "3": "កិច្ចប្រជុំ និង ពិការភាព"}


def stock_index(schema: Schema) -> whoosh_index.Index:
    ix = RamStorage().create_index(schema)
    writer = ix.writer()
    for name, text in TEXTS.items():
        writer.add_document(id=name, body=text)
    writer.commit()
    return ix


def found(ix: whoosh_index.Index, parser: QueryParser, query: str) -> set[str]:
    with ix.searcher() as searcher:
        return {hit["id"] for hit in searcher.search(parser.parse(query))}


def test_khmer_field_in_a_whoosh_schema() -> None:
    schema = Schema(id=ID(stored=True), body=KHMER())
    ix = stock_index(schema)
    parser = QueryParser("body", schema)
    assert found(ix, parser, "ប្រជុំ") == {"1", "3"}
    assert found(ix, parser, "កិច្ចប្រជុំពិការភាព") == {"3"}
    assert found(ix, parser, '"កិច្ចប្រជុំ"') == {"1", "3"}
    assert found(ix, parser, '"ប្រជុំកិច្ច"') == set()
    assert found(ix, parser, "covid ២") == {"1"}
    assert found(ix, parser, "ប្រ*") == {"1", "3"}
    assert found(ix, parser, "1.5") == {"2"}
    with ix.reader() as reader:
        assert schema["body"].from_bytes(next(iter(reader.lexicon("body")))) == "1.5"


def test_the_recipe_for_people_who_keep_their_own_text_field() -> None:
    schema = Schema(id=ID(stored=True), body=TEXT(analyzer=KhmerAnalyzer(), multitoken_query="or"))
    ix = stock_index(schema)
    parser = QueryParser("body", schema, group=OrGroup)
    assert found(ix, parser, "ពិការភាពលើក") == {"1", "2", "3"}
    assert found(ix, parser, "ប្រជុំ - និង") == {"1", "3"}
    plain = QueryParser("body", Schema(id=ID(stored=True), body=TEXT(analyzer=KhmerAnalyzer())))
    assert found(ix, plain, "ប្រជុំពិការភាព") == {"3"}


def test_bigrams_keep_no_positions() -> None:
    field = KHMER("bigrams")
    assert not field.format.supports("positions")
    terms = sorted(field.from_bytes(form) for form, *_ in field.index("កខ គ"))
    assert terms == ["កខ", "ខគ"]
    with pytest.raises(ValueError, match="unknown stream"):
        KHMER("letters")
    with pytest.raises(TypeError, match="not a str"):
        list(field.index(5))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["lattice", "icu", "clusters"])
def test_the_analyzer_survives_whooshs_pickled_schema(name: str) -> None:
    analyzer = KhmerAnalyzer(analyzer=Analyzer(breaker(name)))
    again = pickle.loads(pickle.dumps(analyzer))
    assert again == analyzer
    assert hash(again) == hash(analyzer)
    text = "កិច្ចប្រជុំលើកទី២"
    assert [t.text for t in again(text)] == [t.text for t in analyzer(text)]


def test_a_pickled_schema_keeps_all_resources_of_a_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    class Kept(ClusterBreaker):
        def __init__(self, resources: Mapping[str, bytes]) -> None:
            self.kept = dict(resources)

        def resources(self) -> Mapping[str, bytes]:
            return self.kept

    monkeypatch.setitem(breakers._registered, "clusters", Kept)
    for resources in ({"b": b"1", "a": b"2"}, {"lexicon": b"3", "a": b"4"}):
        again = pickle.loads(pickle.dumps(KhmerAnalyzer(analyzer=Analyzer(Kept(resources)))))
        assert again.analyzer.breaker.resources() == resources


def test_token_attributes() -> None:
    text = "ទី២ កម្ពុជា"
    tokens = [
        (t.text, t.pos, t.startchar, t.endchar, t.original, t.mode)
        for t in KhmerAnalyzer()(
            text, positions=True, chars=True, keeporiginal=True, start_pos=5, start_char=10, mode="x"
        )
    ]
    assert tokens[0] == ("ទី", 5, 10, 12, "ទី", "x")
    assert tokens[1] == ("2", 6, 12, 13, "2", "x")
    assert [t.text for t in KhmerAnalyzer("bigrams")("កខគ")] == ["កខ", "ខគ"]
