"""settings: what an index was told to be, held against what somebody declares."""

from __future__ import annotations

from collections.abc import Iterator

from khsearch.khmer import Breaker, Lexicon
from khsearch.manifest import Manifest, make
from khsearch.query import DEFAULT, Ranking
from khsearch.schema import Declared, declared, kinds_of, weights_of


def differences(
    built: Manifest,
    *,
    fields: Declared | None,
    breaker: str | Breaker | None,
    lexicon: Lexicon | None,
    ranking: Ranking | None,
) -> Iterator[str]:
    """Tell how an index differs from what is declared, and what to do about each; None declares nothing.

    ValueError for what `manifest.make` refuses.
    """
    wanted = make(breaker, lexicon, fields or {}, ranking or DEFAULT)
    if fields is not None:
        here, there = built.declared, declared(kinds_of(fields), weights_of(fields))
        both = [name for name in here if name in there and here[name] != there[name]]
        told = [f"{name!r} is {here[name]!r} there, not {there[name]!r}" for name in both]
        told += [f"{name!r} ({here[name]!r}) is a field there" for name in here if name not in there]
        told += [f"{name!r} ({there[name]!r}) is none there" for name in there if name not in here]
        if told:
            yield f"its fields are others ({', '.join(told)}; index.set_fields changes them)"
    made, kept = wanted.analyzer.breaker, built.analyzer.breaker
    if breaker is not None and made.name != kept.name:
        yield f"its breaker is {kept.name!r}, not {made.name!r}"
    elif (lexicon is not None or not isinstance(breaker, str | None)) and made.version != kept.version:
        yield "it was built with another lexicon"
    if ranking is not None and ranking != built.ranking:
        yield f"its ranking is {built.ranking!r} (a search takes another)"
