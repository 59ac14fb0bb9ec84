"""agreement: whether a query breaks as the documents of a commit did.

What breaks a text depends on more than khsearch: on the characters that this Python knows, on ICU where it broke a
text, on khmer-nltk. Every segment keeps what the terms of its documents depended on (`khmer.behaviour`), so that an
index is refused only what really is otherwise here, and nothing but searching for it.

Segments of format 1 kept nothing: the manifest says which versions they were made with. What this khsearch breaks
otherwise than the first one did, or another Python or ICU might, is refused there wherever a query holds it.
"""

from __future__ import annotations

import unicodedata

from khsearch.engine import OLD_TRAIT, View
from khsearch.errors import IndexMismatchError
from khsearch.khmer import behaviour, icu_version
from khsearch.manifest import Manifest
from khsearch.sharing import cached_property

_LONG_AGO = unicodedata.ucd_3_2_0
"""A Unicode so old that whatever it knows is the same in all that came after it."""


class Agreement:
    """What of a commit was broken otherwise than this khsearch breaks it. Cheap to make; safe for threads."""

    def __init__(self, built: Manifest, view: View) -> None:
        self._built = built
        self._view = view

    def check(self, text: str) -> None:
        """Raise IndexMismatchError where a query would not find what it should."""
        if not self._built.finished:
            raise self._mismatch("its rebuilding was interrupted")
        if not self._differences and not self._has_old:
            return
        if self._differences.breaker:
            raise self._mismatch(f"its texts were broken by {self._differences.breaker}")
        analyzer = self._built.analyzer
        characters, by_icu = analyzer.reading_depends(text)
        otherwise = self._differences.characters & behaviour.as_folded(characters)
        if otherwise:
            raise self._mismatch(f"another Python took {_shown(min(otherwise))} of the query for something else")
        if by_icu and self._differences.icu:
            raise self._mismatch(f"ICU breaks words of the query, and the texts were broken by {self._differences.icu}")
        if self._has_old:
            self._check_old(text, characters, by_icu=by_icu)

    def _check_old(self, text: str, characters: str, *, by_icu: bool) -> None:
        """The same for segments of format 1, of which only the versions are known that made them."""
        built = self._built.built
        icu = built.get("icu")
        if by_icu and icu != icu_version():
            raise self._mismatch(
                f"ICU breaks words of the query, and the texts were broken by ICU {icu}, here {icu_version()}"
            )
        if built.get("unicode") != unicodedata.unidata_version:
            for char in characters:
                if _LONG_AGO.category(char) == "Cn" and unicodedata.category(char)[0] in "LMN":
                    raise self._mismatch(
                        f"another Python may have taken {_shown(char)} of the query for something else"
                    )
        if behaviour.changed_in_format_2(text):
            raise self._mismatch("the first khsearch broke words of the query otherwise")

    @cached_property
    def _has_old(self) -> bool:
        return OLD_TRAIT in self._view.traits

    @cached_property
    def _differences(self) -> behaviour.Differences:
        breaker, built = self._built.analyzer.breaker, self._built.built
        found = behaviour.differing(self._view.traits - {OLD_TRAIT}, breaker)
        if not self._has_old or found.breaker or breaker.version == built.get("breaker_version"):
            return found
        told = f"{breaker.name} {built.get('breaker_version')}, here {breaker.version}"
        return behaviour.Differences(found.characters, found.icu, told)

    def _mismatch(self, why: str) -> IndexMismatchError:
        name = self._view.name
        return IndexMismatchError(
            f"{name}: {why}; run: khsearch rebuild {name} (until then its documents can be read and exported)"
        )


def _shown(char: str) -> str:
    return f"{char!r} (U+{ord(char):04X})"
