"""opening: an engine in; its latest commit, what built that, and whether queries break as its texts did, out."""

from __future__ import annotations

from khsearch import manifest
from khsearch.agreement import Agreement
from khsearch.engine import Engine, View
from khsearch.frozen import frozen
from khsearch.manifest import Manifest


@frozen
class Commit:
    """One commit of an index: what it holds, what built it, and whether queries break as its texts did."""

    view: View
    built: Manifest
    agreement: Agreement


def latest(engine: Engine, known: Commit | None = None) -> Commit:
    """Return the latest commit of an index; `known` itself where it is that."""
    view = engine.view()
    if known is not None and view is known.view:
        return known
    if known is not None and view.files is known.view.files:
        built = known.built
    else:
        built = manifest.read(view.name, view.files)
    return Commit(view, built, Agreement(built, view))
