"""What a process loads that only breaks words: the zone of Khmer, and of it no more than a text needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from khsearch import native

OTHER_ZONES = ("columnar", "documents", "engine", "hits", "query", "whoosh", "index", "cli")
KHMER = "កម្ពុជា\u200bជា\u200bប្រទេសមួយ នៅអាស៊ី abc ១២៣"


def loaded(code: str) -> set[str]:
    """Modules that a new process has after some code."""
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, ''); {code}; print(*sys.modules)"],
        cwd=Path(__file__).parents[1],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(told.stdout.split())


def zones(modules: set[str]) -> set[str]:
    return {name.split(".")[1] for name in modules if name.startswith("khsearch.")}


@pytest.mark.parametrize("code", ["import khsearch", "import khsearch.khmer", "from khsearch import words"])
def test_names_alone_load_no_arrays_and_no_other_zone(code: str) -> None:
    found = loaded(code)
    assert not found & {"numpy", "icu", "whoosh", "khmernltk", "click", "rich"}
    assert not zones(found) & {*OTHER_ZONES}


def test_a_short_text_of_khmer_is_broken_without_arrays_and_without_icu() -> None:
    found = loaded(f"from khsearch import clusters, tokenize, words; words({KHMER!r}); clusters({KHMER!r})")
    assert not found & {"numpy", "icu", "whoosh", "khmernltk", "orjson"}
    assert not zones(found) & {*OTHER_ZONES}
    rooms = {name for name in found if name.startswith("khsearch.khmer.")}
    assert not {name for name in rooms if ".spelling" in name or ".learning" in name or "behaviour" in name}
    assert len(rooms) <= 25


def test_a_short_text_is_broken_by_the_conditional_random_field_without_arrays() -> None:
    found = loaded(f"from khsearch import words; words({KHMER!r}, 'crf')")
    assert not found & {"numpy", "icu", "khmernltk", "sklearn"}


@pytest.mark.parametrize("text", ["សា\u17b6\u200bខ", "café", KHMER * 100, "សា\u17b6"])
def test_other_texts_load_arrays_and_still_no_icu(text: str) -> None:
    found = loaded(f"from khsearch import words; words({text!r})")
    assert not found & {"icu", "whoosh", "khmernltk", "orjson"}
    assert not zones(found) & {*OTHER_ZONES}


@pytest.mark.skipif(native.core is None, reason=f"the compiled core is {native.STATE}")
@pytest.mark.parametrize("text", ["សា\u17b6\u200bខ", "សា\u17b6", "1,500 នាក់", "ឲ្យ អោយ"])
def test_the_core_puts_texts_in_order_without_arrays(text: str) -> None:
    code = f"from khsearch.khmer import Analyzer, breaker; typed = Analyzer(breaker()).typed({text!r})"
    found = loaded(f"{code}; typed.terms, typed.spans, typed.tokens, typed.part(0, 2), typed.whole_tokens")
    assert "numpy" not in found
    assert not zones(found) & {*OTHER_ZONES}


@pytest.mark.parametrize("call", ["words('ไทย')", f"words({KHMER!r}, 'icu')"])
def test_icu_is_loaded_where_a_text_needs_it(call: str) -> None:
    found = loaded(f"from khsearch import words; {call}")
    assert "icu" in found
    assert not zones(found) & {*OTHER_ZONES}


def test_an_analysis_as_a_query_has_it_loads_no_arrays() -> None:
    found = loaded(f"from khsearch.khmer import Analyzer, breaker; Analyzer(breaker()).terms({KHMER!r})")
    assert "numpy" not in found
