"""native: the compiled core, where there is one; without it, numpy does the same.

`core` is the extension module, or None; `STATE` says in words which, and why. KHSEARCH_NATIVE=0 leaves it out.
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
    Coded: TypeAlias = _core.Coded
    Inverted: TypeAlias = _core.Inverted
    Joining: TypeAlias = _core.Joining
    NormalForm: TypeAlias = _core.NormalForm
    Wanted: TypeAlias = _core.Wanted

INTERFACE = 5
"""What the core has to offer; see native/src/lib.rs."""


def _load() -> tuple[Any, str]:
    if os.environ.get("KHSEARCH_NATIVE") == "0":
        return None, "left out, as KHSEARCH_NATIVE=0 says"
    try:
        import khsearch._core as found
    except ModuleNotFoundError:
        return None, "not built; to have it, install khsearch again where cargo is (https://rustup.rs)"
    except ImportError as problem:
        return None, f"not to be loaded ({problem}); install khsearch again"
    interface = getattr(found, "INTERFACE", None)
    if interface != INTERFACE:
        return None, f"that of another khsearch (interface {interface}, not {INTERFACE}); install khsearch again"
    return found, "in use"


core, STATE = _load()
