"""late: numpy under its name, loaded when it is first looked into, and its arrays as a type.

What the compiled core works out needs no numpy, which takes longer to load than a search. So rooms that a search by the
core wakes, for their other half or for the objects that they hold, have `np` from here; rooms of arrays import numpy.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

from khsearch.sharing import loading

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = ModuleType("numpy")

__all__ = ["Array", "np"]

Array: TypeAlias = "npt.NDArray[Any]"


def _load(name: str) -> Any:
    """Give `np` all that numpy has, from then on as quickly, and return what was asked for."""
    loading("numpy")
    import numpy

    vars(np).update({**vars(numpy), "__getattr__": _load})
    return getattr(numpy, name)


vars(np)["__getattr__"] = _load
