"""plugins: what installed packages bring: the entry points of a group, by name, and the object that one names.

[project.entry-points."khsearch.breakers"]       in the pyproject.toml of such a package: a group,
mine = "some_package.room:make"                  a name, and where the object is
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from khsearch.arguments import Kind
from khsearch.errors import KhsearchError
from khsearch.sharing import loading

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def entry_points(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group by name; of several of one name, the first by where it points."""
    loading("importlib.metadata")
    from importlib import metadata

    found: dict[str, EntryPoint] = {}
    for point in sorted(metadata.entry_points(group=group), key=lambda point: (point.name, point.value)):
        found.setdefault(point.name, point)
    return found


def load(point: EntryPoint, what: str, kind: Kind) -> Any:
    """Return the object that an entry point names.

    ValueError, which says what was to be loaded, of which package, and why it cannot be: its module fails, or the
    object is not of the kind. A KhsearchError of the module itself, as for an extra that is missing, stays as it is.
    """
    loading(point.module)
    try:
        return kind.of(point.value, point.load())
    except KhsearchError:
        raise
    except Exception as problem:  # whatever a package of others raises when it is loaded
        package = f"the package {point.dist.name}" if point.dist else f"the module {point.module}"
        raise ValueError(f"{what} of {package} cannot be loaded ({problem!r}); mend or uninstall it") from problem
