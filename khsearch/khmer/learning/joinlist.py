"""joinlist: a file of decisions about atoms side by side in, Decisions out: what no count and no model can know.

The list that ships lies in `data/joins.txt`; the rules for what belongs there stand at its top.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.text.script import encode_term
from khsearch.khmer.words.model import clusters_of, is_word

Atom = tuple[bytes, ...]
"""Clusters of an atom, in codes; none for whatever atom stands there."""

_ANY = "*"


@frozen
class Decisions:
    """What is decided on atoms that stand side by side.

    joined  words, each as its atoms, two or more
    parted  pairs of atoms, between which a word begins
    """

    joined: Sequence[tuple[Atom, ...]] = ()
    parted: Sequence[tuple[Atom, ...]] = ()


def read_join_list(path: Path) -> Decisions:
    """Read a list: `a+b` is one word, `a|b` are two; `*` is any atom beside one; one entry a line, # comments.

    LexiconError names the line that says something else, or what a line before it says, and a file that cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as problem:
        raise LexiconError(f"{path}: cannot be read ({problem.strerror}); name a list of decisions") from None
    except UnicodeDecodeError:
        raise LexiconError(f"{path}: not UTF-8; save the list as UTF-8") from None
    joined: dict[tuple[Atom, ...], None] = {}
    parted: dict[tuple[Atom, ...], None] = {}
    for number, line in enumerate(lines, start=1):
        entry = line.partition("#")[0].strip()
        if not entry:
            continue
        signs = set(re.findall(r"[+|]", entry))
        atoms = tuple(map(_atom, re.split(r"[+|]", entry)))
        odd = len(signs) != 1 or None in atoms or atoms in joined or atoms in parted
        if odd or (len(atoms) > 2 and ("|" in signs or () in atoms)) or not any(atoms):
            raise LexiconError(f"{path}, line {number}: {entry!r} is no decision or stands here twice; mend it")
        (joined if "+" in signs else parted)[tuple(atom for atom in atoms if atom is not None)] = None
    return Decisions(tuple(joined), tuple(parted))


def _atom(part: str) -> Atom | None:
    """An atom as it is written in the list; None where it is none."""
    if part.strip() == _ANY:
        return ()
    word = normalize(part.strip()).text
    return tuple(map(encode_term, clusters_of(word))) if is_word(word) else None


def default_join_list() -> Decisions:
    """Return the list that ships with khsearch."""
    return read_join_list(Path(__file__).parent.parent / "data" / "joins.txt")
