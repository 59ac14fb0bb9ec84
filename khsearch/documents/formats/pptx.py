r"""pptx: slides as one document, a page a slide: the words of its shapes, tables, charts, then its notes and comments.

Slides come as they are shown, hidden ones too; behind each stands a form feed, "\f".
"""

from __future__ import annotations

from khsearch.documents.formats.drawings import chart_text, diagram_text
from khsearch.documents.formats.office_properties import about
from khsearch.documents.formats.packages import End, Package, Start
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.whole import Flow, whole
from khsearch.documents.formats.word_fonts import theme_fonts

REMEDY = "open it in PowerPoint or LibreOffice and save it as .pptx"
_NUMBERS = ("slidenum", "datetime")  # fields that say on each page what no one looks for


def read(source: Source) -> Found:
    """Read the slides."""
    package = Package(source, REMEDY)
    main = package.main("ppt/presentation.xml")
    links = package.links(main)
    targets = {link.id: link.target for link in links if link.kind == "slide"}
    theme = next((theme_fonts(package, link.target) for link in links if link.kind == "theme"), {})
    flow = Flow(source)
    shown = [event for event in package.events(main) if isinstance(event, Start) and event.tag == "p:sldId"]
    slides = [targets[slide.attributes["r:id"]] for slide in shown if slide.attributes.get("r:id") in targets]
    for slide in slides:
        _read_shapes(package, slide, flow, theme)
        for link in package.links(slide):
            flow.part("\n")
            if link.kind == "notesSlide":
                _read_shapes(package, link.target, flow, theme)
            elif link.kind == "chart":
                flow.take(chart_text(package, link.target))
            elif link.kind == "diagramData":
                flow.take(diagram_text(package, link.target))
            elif link.kind == "comments":
                _read_shapes(package, link.target, flow, theme)
        flow.end_page()
    yield from whole(source, flow, about(package, len(slides)), pictures=package.has_pictures)


def _read_shapes(package: Package, name: str, flow: Flow, theme: dict[str, str]) -> None:
    """Add the text of the shapes of a slide or its notes, or of its comments."""
    inside: list[str] = []
    skipped = 0
    font = usual = theme.get("minor", "")
    for event in package.events(name):
        if isinstance(event, Start):
            tag = event.tag
            if (
                skipped
                or tag == "mc:Fallback"
                or (tag == "a:fld" and event.attributes.get("type", "").startswith(_NUMBERS))
            ):
                skipped += 1
                continue
            if tag == "a:r":
                font = usual
            elif tag == "a:latin" and inside[-1:] == ["a:rPr"]:
                face = event.attributes.get("typeface", "")
                font = theme.get({"+mn-lt": "minor", "+mj-lt": "major"}.get(face, ""), face)
            elif tag == "a:br":
                flow.part("\n")
            inside.append(tag)
        elif isinstance(event, End):
            if skipped:
                skipped -= 1
                continue
            inside.pop()
            if event.tag in ("a:p", "a:tr", "p:text", "p:txBody"):
                flow.part("\n")
            elif event.tag == "a:tc":
                flow.part("\t")
        elif not skipped and inside and inside[-1] in ("a:t", "p:text", "m:t"):
            flow.add(event.replace("\v", "\n"), font)
