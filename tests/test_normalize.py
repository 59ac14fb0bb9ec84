from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer import marks, script
from khsearch.khmer.normalize import normalize, normalize_all
from tests.strategies import KHMER_BLOCK, random_text, texts


def form(text: str) -> str:
    return normalize(text).text


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("\u179f\u17d2\u179a\u17d2\u178f\u17b8", "\u179f\u17d2\u178f\u17d2\u179a\u17b8"),  # RO last among subscripts
        ("\u1780\u17b6\u17d2\u179a", "\u1780\u17d2\u179a\u17b6"),  # a subscript before the vowel
        ("\u1780\u17c6\u17b6", "\u1780\u17b6\u17c6"),  # a sign after the vowel
        ("\u1780\u17b7\u17ca", "\u1780\u17ca\u17b7"),  # the shifter before the vowel
        ("\u1792\u1798\u17d2\u1798\u17cc", "\u1792\u1798\u17cc\u17d2\u1798"),  # robat right behind its base
        ("\u1780\u17c1\u17b8", "\u1780\u17be"),
        ("\u1780\u17b8\u17c1", "\u1780\u17be"),
        ("\u1780\u17c1\u17b6", "\u1780\u17c4"),
        ("\u1780\u17b6\u17b6", "\u1780\u17b6"),
        ("\u1780\u17d2\u178f\u17d2\u178f", "\u1780\u17d2\u178f"),
        ("\u1780\u17d2\u17d2\u178f", "\u1780\u17d2\u178f"),
        ("\u1780\u17d2", "\u1780"),  # a coeng with nothing below
        ("\u178e\u17d2\u178a", "\u178e\u17d2\u178f"),  # subscript DA looks like subscript TA
        ("\u17a3\u17a4\u17a8\u17b2", "\u17a2\u17a2\u17b6\u17a7\u1780\u17b1"),
        ("\u1780\u17b4\u17b5\u1780", "\u1780\u1780"),
        ("អោយ", "\u17b1\u17d2\u1799"),
        ("ឲ្យ", "\u17b1\u17d2\u1799"),
        ("អោយា", "អោយា"),  # another word
        ("ស\u17d2អោយ", "ស\u17d2អោយ"),
        ("ក\u200bម\u200cព\u200d\u2060\ufeff\u00adជា", "កមពជា"),
        ("COVID-១៩ \uff11\uff12", "covid-19 12"),
    ],
)
def test_one_spelling(typed: str, normal: str) -> None:
    assert form(typed) == normal


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("១៥០.០០០", "150000"),
        ("150,000", "150000"),
        ("1.234.567", "1234567"),
        ("1.5", "1.5"),
        ("១,៥", "1.5"),
        ("1,500.50", "1500.50"),
        ("0.125", "0.125"),
        ("11.05.2021", "11.05.2021"),
        ("12.5.", "12.5."),
        (".5", ".5"),
        ("5,", "5,"),
    ],
)
def test_numbers(typed: str, normal: str) -> None:
    assert form(typed) == normal


def test_a_fraction_is_one_number_and_a_date_three() -> None:
    assert normalize("1.5").codes == b"\x021\x035\x02"
    assert normalize("11.05.2021").codes == b"\x0211.05.2021\x02"


@given(texts)
def test_the_short_way_gives_what_the_long_way_gives(text: str) -> None:
    short, long = normalize(text), normalize_all([text])
    assert short.codes == long.codes
    assert short.origin.tolist() == long.origin.tolist()


@given(st.lists(texts, max_size=6))
def test_a_batch_is_its_texts(batch: list[str]) -> None:
    together = normalize_all(batch)
    assert together.codes == b"\x02" + b"".join(normalize(text).codes[1:] for text in batch)
    alone = [first + place - 1 for text, first in zip(batch, together.firsts, strict=True)
             for place in normalize(text).origin.tolist()[1:-1]]  # fmt: skip
    inner = [place for place, code in zip(together.origin.tolist(), together.codes, strict=True) if code != script.END]
    assert inner == alone


@given(texts)
def test_every_code_leads_back_to_a_character_like_it(text: str) -> None:
    normal = normalize(text)
    assert len(normal.codes) == len(normal.origin)
    for code, place in zip(normal.codes[1:-1], normal.origin.tolist()[1:-1], strict=True):
        origin = script.code_of(text[place - 1])
        assert script.CLASS[origin] == script.CLASS[code] or code == script.POINT or origin in b"\xa4\xa8"


@given(texts)
def test_normal_form_is_stable(text: str) -> None:
    once = normalize(text)
    assert normalize(once.text).codes == once.codes


def test_every_character_of_the_block_in_every_place() -> None:
    for char in KHMER_BLOCK:
        for text in (char, f"ក{char}", f"{char}ក", f"ក្{char}", f"ក{char}{char}", f"a{char}1"):
            normal = normalize(text)
            assert normalize(normal.text).codes == normal.codes
            assert not len(marks.out_of_order(normal.array))


def test_marks_in_any_order_are_one_spelling() -> None:
    source = random.Random(7)
    units = ["\u17cc", "\u17d2\u1798", "\u17d2\u179a", "\u17ca", "\u17b8", "\u17c6", "\u17cb"]
    for _ in range(300):
        chosen = source.sample(units, source.randint(1, len(units)))
        shuffled = source.sample(chosen, len(chosen))
        assert form("ក" + "".join(chosen)) == form("ក" + "".join(shuffled))


def test_hostile_sizes() -> None:
    assert form("") == ""
    long_cluster = "ក" + "្ខ" * 40 + "ា" * 1000
    assert form(long_cluster) == "ក្ខា"
    assert len(normalize("\u200b" * 100_000).codes) == 2
    source = random.Random(5)
    normalize_all([random_text(source, 50_000)])
