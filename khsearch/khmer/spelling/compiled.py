"""compiled: groups of spellings in the compiled core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from khsearch import native

if TYPE_CHECKING:
    from khsearch._core import Variants
    from khsearch.khmer.spelling.groups import Group


def groups_of(groups: Sequence[Group], forms: Sequence[bytes]) -> Variants:
    """Return what finds spellings of groups in texts; forms: of all of them, one after the other."""
    spellings = [spelling for group in groups for spelling in group.spellings]
    core = native.core
    assert core is not None
    found: Variants = core.Variants(spellings, forms, [(len(group.spellings), group.weight) for group in groups])
    return found
