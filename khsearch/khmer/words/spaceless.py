"""spaceless: who divides other scripts without spaces, such as Thai, Lao and Chinese.

ICU does, by dictionaries of its own. Where it is not installed, each letter with its marks is a word, so that what
stands in a text is found all the same, letter by letter and side by side. The two give other terms, so an index keeps
which of them it was made with.
"""

from __future__ import annotations

from functools import cache

from khsearch.errors import MissingExtraError
from khsearch.sharing import loading

ICU, CLUSTERS = "icu", "clusters"
WAYS = (ICU, CLUSTERS)


@cache
def is_here() -> bool:
    """Whether ICU can be asked."""
    loading("importlib.util")
    from importlib.util import find_spec

    found = find_spec("icu")
    return found is not None and found.origin is not None  # a folder of that name is none


def way_here() -> str:
    """What this installation makes of scripts without spaces where nothing else was chosen."""
    return ICU if is_here() else CLUSTERS


def missing(told: str, otherwise: str = "") -> MissingExtraError:
    """Make the error for ICU that is not there: `told`, what installs it, and what else helps."""
    return MissingExtraError(
        f"{told}, and PyICU is not installed: pip install pyicu (which compiles it, and needs g++ and libicu-dev; "
        f"pip install pyicu-wheels needs neither){otherwise}"
    )
