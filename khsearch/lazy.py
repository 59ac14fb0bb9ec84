"""lazy: the face of a zone: the names that others may use, each loaded from its room when first asked for (PEP 562).

    if TYPE_CHECKING:
        from khsearch.zone.room import Name as Name
    else:
        __getattr__, __dir__, __all__ = face(__name__, {"room": ("Name",)})

So whoever needs one name does not wait for all that the zone can do. A test holds the two lists equal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from khsearch.sharing import loading


def face(
    package: str, rooms: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package.

    rooms: names by the room that has them, relative to the package; one with a dot before it is beside the package. A
    name may be a room below its room, and that be "", the package.
    """
    homes = {name: _home(package, room) for room, names in rooms.items() for name in names}

    def load(name: str) -> Any:
        home = homes.get(name)
        if home is None:
            return _room(package, name)
        found = None if home == package else getattr(_imported(home), name, None)
        if found is None:
            found = _imported(f"{home}.{name}")
        setattr(sys.modules[package], name, found)
        return found

    return load, lambda: sorted({*vars(sys.modules[package]), *homes}), sorted(homes)


def _room(package: str, name: str) -> Any:
    """A zone or room by its name, as one that was imported; AttributeError where there is none."""
    if not name.startswith("_"):
        try:
            return _imported(f"{package}.{name}")
        except ModuleNotFoundError as problem:
            if problem.name != f"{package}.{name}":
                raise
    raise AttributeError(f"module {package!r} has no attribute {name!r}")


def _home(package: str, room: str) -> str:
    return package.rpartition(".")[0] + room if room[:1] == "." else f"{package}.{room}".rstrip(".")


def _imported(name: str) -> Any:
    loading(name)
    return import_module(name)
