from __future__ import annotations

import numpy as np

from khsearch.khmer.text.script import encode_term
from khsearch.query.near_terms import TermTable


def table(*terms: str) -> TermTable:
    forms = sorted(map(encode_term, terms))
    edges = np.cumsum([0, *map(len, forms)])
    source = np.frombuffer(b"".join(forms), np.uint8), edges, np.ones(len(forms), np.int64)
    return TermTable([source], 10)


def test_what_is_too_long_to_be_meant_is_near_to_nothing() -> None:
    long = ["a" * 65, "ក" * 65, "a" * 10_000, "ក" + "\u17d2ខ\u17d2គ" * 20]
    found = table("khmer", "khmar", "ការងារ", *long)
    assert found.terms == sorted(map(encode_term, ("khmer", "khmar", "ការងារ")))
