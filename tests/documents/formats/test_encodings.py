"""Encodings: UTF-8 wherever it can be read so, then a mark, then what the content says of itself, never a guess."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.documents import Source, reasons
from khsearch.documents.formats.encodings import decoded, disguised
from khsearch.errors import DocumentError
from tests.documents.formats.making import RAIN, RICE, one, refused

TEXT = f"{RICE}\n{RAIN}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_text_is_read_by_its_mark(encoding):
    data = TEXT.encode(encoding)
    assert one(data, "txt").text == TEXT
    assert [line.strip() for line in Source(io.BytesIO(data), "a", "a").lines()] == [RICE, RAIN]


def test_both_orders_of_bytes_have_marks():
    for order, mark in (("le", b"\xff\xfe"), ("be", b"\xfe\xff")):
        data = mark + TEXT.encode(f"utf-16-{order}")
        assert decoded(data) == TEXT
        assert "".join(Source(io.BytesIO(data), "a", "a").lines()) == TEXT


@pytest.mark.parametrize("text", [RICE, "rice and rain, without any Khmer"])
@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_without_a_mark_is_told_as_such(text, order):
    error = refused(text.encode(f"utf-16-{order}"), "txt")
    assert "looks like UTF-16 without a mark; save it as UTF-8" in str(error)
    assert error.reason == reasons.ENCODING


def test_what_is_no_utf_8_is_told_with_its_byte():
    error = refused(RICE.encode() + b"\xe1\x9e", "txt")
    assert str(error) == f"a: not UTF-8 at byte {len(RICE.encode())}; save it as UTF-8 (iconv converts)"


def test_a_line_that_cannot_be_read_leaves_the_others():
    broken = b"\xff\xfe" + f"{RICE}\n".encode("utf-16-le") + b"\x00\xd8" + f"\n{RAIN}\n".encode("utf-16-le") + b"x"
    first, second, *rest = Source(io.BytesIO(broken), "a", "a").lines()
    assert first == RICE + "\n"
    assert str(second).startswith("a, line 2: not the UTF-16 that its mark says")
    assert isinstance(rest[-1], DocumentError)
    assert RAIN + "\n" in rest or len(rest) == 1


def test_what_the_content_says_comes_after_utf_8():
    assert decoded(RICE.encode(), "windows-1252") == RICE
    assert decoded("café".encode("latin-1"), "ISO-8859-1") == "café"
    with pytest.raises(ValueError, match="neither UTF-8 nor 'ascii'"):
        decoded(b"\xff", "ascii")
    for name in ("hex", "rot13", "punycode", "no-such", "\u1780", "../x", "unicode_escape", ""):
        with pytest.raises(ValueError, match="not UTF-8 at byte 0"):
            decoded(b"\xff", name)


def test_lines_end_as_unix_ends_them():
    assert one(f"{RICE}\r\n{RAIN}\r{RICE}".encode(), "txt").text == f"{RICE}\n{RAIN}\n{RICE}"


@given(st.binary(max_size=200), st.sampled_from([None, "utf-16", "cp1252", "utf-7", "shift_jis"]))
def test_bytes_are_a_text_or_a_reason(data, declared):
    try:
        decoded(data, declared).encode()
    except UnicodeEncodeError:
        pytest.fail("a lone surrogate")
    except ValueError as problem:
        assert "save it as UTF-8" in str(problem) or str(problem) == disguised(data)  # noqa: PT017


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=80))
def test_lines_of_utf_16_are_those_of_utf_8(text):
    for encoding in ("utf-8", "utf-16"):
        data = text.encode(encoding)
        sizes = []
        found = Source(io.BytesIO(data), "a", "a", on_bytes=sizes.append).lines()
        assert "".join(map(str, found)).removeprefix("\ufeff") == text.removeprefix("\ufeff")
        assert sum(sizes) == len(data)


@pytest.mark.parametrize("format", ["txt", "csv", "jsonl", "md", "html", "lines"])
@pytest.mark.parametrize("begins", [b"PK\x03\x04", b"%PDF-1.7\n%\xff", b"\xd0\xcf\x11\xe0"])
def test_a_file_of_another_kind_is_told_once_as_such(begins, format):
    assert "under another name" in str(refused(begins + b"\n\xff\n\xfe\n", format))
