"""inside: which documents hold a chunk inside longer words, or across their borders. Their texts decide.

Bigrams say where a chunk of three clusters or more may stand, not whether its pairs of clusters follow each other. So
what they find is looked up in the texts: most of it is told by a quick look for the letters of the chunk, the rest by
the normal form. What was found out of a version of a document is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from khsearch import deadline
from khsearch.engine import EVERY_COMMIT, Key, View
from khsearch.khmer import normalize_all, script, stretches

_REMEMBERED = 1 << 14  # documents of chunks
_AT_ONCE = 200  # documents that are read before anybody asks how late it is
_BYTES = 120  # that one takes, about
_ODD = re.compile("[\u17a3-\u17b3]")  # letters that the normal form may write otherwise
_LETTER = "[\u1780-\u17a2]"
_BETWEEN_LETTERS = f"(?:\u17d2{_LETTER}|[^\u1780-\u17a2])*?"


class Inside:
    """Looks chunks up in the documents of a commit; for any number of threads."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[tuple[bytes, Hashable], bool] = view.memo(
            "inside", None, dict, lambda _: _REMEMBERED * _BYTES, owner=EVERY_COMMIT
        )

    def passes(self, units: Sequence[bytes], keys: Sequence[Key]) -> list[bool]:
        """Whether units, in code form, follow each other in the text or in the title of documents."""
        chunk = b"".join(units)
        version = self._view.version
        found = {key: self._known.get((chunk, version(key))) for key in keys}
        unknown = [key for key, known in found.items() if known is None]
        if unknown:
            told = dict(zip(unknown, self._looked_up(units, unknown), strict=True))
            found.update(told)
            if len(self._known) + len(told) > _REMEMBERED:
                self._known.clear()
            if len(told) <= _REMEMBERED:
                self._known.update({(chunk, version(key)): holds for key, holds in told.items()})
        return [bool(found[key]) for key in keys]

    def _looked_up(self, units: Sequence[bytes], keys: Sequence[Key]) -> list[bool]:
        letters = _letters(units)
        holds = [False] * len(keys)
        likely: list[tuple[int, str]] = []
        for place, key in enumerate(keys):
            if not place % _AT_ONCE:
                deadline.check()
            document = self._view.document(key)
            texts = (document.text, document.title)
            likely += ((place, one) for one in texts if letters is None or letters.search(one) or _ODD.search(one))
        if likely:
            end = bytes([script.END])  # before, between and behind the texts
            parts = normalize_all([text for _, text in likely]).codes[1:-1].split(end)
            for (place, _), part in zip(likely, parts, strict=True):
                holds[place] = holds[place] or any(stretches(end + part + end, units))
        return holds


def _letters(units: Sequence[bytes]) -> re.Pattern[str] | None:
    """What a text has that holds units, but for what the normal form changes; None where nothing can be said."""
    bases = [script.decode_term(unit[:1]) for unit in units]
    if not all(re.fullmatch(_LETTER, base) for base in bases):
        return None
    return re.compile(_BETWEEN_LETTERS.join(bases))
