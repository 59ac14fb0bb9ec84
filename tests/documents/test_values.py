"""Numbers, dates, truth values and keywords, as people write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.documents import values
from khsearch.documents.values import days, keyword, number, truth
from tests.strategies import texts

KHMER_DIGITS = {ord("0") + value: chr(0x17E0 + value) for value in range(10)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("007", 7),
        ("១,៥០០", 1500),
        ("1,234,567", 1234567),
        ("12,000.50", 12000.5),
        ("1.500", 1.5),
        (" 5\u200b", 5),
        ("9007199254740993", 2**53 + 1),
        ("9" * 400, 10**400 - 1),
    ],
)
def test_a_number_has_digits_a_sign_a_point_and_groups_of_three(text: str, value: float) -> None:
    assert number(text) == value
    assert type(number(text)) is type(value)


def test_a_number_with_a_point_is_no_whole_one() -> None:
    assert type(number("5.0")) is float


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "nan", "NaN", "inf", "-infinity", "1_000", "12 000", "0x10", "1e5", "1,5", "12,00", "0,500"),
        *("1.500,25", "1.2.3", ".", ",", "1,", "5.", "1,50,000", "1234,567", "--5", "5-", "$5", "5%", "5*", ">5"),
        *("\u0665", "²", "½", "9" * 400 + ".5", "9" * 5000, "\ud800"),
    ],
)
def test_a_doubtful_number_is_an_error_that_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        number(text)


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_numbers_are_read_as_they_are_written(value: float) -> None:
    written = str(value) if isinstance(value, int) else f"{value:.17f}"
    assert number(written) == (value if isinstance(value, int) else float(written))
    assert number(written.translate(KHMER_DIGITS)) == number(written)
    assert number(f"{value:,.6f}") == number(f"{value:.6f}")


MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "first", "length"),
    [
        ("2021", datetime(2021, 1, 1), timedelta(365)),
        ("2021-5", datetime(2021, 5, 1), timedelta(31)),
        ("2020-02", datetime(2020, 2, 1), timedelta(29)),
        ("2021-12", datetime(2021, 12, 1), timedelta(31)),
        ("2021-05-11", datetime(2021, 5, 11), timedelta(1)),
        ("2021-5-1", datetime(2021, 5, 1), timedelta(1)),
        ("20210511", datetime(2021, 5, 11), timedelta(1)),
        ("2021-W19", datetime(2021, 5, 10), timedelta(7)),
        ("2021-w19-2", datetime(2021, 5, 11), timedelta(1)),
        ("2021-05-11T10", datetime(2021, 5, 11, 10), timedelta(hours=1)),
        ("20210511T10:30", datetime(2021, 5, 11, 10, 30), timedelta(minutes=1)),
        ("2021-05-11 10:30", datetime(2021, 5, 11, 10, 30), timedelta(minutes=1)),
        ("2021-05-11T10:30:15", datetime(2021, 5, 11, 10, 30, 15), timedelta(seconds=1)),
        ("2021-05-11T10:30:15.12", datetime(2021, 5, 11, 10, 30, 15, 120_000), timedelta(milliseconds=10)),
        ("2021-05-11T10:30:15.123456789", datetime(2021, 5, 11, 10, 30, 15, 123_456), MICROSECOND),
        ("9999", datetime(9999, 1, 1), timedelta(365)),
        ("9999-12", datetime(9999, 12, 1), timedelta(31)),
        ("9999-W52", datetime(9999, 12, 27), timedelta(5)),
        ("0001", datetime(1, 1, 1), timedelta(365)),
    ],
)
def test_a_date_is_all_of_the_unit_that_it_names(text: str, first: datetime, length: timedelta) -> None:
    assert days(text) == (first, first + (length - MICROSECOND))
    assert days(f" {text.translate(KHMER_DIGITS)}\u200b") == days(text)


@pytest.mark.parametrize("zone", ["Z", "z", "+07:00", "-11:30", "+0700", "+07", " +07:00"])
def test_a_day_and_a_time_count_as_they_are_written(zone: str) -> None:
    assert days(f"2021-05-11T03:30{zone}") == days("2021-05-11T03:30")


@pytest.mark.parametrize(
    "text",
    [
        *("", "11/05/2021", "2025*", ">=2020", "2021-13", "0000", "2021-02-29", "2021-00", "2021-W00", "2021-W54"),
        *("2021-W19-8", "2021T10", "2021-05T10", "2021-05-11T24", "2021-05-11T10:60", "2021-05-11T", "202105", "21"),
        *("10:30", "yesterday", "2021-05-11T10:30:15,5", "2021-05-11+07:00", "2021-05-11T10+24:00", "2021-05-11x"),
        *("12021", "-2021", "9999-W52-6", "2021--05", "\ud800", "2021 2022"),
    ],
)
def test_what_is_no_date_is_an_error_that_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        days(text)


@given(st.dates())
def test_every_day_is_read(day: date) -> None:
    first, last = days(day.isoformat())
    assert first.date() == last.date() == day
    assert last == datetime.combine(day, datetime.max.time())


@pytest.mark.parametrize(("text", "value"), [("true", True), ("Yes", True), ("១", True), ("NO", False), ("0", False)])
def test_truth(text: str, value: bool) -> None:
    assert truth(text) is value
    with pytest.raises(ValueError, match="write"):
        truth(text + "x")


@pytest.mark.parametrize(
    "same",
    [
        ("សៀមរាប", "សៀម\u200bរាប", " សៀមរាប ", "\ufeffសៀមរាប\u00ad"),
        ("ស្ត្រី", "ស្រ្តី", "ស្រ្ដី"),
        ("ខេត្ត ក", "ខេត្ត  ក", "ខេត្ត\u00a0\tក"),
        ("ឆ្នាំ 2021", "ឆ្នាំ ២០២១"),
        ("NGO", "ngo", "Ngo\u200d"),
        ("Café", "CAFE\u0301"),
        ("Москва", "МОСКВА"),
        ("STRASSE", "straße"),
        ("ABC", "\uff21\uff22\uff23", "abc"),
        ("file", "\ufb01le"),
        ("Ⅳ", "ⅳ"),
    ],
)
def test_spellings_of_one_keyword_have_one_form(same: tuple[str, ...]) -> None:
    assert len({keyword(text) for text in same}) == 1


@pytest.mark.parametrize(
    "apart",
    [
        ("C", "C++", "C#", "C."),
        ("ab", "a-b", "a b", "a.b", "a,b", "a/b"),
        ("1,500", "1.500", "1500", "1 500"),
        ("ក", "ក។", "ក?", "ក៖", "កៗ"),
        ("\U0001f600", "\U0001f601", "€", "–"),
        ("部署", "部"),
    ],
)
def test_signs_keep_keywords_apart(apart: tuple[str, ...]) -> None:
    assert len({keyword(text) for text in apart}) == len(apart)


@given(texts | st.text())
def test_the_form_of_a_form_is_itself_and_none_is_empty(text: str) -> None:
    form = keyword(text)
    assert keyword(form) == form
    assert keyword(f" \u200b\u1780{text} ") == keyword(f"\u1780{text}")
    assert (form == "") == (not text.strip())


@pytest.mark.parametrize("text", ["\u200b", "\u17d2", "\u17b4", "\u200b\u200c"])
def test_a_keyword_of_nothing_that_is_seen_stays_as_it_is(text: str) -> None:
    assert keyword(text) == text


def test_long_keywords_are_not_kept_in_memory() -> None:
    before = values._usual_form.cache_info()
    assert keyword("ABC \u1781" * 100) == keyword("abc \u1781" * 100)
    assert values._usual_form.cache_info() == before
