"""Patterns, and signs in a text that are none: what a text holds finds it, in every script."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khsearch import Document, Index, tokenize

TEXTS = {
    "question": "តើអ្នកណាឈ្នះ?ប្រជាជនរង់ចាំ តើ*អ្វី*ទៅ? អ្វី??ទៀត 2*3=6 x*y a?b ក?ង",
    "link": "សូមមើល https://khsearch.org/a?b=c*d&e=(f) និង user@x.kh: ក្រុមការងារ",
    "quotes": 'គាត់និយាយថា "ទៅ ផ្ទះ" ហើយ \u201cមកវិញ\u201d (ថ្ងៃទី១១) [ឧសភា] {ឆ្នាំ} ២០២១',
    "words": "កម្ពុជា AND ថៃ OR ឡាវ ម៉ោង 10:30 *សំខាន់* **bold** ក្រុម~ ការងារ~2",
    "sums": "តម្លៃ៖ 1.500៛ (១,៥០០) + 20% = ? C++ + a+b title+x ពិការ* ភាព~2 ^_^ x^y",
    "scripts": 'What? Who*me? yes:no "quote (bracket] {x} Москва? 部署*方案 ไทย?ลาว caf\u00e9*',
}
SCRIPTS = {
    "ru": "Москва столица",
    "cn": "部署方案",
    "fr": "le café noir",
    "th": "ภาษาไทยง่าย",
    "lo": "ພາສາລາວ",
    "km": "ពិការភាព កម្ពុជា",
    "en": "Developers develop",
}

LETTERS = str.maketrans("0123456789", "bcdefghijk")


@pytest.fixture(scope="module")
def signs(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """TEXTS among others of the same words."""
    made = Index.create(tmp_path_factory.mktemp("signs") / "x")
    with made.writer() as writer:
        writer.add_all(Document(name, "", text) for name, text in TEXTS.items())
        words = " ".join(TEXTS.values()).split()
        writer.add_all(Document(str(n), "", " ".join(words[n % 7 :: n % 5 + 3])) for n in range(30))
    return made


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index.create(tmp_path_factory.mktemp("scripts") / "x")
    with made.writer() as writer:
        writer.add_all(Document(name, "", text) for name, text in SCRIPTS.items())
    return made


def ids(index: Index, query: str, **arguments: object) -> list[str]:
    return sorted(hit.id for hit in index.search(query, limit=100, **arguments))  # type: ignore[arg-type]


@st.composite
def pieces(draw: st.DrawFn) -> tuple[str, str]:
    """Name of a text and some 3 to 40 characters of it, from where a word begins to where one ends or signs behind."""
    name = draw(st.sampled_from(sorted(TEXTS)))
    text = TEXTS[name]
    tokens = tokenize(text, mode="atom")
    first = draw(st.sampled_from(tokens))
    ends = {edge for token in tokens for edge in (token.end, token.start)} | {len(text)}
    wanted = sorted(end for end in ends if first.start + 3 <= end <= first.start + 40) or [len(text)]
    return name, text[first.start : draw(st.sampled_from(wanted))]


@given(pieces())
@settings(deadline=None, max_examples=300)
def test_a_text_is_found_by_any_piece_of_it_whatever_signs_are_in_it(signs: Index, piece: tuple[str, str]) -> None:
    name, query = piece
    if any(unicodedata.category(char)[0] == "L" for char in query):
        assert name in ids(signs, query)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_text_is_found_by_itself_and_by_each_of_its_chunks(signs: Index, name: str) -> None:
    text = TEXTS[name]
    assert name in ids(signs, text)
    for chunk in text.split():
        if any(unicodedata.category(char)[0] == "L" for char in chunk):
            assert name in ids(signs, chunk)
            assert name in ids(signs, chunk, match="all")


def test_a_pattern_that_no_word_fits_is_searched_as_words_and_told(scripts: Index) -> None:
    for query in ("កម្ពុជាពិការ*", "ពិ?កម្ពុជា", "Developersxyz~", "*ពិការកម្ពុជា"):
        found = scripts.search(query)
        assert re.search("no word fits the pattern", str(found.problem))
    assert ids(scripts, "កម្ពុជាពិការ*") == ["km"]
    assert ids(scripts, "+ពិការ* កម្ពុជាពិការ*") == ["km"]


@pytest.mark.parametrize("arguments", [{"strict": True}, {"filter": "កម្ពុជាពិការ*"}])
def test_a_pattern_of_a_strict_query_or_a_filter_finds_what_fits_it_alone(
    scripts: Index, arguments: dict[str, object]
) -> None:
    query = "កម្ពុជា" if "filter" in arguments else "កម្ពុជាពិការ*"
    assert ids(scripts, query, **arguments) == []


def test_what_a_pattern_that_fits_nothing_excludes_is_nothing(scripts: Index) -> None:
    assert ids(scripts, "កម្ពុជា -ពិការកម្ពុជា*") == ["km"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        *(("моск*", "ru"), ("МОСК*", "ru"), ("*ква", "ru"), ("м?сква", "ru"), ("м*а", "ru")),
        *(("москва~", "ru"), ("мосва~", "ru"), ("масква~", "ru"), ("масква~1", "ru"), ("моксва~2", "ru")),
        *(("部*", "cn"), ("部?", ""), ("部署~", "cn")),
        *(("ca?é", "fr"), ("c?f\u00e9", "fr"), ("cafe\u0301*", "fr"), ("caf*", "fr"), ("cafe~", "fr"), ("CAFÉ~", "fr")),
        *(("ภาษ*", "th"), ("ພາ*", "lo"), ("ພາສາ~", "lo")),
        *(("deve*", "en"), ("d?velop", "en"), ("develob~", "en"), ("កម្ព*", "km"), ("កម្ពុចា~", "km")),
        ("សាលា~", ""),
    ],
)
def test_patterns_and_likeness_count_in_letters_of_every_script(scripts: Index, query: str, name: str) -> None:
    found = scripts.search(query, strict=True)
    assert [hit.id for hit in found] == [name] * bool(name)
    for hit in found:
        assert hit.snippet.marks


def test_a_pattern_of_many_stars_is_matched_in_a_time_in_proportion_to_the_word(tmp_path: Path) -> None:
    made = Index.create(tmp_path / "x")
    with made.writer() as writer:
        writer.add(Document("1", "", "a" * 60))
    assert ids(made, "*a*a*a*a*a*a*a*a*a*a*b", strict=True) == []
    assert ids(made, "*a*a*a*a*a*a*a*a*a*a*", strict=True) == ["1"]


def test_a_pattern_stands_for_all_words_that_fit_however_many(tmp_path: Path) -> None:
    made = Index.create(tmp_path / "x")
    with made.writer() as writer:
        writer.add_all(Document(str(n), "", f"ax{n:04}x".translate(LETTERS)) for n in range(3_000))
    assert made.search("a*", strict=True).total == 3_000
    assert made.search("*x", strict=True).total == 3_000
    assert made.search("a*x", strict=True).total == 3_000


def test_words_of_deleted_documents_fit_no_pattern(tmp_path: Path) -> None:
    made = Index.create(tmp_path / "x")
    with made.writer() as writer:
        writer.add_all([Document("1", "", "abcd"), Document("2", "", "xyz")])
    with made.writer() as writer:
        writer.delete("1")
    for query in ("abc*", "a?cd", "abcc~", "*cd"):
        assert "no word fits" in str(made.search(query).problem)
