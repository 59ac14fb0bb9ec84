"""Every parameter of every public function, given what it cannot take: a ValueError that names it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import khsearch
from khsearch import (
    Document,
    Hit,
    Index,
    Results,
    Segmenter,
    Snippet,
    clusters,
    normalize,
    quote,
    sentences,
    tokenize,
    tokenize_all,
    words,
    words_all,
)
from khsearch.arguments import COUNT, PATH, SECONDS, checked
from khsearch.memory import MEMORY
from khsearch.query.ranking import Ranking

NO_TEXT = [None, 5, b"x", ["x"], 2.5, True, object()]
NO_COUNT = [None, "5", 2.5, True, -1, [5], 1j, np.float64(3), np.int64(-1), np.bool_(1)]
NO_SECONDS = [None, "5", True, -1, -0.5, float("nan"), 1j, [0]]
NO_PATH = [None, 5, b"x", ["x"], "", "a\0b", object()]
OR_NONE = slice(1, None)
WRONG: dict[str, list[Any]] = {
    "query": NO_TEXT,
    "prefix": NO_TEXT,
    "id": NO_TEXT,
    "text": NO_TEXT,
    "field": NO_TEXT,
    "filter": NO_TEXT[OR_NONE],
    "value": [None, b"x", float("nan"), ["x"], {}, object(), "\ud800"],
    "sort": [5, b"x", 2.5, True, object(), [5], ["x", None]],
    "facets": [None, 5, b"x", object(), [5], [None]],
    "queries": [None, 5, "x", b"x"],
    "group_by": NO_TEXT[OR_NONE],
    "search_after": NO_TEXT[OR_NONE],
    "by": [5, "week", b"year", ["year"]],
    "ranges": [None, 5, [5], [(1,)], [(1, 2, 3)]],
    "length": NO_COUNT,
    "excerpts": NO_COUNT,
    "ids": [None, 5, b"x", "x", ["x", 5], [None], object()],
    "limit": NO_COUNT,
    "offset": NO_COUNT,
    "match": ["xyz", "ALL", "", None, 5, ["any"]],
    "ranking": ["x", 5, {}, Ranking],
    "strict": ["yes", 1, None, 0],
    "correct": ["yes", 1, None, 0],
    "bold": ["yes", 1, None, 0],
    "wait": NO_SECONDS,
    "cache_mb": [*NO_SECONDS[OR_NONE], float("inf")],
    "on_lost": [5, "x"],
    "shards": NO_COUNT[OR_NONE],
    "replicas": NO_COUNT[OR_NONE],
    "http_auth": [5, "x", ("x",), ("x", 5), ["a", "b", "c"], {}],
    "client": [5, "x", ["x"]],
    "url": [*NO_TEXT, "x", "ftp://x/y"],
    "path": NO_PATH,
    "to": NO_PATH,
    "spellings": NO_PATH[OR_NONE],
    "settings": NO_PATH[OR_NONE],
    "lexicon": [5, b"x", 2.5, True, object(), [5], ["x", None], {"x": "often"}, {5: None}, {"x": True}],
    "breaker": [*NO_TEXT[OR_NONE], "xyz"],
    "fields": [5, ["a"], "a", {"a": 5}, {5: "text"}, {"a": "string"}, {"a b": "text"}],
    "name": NO_TEXT,
    "factory": [None, 5, "x"],
    "texts": [None, 5, "x", b"x"],
    "mode": ["xyz", "Word", "", None, 5, ["word"]],
    "keep": ["xyz", "", None, 5, True],
    "paths": [None, 5],
    "listener": [5, "x"],
    "suffixes": [None, 5, b"x", [], [5], "A b", object()],
    "reader": [None, 5, "x"],
    "scheme": NO_TEXT,
    "kind": [None, 5, "x", object(), type(MEMORY)],
    "tag": [*NO_TEXT, "", "a b", "mark>", "<b>"],
}
REGISTRIES: dict[str, dict[str, Any]] = {
    "register_breaker": {"name": "mine", "factory": len},
    "register_format": {"suffixes": "mine", "reader": len},
    "register_engine": {"scheme": "mine", "kind": MEMORY},
}
OF_TEXTS = (words, tokenize, clusters, normalize, sentences)
OF_MANY = (words_all, tokenize_all)
METHODS = [
    "create",
    "open_or_create",
    "connect",
    "memory",
    "open",
    "writer",
    "search",
    "search_many",
    "complete",
    "corrections",
    "similar",
    "hit",
    "words",
    "get",
    "get_many",
    "delete_by",
    "optimize",
    "set_spellings",
    "set_fields",
    "sync",
    "verify",
    "rebuild",
    "rescue",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index.create(tmp_path_factory.mktemp("arguments") / "x", fields={"d": "date"})
    with made.writer() as writer:
        writer.add(Document("1", "", "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6", {"d": "2021"}))
    return made


def functions(index: Index) -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """Every public function that takes anything, with arguments that it takes."""
    folder = index.path
    right: dict[str, dict[str, Any]] = {
        "create": {"path": folder.parent / "new"},
        "connect": {"url": "http://127.0.0.1:1/x"},
        "open": {"path": folder},
        "open_or_create": {"path": folder},
        "search": {"query": "x"},
        "search_many": {"queries": ["x"]},
        "complete": {"prefix": "x"},
        "corrections": {"text": "x"},
        "similar": {"id": "1"},
        "hit": {"id": "1", "query": "x"},
        "words": {"limit": 1},
        "get": {"id": "1"},
        "get_many": {"ids": ["1"]},
        "delete_by": {"filter": "d:1999"},
        "set_fields": {"fields": {}},
        "set_spellings": {"spellings": {"a": "b"}},
        "verify": {"path": folder},
        "rebuild": {"path": folder},
        "rescue": {"path": folder, "to": folder.parent / "saved"},
    }
    found: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
        name: (getattr(index, name), right.get(name, {})) for name in METHODS
    }
    results = index.search("\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6")
    found["facet"] = results.facet, {"field": "d"}
    found["make_snippet"] = results[0].make_snippet, {}
    found["html"] = results[0].snippet.html, {}
    found["ansi"] = results[0].snippet.ansi, {}
    for function in OF_TEXTS:
        found[f"khsearch.{function.__name__}"] = function, {"text": "x"}
    for function in OF_MANY:
        found[f"khsearch.{function.__name__}"] = function, {"texts": ["x"]}
    found["Segmenter"] = Segmenter, {}
    found["pre_tokenize_str"] = Segmenter().pre_tokenize_str, {"text": "x"}
    found["quote"] = quote, {"value": "x"}
    found |= {name: (getattr(khsearch, name), right) for name, right in REGISTRIES.items()}
    return found


CASES = [
    (name, parameter, value)
    for name, of in [
        *((name, getattr(Index, name)) for name in METHODS),
        ("facet", Results.facet),
        ("make_snippet", Hit.make_snippet),
        ("html", Snippet.html),
        ("ansi", Snippet.ansi),
        *((f"khsearch.{function.__name__}", function) for function in (*OF_TEXTS, *OF_MANY)),
        *((function.__name__, function) for function in (quote, Segmenter)),
        ("pre_tokenize_str", Segmenter.pre_tokenize_str),
        *((name, getattr(khsearch, name)) for name in REGISTRIES),
    ]
    for parameter, takes in inspect.signature(of).parameters.items()
    if parameter not in ("self", "options", "client_options")
    for value in WRONG[parameter]
    if value is not None or takes.default is not None
]


@pytest.mark.parametrize(("name", "parameter", "value"), CASES)
def test_what_a_parameter_cannot_take_is_a_value_error_that_names_it(
    index: Index, name: str, parameter: str, value: Any
) -> None:
    function, right = functions(index)[name]
    named = "field" if parameter == "fields" else parameter
    with pytest.raises(ValueError, match=named):
        function(**{**right, parameter: value})
    assert not (index.path.parent / "new").exists()


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        *(("delete", "id", value) for value in NO_TEXT),
        *(("add_all", "documents", value) for value in (None, 5, Document("2", "", "x"))),
        *(("commit", "optimize", value) for value in ("yes", 1, None)),
    ],
)
def test_what_a_writer_cannot_take_is_a_value_error_and_changes_nothing(
    index: Index, name: str, parameter: str, value: Any
) -> None:
    writer = index.writer()
    with pytest.raises(ValueError, match=parameter):
        getattr(writer, name)(**{parameter: value})
    writer.add(Document("1", "", "\u1780"))
    writer.cancel()
    assert index.doc_count == 1


def test_every_public_function_is_among_those_that_are_tested() -> None:
    public = {name for name, of in inspect.getmembers(Index) if not name.startswith("_") and callable(of)}
    taking = {name for name in public if set(inspect.signature(getattr(Index, name)).parameters) - {"self"}}
    assert taking == set(METHODS)
    functions = {name for name in khsearch.__all__ if inspect.isfunction(getattr(khsearch, name))}
    others = {"fuse", "dense_stage"}  # tests/test_fusion.py, tests/query/test_dense.py
    assert functions == {"quote", *others, *(function.__name__ for function in (*OF_TEXTS, *OF_MANY)), *REGISTRIES}


@pytest.mark.parametrize("limit", [np.int64(1), np.uint8(255), np.int8(127), 10**30])
def test_whole_numbers_of_any_kind_are_limits(index: Index, limit: int) -> None:
    query = "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6"
    assert len(index.search(query, limit)) == 1
    assert len(index.search(query, limit=limit, offset=np.int8(0))) == 1
    assert len(index.search(query, limit, limit)) == 0
    assert len(index.similar("1", limit)) == 0
    assert index.complete("\u1780", limit) == [query]


@pytest.mark.parametrize("text", ["\ud800", "", "\0", "x" * 40_000])
def test_any_str_may_be_an_id_that_is_not_there(index: Index, text: str) -> None:
    assert index.get(text) is None
    assert len(index.similar(text)) == 0


def test_what_a_message_shows_of_a_value_is_short() -> None:
    with pytest.raises(ValueError, match=r"limit takes a whole number that is not negative, not 'x{50,60}\.\.\."):
        COUNT.of("limit", "x" * 1_000)


def test_what_a_function_gets_is_what_its_parameters_take(tmp_path: Path) -> None:
    @checked(path=PATH, wait=SECONDS)
    def function(path: object, wait: object = 0.0) -> object:
        return path, wait

    assert function(tmp_path, np.float32(1)) == (str(tmp_path), 1.0)
    assert function(path="x") == ("x", 0.0)
    with pytest.raises(TypeError):
        function()  # type: ignore[call-arg]


class Lying(str):
    """A str that says of itself what is not so."""

    def __len__(self) -> int:
        return 0

    def __getitem__(self, key: object) -> str:
        raise KeyError(key)


@pytest.mark.parametrize("kind", [Lying, np.str_])
def test_a_subclass_of_str_is_read_as_the_str_that_it_is(kind: type[str]) -> None:
    """What it overrides neither stops a call nor moves the words of the texts beside it."""
    plain = ["ជនពិការភាព។ ទៅ", "កាិក", "១២"]
    odd = [plain[0], kind(plain[1]), plain[2]]
    assert [*words_all(odd)] == [*words_all(plain)]
    assert [*tokenize_all(odd, keep="all")] == [*tokenize_all(plain, keep="all")]
    for function in (*OF_TEXTS, Segmenter()):
        for text in plain:
            assert repr(function(kind(text))) == repr(function(text))
