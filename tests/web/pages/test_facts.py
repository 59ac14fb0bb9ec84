from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from khsearch.web.pages.facts import of_written, read
from khsearch.web.pages.languages import ENGLISH, KHMER


@pytest.mark.parametrize(
    ("value", "kind", "khmer", "english"),
    [
        (date(2021, 5, 11), "date", "១១ ឧសភា ២០២១", "11 May 2021"),
        ("2021-05-11", "date", "១១ ឧសភា ២០២១", "11 May 2021"),
        (datetime(2021, 5, 11, 8, 5, tzinfo=UTC), "date", "១១ ឧសភា ២០២១ ០៨:០៥", "11 May 2021 08:05"),
        (datetime(2021, 5, 11), "date", "១១ ឧសភា ២០២១", "11 May 2021"),
        (1500, "number", "១៥០០", "1500"),
        (2.0, "number", "២", "2"),
        (Decimal("1.50"), "number", "១,៥០", "1.50"),
        (1e-7, "number", "០,០០០០០០១", "0.0000001"),
        (1e-300, "number", "១e-៣០០", "1e-300"),
        (True, "boolean", "បាទ/ចាស", "yes"),
        (["a", "b"], "keyword", "a, b", "a, b"),
        (
            [str(one) for one in range(12)],
            "keyword",
            "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …",
            "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …",
        ),
        ({"a": [1]}, "", '{"a":[1]}', '{"a":[1]}'),
        (None, "keyword", "", ""),
        ("2021", "keyword", "2021", "2021"),
    ],
)
def test_values_are_written_as_people_read_them(value: object, kind: str, khmer: str, english: str) -> None:
    assert read(value, kind, KHMER, 80) == khmer
    assert read(value, kind, ENGLISH, 80) == english


@pytest.mark.parametrize(
    ("written", "kind", "told"),
    [
        ("2021", "date", "2021"),
        ("2021-05", "date", "May 2021"),
        ("2021-05-11T08:00:00", "date", "11 May 2021"),
        ("2021-13-01", "date", "2021-13-01"),
        ("10 TO 20", "number", "10 to 20"),
        ("* TO 20", "number", "before 20"),
        ("2021-05 TO *", "date", "from May 2021"),
        ("* TO *", "number", "* TO *"),
        ("1e-07 TO 2.5", "number", "0.0000001 to 2.5"),
        ("nan", "number", "nan"),
        ("10 TO 20", "keyword", "10 TO 20"),
        ("true", "boolean", "yes"),
        ("<b> TO <i>", "number", "<b> to <i>"),
    ],
)
def test_filters_are_read_as_they_stand_in_addresses(written: str, kind: str, told: str) -> None:
    assert of_written(written, kind, ENGLISH) == told
