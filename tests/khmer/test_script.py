from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer.text import script
from khsearch.khmer.text.clusters import classes, clusters
from khsearch.khmer.text.points import codes_of_others
from tests.strategies import texts


@given(st.text() | texts)
def test_terms_come_back(term: str) -> None:
    assert script.decode_term(script.encode_term(term)) == term


@given(st.text(st.characters(min_codepoint=0x20)), st.text(st.characters(min_codepoint=0x20)))
def test_the_form_of_a_prefix_is_a_prefix(left: str, right: str) -> None:
    assert script.encode_term(left + right).startswith(script.encode_term(left))


def test_ascii_and_khmer_take_one_byte_and_keep_their_order() -> None:
    chars = [chr(code) for code in (*range(0x30, 0x3A), *range(0x61, 0x7B), *range(0x1780, 0x1800))]
    forms = [script.encode_term(char) for char in chars]
    assert {len(form) for form in forms} == {1}
    assert forms == sorted(forms)


def test_codes_of_others_agree_with_code_of() -> None:
    points = np.array([ord(char) for char in "éไ中\u200b\uff11？\U0001f600\U0001d7d8\ud800\u0301"], np.uint32)
    assert codes_of_others(points).tolist() == [script.code_of(chr(point)) for point in points.tolist()]
    assert script.code_of("\uff11") == ord("1")
    assert script.code_of("\u0e51") == ord("1")


def test_clusters() -> None:
    codes = np.frombuffer(b"\x02" + script.encode_term("ក្ខាគab\u17b6ឃ") + b"\x02", np.uint8)
    found = clusters(codes, classes(codes.tobytes()))
    stretches = [codes[a:b].tobytes() for a, b in zip(found.starts, found.ends, strict=True)]
    assert [script.decode_term(stretch) for stretch in stretches] == ["ក្ខា", "គ", "\u17b6", "ឃ"]
    assert found.leads.tolist() == [True, False, True, False]
