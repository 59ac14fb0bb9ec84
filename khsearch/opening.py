"""opening: an engine in; its latest commit, what built that, and whether queries break as its texts did, out.

And its one writer, with the commit from which that goes on.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from khsearch import manifest
from khsearch.agreement import Agreement
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.engine import Engine, EngineWriter, View
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
    if known is None or view.files is not known.view.files:
        built = manifest.read(view.name, view.files)
        return Commit(view, built, Agreement(built, view.name, view.traits))
    traits = view.traits
    # What its documents depend on is seldom news.
    agreement = known.agreement if traits == known.view.traits else Agreement(known.built, view.name, traits)
    return Commit(view, known.built, agreement)


def begin(engine: Engine, wait: float, known: Commit | None = None) -> tuple[EngineWriter, Commit]:
    """Take the one writer of an index, for its fields -> it, and the commit from which it goes on.

    IndexLockedError where another works for longer than `wait` seconds.
    """
    deadline = time.monotonic() + wait
    commit = latest(engine, known)
    while True:
        writer = engine.writer(commit.built.ranking.schema(commit.built.fields), max(deadline - time.monotonic(), 0.0))
        try:
            found = latest(engine, commit)  # of another, while this one waited for the lock
        except BaseException:
            writer.cancel()
            raise
        if found.built.fields == commit.built.fields:
            return writer, found
        writer.cancel()  # it was made for the fields before
        commit = found
