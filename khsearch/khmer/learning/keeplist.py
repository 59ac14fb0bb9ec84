"""keeplist: a file of decisions about words in, KeepList out. What no frequency can tell about words is told here.

The list that ships lies in `data/keep.txt`; the rule for what belongs there stands at its top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.words.model import is_word


@frozen
class KeepList:
    """Decisions about words that no frequency can make.

    whole      words that stay whole though their parts are words
    elements   bound elements that build words with others, and are taken off them
    divided    words that are divided, with their parts
    """

    whole: frozenset[str] = frozenset()
    elements: frozenset[str] = frozenset()
    divided: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def words(self) -> frozenset[str]:
        """Every word that the lexicon must hold."""
        return self.whole | self.elements | {part for parts in self.divided.values() for part in parts}


def read_keep_list(path: Path) -> KeepList:
    """Read a keep-list: `word` stays whole, `element-` is taken off, `part+part` is divided; one a line, # comments."""
    whole: set[str] = set()
    elements: set[str] = set()
    divided: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        entry = line.partition("#")[0].strip()
        if not entry:
            continue
        parts = tuple(normalize(part).text for part in entry.removesuffix("-").split("+"))
        word = "".join(parts)
        if not all(map(is_word, parts)) or word in whole or word in elements or word in divided:
            raise LexiconError(f"{path}, line {number}: {entry!r} is no Khmer word or stands here twice; mend it")
        if len(parts) > 1:
            divided[word] = parts
        else:
            (elements if entry.endswith("-") else whole).add(word)
    return KeepList(frozenset(whole), frozenset(elements), divided)


def default_keep_list() -> KeepList:
    """Keep-list that ships with khsearch."""
    return read_keep_list(Path(__file__).parent.parent / "data" / "keep.txt")
