"""agreement: whether a query breaks as the documents of a commit did.

What breaks a text depends on more than khsearch: on the characters that this Python knows, on ICU where it broke a
text, on khmer-nltk. Every segment keeps what the terms of its documents depended on (`khmer.behaviour`), so that an
index is refused only what really is otherwise here, and nothing but searching for it.

Segments of format 1 kept nothing: the manifest says which versions they were made with. What this khsearch breaks
otherwise than the first one did, or another Python or ICU might, is refused there wherever a query holds it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from khsearch import khmer
from khsearch.engine import OLD_TRAIT
from khsearch.errors import IndexMismatchError
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from khsearch.manifest import Manifest

_LONG_AGO = unicodedata.ucd_3_2_0
"""A Unicode so old that whatever it knows is the same in all that came after it."""


class Agreement:
    """What of a commit was broken otherwise than this khsearch breaks it. Cheap to make; safe for threads."""

    def __init__(self, built: Manifest, name: str, traits: frozenset[str]) -> None:
        """Of a commit of the index of a name: what built it, and what the terms of its documents depend on."""
        self._built = built
        self._name = name
        self._traits = traits

    def check(self, text: str, *, broken: bool = True) -> None:
        """Raise IndexMismatchError where a query would not find what it should, MissingExtraError without its ICU.

        broken  whether it is broken into words: a keyword is compared as a whole
        """
        if not self._built.finished:
            raise self._mismatch("its rebuilding was interrupted")
        analyzer = self._built.analyzer
        if broken:
            analyzer.check("the query", text)
        if not self._traits:
            return
        characters, by_icu = analyzer.reading_depends(text)
        by_icu = by_icu and broken
        # Else ICU need not be loaded to know which one it is, nor all characters be looked at.
        if by_icu or khmer.behaviour.is_of_icu(analyzer.breaker.trait):
            differences = self._with_icu
        else:
            differences = self._differences if characters else self._of_breaker
        if differences.breaker:
            raise self._mismatch(f"its texts were broken by {differences.breaker}")
        if characters and (otherwise := differences.characters & khmer.behaviour.as_folded(characters)):
            raise self._mismatch(f"another Python took {_shown(min(otherwise))} of the query for something else")
        if by_icu and differences.icu:
            raise self._mismatch(f"ICU breaks words of the query, and the texts were broken by {differences.icu}")
        if OLD_TRAIT in self._traits:
            self._check_old(text, characters, by_icu=by_icu)

    def _check_old(self, text: str, characters: str, *, by_icu: bool) -> None:
        """The same for segments of format 1, of which only the versions are known that made them."""
        built = self._built.built
        icu = built.get("icu")
        if by_icu and icu != khmer.icu_version():
            raise self._mismatch(
                f"ICU breaks words of the query, and the texts were broken by ICU {icu}, here {khmer.icu_version()}"
            )
        if built.get("unicode") != unicodedata.unidata_version:
            for char in characters:
                if _LONG_AGO.category(char) == "Cn" and unicodedata.category(char)[0] in "LMN":
                    raise self._mismatch(
                        f"another Python may have taken {_shown(char)} of the query for something else"
                    )
        if khmer.behaviour.changed_in_format_2(text):
            raise self._mismatch("the first khsearch broke words of the query otherwise")

    @cached_property
    def _of_breaker(self) -> khmer.behaviour.Differences:
        known = khmer.behaviour
        return self._differing(
            trait for trait in self._traits if not known.is_of_icu(trait) and not known.is_of_character(trait)
        )

    @cached_property
    def _differences(self) -> khmer.behaviour.Differences:
        return self._differing(trait for trait in self._traits if not khmer.behaviour.is_of_icu(trait))

    @cached_property
    def _with_icu(self) -> khmer.behaviour.Differences:
        return self._differing(self._traits)

    def _differing(self, traits: Iterable[str]) -> khmer.behaviour.Differences:
        breaker, built = self._built.analyzer.breaker, self._built.built
        kept = frozenset(traits)
        found = khmer.behaviour.differing(kept - {OLD_TRAIT}, breaker)
        if OLD_TRAIT not in kept or found.breaker or breaker.version == built.get("breaker_version"):
            return found
        which = f"{breaker.name} {built.get('breaker_version')}, here {breaker.version}"
        return khmer.behaviour.Differences(found.characters, found.icu, which)

    def _mismatch(self, why: str) -> IndexMismatchError:
        name = self._name
        return IndexMismatchError(
            f"{name}: {why}; run: khsearch rebuild {name} (until then its documents can be read and exported)"
        )


def _shown(char: str) -> str:
    return f"{char!r} (U+{ord(char):04X})"
