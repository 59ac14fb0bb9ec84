"""spellings: those of one's own that live in an index. A file or mapping in; a file of its commits out, and back.

The file is kept as it was given (`khmer.spelling.groups` says what one holds), and read when a search first needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from khsearch.errors import IndexDamagedError, LexiconError
from khsearch.frozen import frozen
from khsearch.khmer import Variants, own_spellings
from khsearch.sharing import loading


@frozen
class Spellings:
    """The file of a commit that lists them: its path, for messages, and its bytes; both empty where there is none."""

    path: str = ""
    data: bytes = b""


NONE = Spellings()


def given(spellings: str | Path | Mapping[str, Iterable[str]] | None) -> bytes:
    """Return what an index keeps of a file or mapping, nothing where that has no group.

    LexiconError names the file and line, or the entry, that cannot be one.
    """
    text = "" if spellings is None else own_spellings(spellings)
    return text.encode()


def text_of(spellings: Spellings) -> str:
    """The text of the file; IndexDamagedError."""
    if spellings.path and not spellings.data:
        raise _damaged(spellings, "nothing is in it")
    try:
        return spellings.data.decode()
    except UnicodeDecodeError as problem:
        raise _damaged(spellings, str(problem)) from None


def variants_of(spellings: Spellings) -> Variants:
    """The groups that the file lists; IndexDamagedError."""
    try:
        return Variants.parse(text_of(spellings), spellings.path)
    except LexiconError as problem:
        raise _damaged(spellings, str(problem)) from None


def name_of(spellings: Variants) -> str:
    """Return a name that other spellings do not have, the same in every process."""
    loading("hashlib")
    from hashlib import blake2b

    return blake2b(repr(spellings.groups).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _damaged(spellings: Spellings, what: str) -> IndexDamagedError:
    return IndexDamagedError(
        f"{spellings.path}: damaged ({what}); restore it from a backup, or give the index its spellings again: "
        f"khsearch spellings {Path(spellings.path).parent} FILE"
    )
