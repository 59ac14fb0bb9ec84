"""native: the compiled core, where there is one; without it, numpy does the same.

`core` is the extension module, or None. `STATE` says in words which it is, and why.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from khsearch import _core

    Atoms: TypeAlias = _core.Atoms
    Batch: TypeAlias = _core.Batch
    Breaking: TypeAlias = _core.Breaking
    Characters: TypeAlias = _core.Characters
    NormalForm: TypeAlias = _core.NormalForm

INTERFACE = 2
"""What the core has to offer; see native/src/lib.rs."""

_OFF = "KHSEARCH_NATIVE"


def _load() -> tuple[Any, str]:
    if os.environ.get(_OFF) == "0":
        return None, f"left out: {_OFF}=0"
    try:
        from khsearch import _core
    except ImportError as problem:
        return None, f"not built ({problem}); with cargo at hand: pip install --force-reinstall --no-deps khsearch"
    if _core.INTERFACE != INTERFACE:
        return None, f"of another khsearch (interface {_core.INTERFACE}, not {INTERFACE}); install khsearch again"
    return _core, "in use"


core, STATE = _load()
