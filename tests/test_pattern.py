"""Patterns: what `re.compile` makes, made when somebody first asks for what it can do."""

import re

import pytest

from khsearch.pattern import pattern


def test_it_does_what_a_compiled_one_does() -> None:
    made, usual = pattern(r"(?P<word> \w+ )", re.VERBOSE), re.compile(r"(?P<word> \w+ )", re.VERBOSE)
    for _ in range(2):
        assert made.findall("ab c") == usual.findall("ab c")
        found = made.fullmatch("ab")
        assert found is not None
        assert found["word"] == "ab"
        assert made.sub("-", "ab c") == "- -"
        assert made.pattern == usual.pattern
        assert made.flags == usual.flags
    assert pattern(rb"a+").split(b"bab") == [b"b", b"b"]


def test_nothing_is_compiled_before_it_is_used() -> None:
    made = pattern("(")
    with pytest.raises(re.error, match="position 0"):
        made.match("a")
