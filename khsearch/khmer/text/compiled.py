"""compiled: the normal form as the compiled core finds it: the tables of characters to it, texts in, NormalText out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from khsearch import native
from khsearch.khmer.text import mark_order, script
from khsearch.khmer.text.normal_text import NormalText

if TYPE_CHECKING:
    from khsearch.native import Characters

MOST = 1 << 32
"""Characters of originals that the core counts."""


@cache
def characters() -> Characters:
    """Return what the core knows of characters: the tables of the zone; it asks for others as it meets them."""
    core = native.core
    assert core is not None
    found: Characters = core.Characters(
        _code_of,
        fold=script.FOLD,
        classes=script.CLASS,
        sentence_ends=bytes(script.SENTENCE_ENDS),
        ranks=mark_order.RANK,
        above_before=mark_order.ABOVE_BEFORE_U,
        above_behind=mark_order.ABOVE_BEHIND_U,
        strong=mark_order.STRONG,
    )
    return found


def normalize(text: str) -> NormalText:
    """Return one text in normal form."""
    form = characters().normalize(text)
    return NormalText(f" {text} ", (1,), form.codes, form=form)


def normalize_all(texts: Sequence[str]) -> NormalText:
    """Return a batch of texts in normal form."""
    raw = " ".join(["", *texts, ""])
    lengths = [*map(len, texts)]
    form = characters().normalize_all(raw, lengths)
    firsts = [at + number for number, at in enumerate(accumulate(lengths, initial=0), 1)][:-1]
    return NormalText(raw, firsts, form.codes, form=form)


def _code_of(point: int) -> int:
    return script.code_of(chr(point))
