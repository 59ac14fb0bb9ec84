from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khsearch.khmer.terms import behaviour
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.terms.behaviour import CANDIDATES_OF_FORMAT_2, Differences, affected_by_format_2, differing, traits
from khsearch.khmer.text import script, scripts
from khsearch.khmer.text.script import LONGEST_TERM, encode_term
from khsearch.khmer.words.breakers import breaker
from khsearch.khmer.words.crf import CrfBreaker
from khsearch.khmer.words.crf_table import default_table
from khsearch.khmer.words.icu import IcuBreaker, icu_version
from tests.strategies import texts

LATTICE = breaker()
ANALYZER = Analyzer(LATTICE)


def record(*texts: str) -> frozenset[str]:
    batch = ANALYZER.batch(texts)
    return traits(batch.foreign, by_icu=batch.spaceless, breaker=LATTICE)


@given(st.lists(texts, max_size=4))
@settings(deadline=None)
def test_a_record_differs_in_nothing_from_the_present(some: list[str]) -> None:
    assert differing(record(*some), LATTICE) == Differences(frozenset())


@given(st.lists(texts, max_size=4))
@settings(deadline=None)
def test_records_put_together_are_a_record_of_all(some: list[str]) -> None:
    assert frozenset[str]().union(*map(record, some)) == record(*some)
    assert all("\n" not in line for line in record(*some))


@given(texts)
@settings(deadline=None)
def test_a_query_depends_on_what_a_batch_of_it_does(text: str) -> None:
    batch = ANALYZER.batch([text])
    assert ANALYZER.reading_depends(text) == (batch.foreign, batch.spaceless)
    assert batch.foreign == "".join(sorted({c for c in text if ord(c) > 0x7F and not 0x1780 <= ord(c) <= 0x17FF}))


def test_icu_is_recorded_where_it_broke_a_run() -> None:
    assert not record("ខ្មែរ café 한국어 москва \u201c") - record("é한국어москва\u201c")
    assert any(line.startswith("icu ") for line in record("ไทย"))
    assert not any(line.startswith("icu ") for line in record("café москва"))
    assert traits("", by_icu=False, breaker=LATTICE) == frozenset()
    assert len(traits("", by_icu=False, breaker=IcuBreaker())) == 1


def test_what_python_treats_otherwise_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = record("café “ไทย”")
    behaviour._treatment.cache_clear()
    monkeypatch.setattr(script, "code_of", lambda char: 0x20 if char == "é" else 0x21)
    found = differing(lines, LATTICE)
    behaviour._treatment.cache_clear()
    assert "é" in found.characters
    assert (found.icu, found.breaker) == (None, None)
    assert found


def test_lines_that_contradict_each_other_are_a_difference() -> None:
    assert differing([*record("é"), "e9 20"], LATTICE).characters == {"é"}


def test_another_icu_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = record("ไทย")
    all_by_icu = traits("", by_icu=False, breaker=IcuBreaker())
    here = icu_version()
    monkeypatch.setattr("khsearch.khmer.words.icu.icu_version", lambda: "99.1")
    assert differing(lines, LATTICE) == Differences(frozenset(), f"ICU {here}, here 99.1")
    assert differing(all_by_icu, IcuBreaker()).breaker == f"ICU {here}, here 99.1"


def test_another_khmer_nltk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    crf = CrfBreaker(default_table())
    lines = traits("", by_icu=False, breaker=crf)
    here = crf.version
    assert not differing(lines, crf)
    monkeypatch.setattr(CrfBreaker, "version", "99")
    assert differing(lines, crf).breaker == f"khmer-nltk {here}, here khmer-nltk 99"


@pytest.mark.parametrize("line", ["", "lattice 3", "ffffffff 1", "zz", "110000 1"])
def test_lines_of_a_later_version_are_a_difference_of_the_breaker(line: str) -> None:
    found = differing([line], LATTICE)
    assert found.breaker is not None
    assert not found.characters


@pytest.mark.parametrize(
    "term",
    [
        "a" * (LONGEST_TERM + 1),
        "1" * (LONGEST_TERM + 1),
        "ខ" * (LONGEST_TERM + 1),
        "é" * (LONGEST_TERM + 1),
        "ក" + "្ខ្គ" * 3,
        "ទ្បើង",
        "ស\u17b8\u17bbថា",
        "យ\u17bb\u17d0រ",
        "ญgmail",
        "москваabc",
        "ａｂｃ",
        "ｶﾞｽ",
    ],
)
def test_terms_that_format_2_breaks_or_spells_otherwise(term: str) -> None:
    form = encode_term(term)
    assert affected_by_format_2(form)
    assert CANDIDATES_OF_FORMAT_2.search(b"\x02".join([b"a", form, b"b"]))


@given(texts)
@settings(deadline=None)
def test_what_is_a_term_now_was_none_that_is_affected(text: str) -> None:
    """But for letters and marks of several scripts, of which format 1 made other words in some places."""
    terms = [token.term for token in ANALYZER.tokens(text)]
    plain = [term for term in terms if scripts.INHERITED not in map(scripts.script_of, term)]
    assert not [term for term in plain if affected_by_format_2(encode_term(term))]
