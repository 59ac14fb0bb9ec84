"""drawings: the words of charts and of diagrams (SmartArt), which are parts of their own in office documents."""

from __future__ import annotations

from collections.abc import Container

from khsearch.documents.formats.packages import End, Package, Start
from khsearch.documents.formats.whole import Flow


def chart_text(package: Package, name: str) -> Flow:
    """Return titles and names of a chart: of its series, its categories, its axes."""
    return _text(package, name, {"a:t", "c:v"}, left_out={"c:numCache", "c:numLit"})


def diagram_text(package: Package, name: str) -> Flow:
    """Return the texts of a diagram, or of the shapes of a sheet."""
    return _text(package, name, {"a:t"}, left_out={"mc:Fallback"})


def comment_text(package: Package, name: str) -> Flow:
    """Return the comments on the cells of a sheet."""
    return _text(package, name, {"x:t", "text"}, left_out=())


def _text(package: Package, name: str, kept: Container[str], left_out: Container[str]) -> Flow:
    flow = Flow(package.source)
    inside: list[str] = []
    skipped = 0
    for event in package.events(name):
        if isinstance(event, Start):
            if skipped or event.tag in left_out:
                skipped += 1
            else:
                inside.append(event.tag)
        elif isinstance(event, End):
            if skipped:
                skipped -= 1
                continue
            inside.pop()
            if event.tag in ("a:p", "a:br", "c:v", "x:comment", "text"):
                flow.part("\n")
        elif not skipped and inside and inside[-1] in kept:
            flow.add(event)
    return flow
