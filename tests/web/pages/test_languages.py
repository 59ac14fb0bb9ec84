from __future__ import annotations

import re
import string
from datetime import date

import pytest

from khsearch.web.pages import languages
from khsearch.web.pages.languages import ENGLISH, KHMER, language_of


@pytest.mark.parametrize(
    ("given", "accepted", "code"),
    [
        (None, "", "km"),
        (None, "en-US,en;q=0.9", "en"),
        (None, "fr, en;q=0.3, km;q=0.8", "km"),
        (None, "fr", "km"),
        (None, "en;q=0, fr", "km"),
        (None, "en;q=wrong", "km"),
        (None, "EN-gb", "en"),
        (None, "," * 100_000, "km"),
        ("en", "km", "en"),
        ("km", "en", "km"),
        ("fr", "en", "en"),
    ],
)
def test_the_address_decides_then_the_browser_then_khmer(given: str | None, accepted: str, code: str) -> None:
    assert language_of(given, accepted).code == code


def test_every_string_is_there_in_both_languages_with_the_same_values() -> None:
    for name, pair in languages._STRINGS.items():
        khmer, english = ({part[1] for part in string.Formatter().parse(text)} - {None} for text in pair)
        assert khmer == english, name
        assert (name == "other_language") != bool(re.search("[\u1780-\u17ff]", pair[0])), name


def test_numbers_and_days_are_written_as_each_language_does() -> None:
    assert (KHMER.number(12_450), ENGLISH.number(12_450)) == ("១២.៤៥០", "12,450")
    assert (KHMER.day(date(2021, 5, 11)), ENGLISH.day(date(2021, 5, 11))) == ("១១ ឧសភា ២០២១", "11 May 2021")
    assert str(ENGLISH.say("found", n=1)) == "1 document found"
    assert str(ENGLISH.say("found", n=2_000)) == "2,000 documents found"
    assert str(ENGLISH.say("none", q="<b>")) == "Nothing found for &lt;b&gt;"


def test_fields_have_names_that_people_read() -> None:
    assert (KHMER.label("date"), ENGLISH.label("date")) == ("កាលបរិច្ឆេទ", "Date")
    assert (KHMER.label("page_count"), ENGLISH.label("_")) == ("page count", "_")
