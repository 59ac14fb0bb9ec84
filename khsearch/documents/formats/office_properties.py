"""office_properties: what a document of Microsoft's office says of itself: title, author, day, pages."""

from __future__ import annotations

from khsearch.documents.formats.packages import End, Package, Start
from khsearch.documents.formats.whole import About, moment

_CORE, _APP = "docProps/core.xml", "docProps/app.xml"


def about(package: Package, pages: int = 0) -> About:
    """Read the properties; pages: their number where it is known better. DocumentError for broken ones."""
    core = texts(package, _CORE)
    app = texts(package, _APP) if not pages else {}
    stated = app.get("Pages", "").strip()
    return About(
        title=core.get("dc:title", ""),
        author=core.get("dc:creator", ""),
        date=moment(core.get("dcterms:created", "")),
        pages=pages or (int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 8 else 0),
    )


def texts(package: Package, name: str) -> dict[str, str]:
    """Return the text in each element of a small part, by its tag, the first of each; {} without that part."""
    found: dict[str, str] = {}
    inside: list[tuple[str, list[str]]] = []
    for event in package.events(name) if name in package.names else ():
        if isinstance(event, Start):
            inside.append((event.tag, []))
        elif isinstance(event, End):
            tag, pieces = inside.pop()
            found.setdefault(tag, "".join(pieces))
        elif inside and len(inside[-1][1]) < 1_000:
            inside[-1][1].append(event)
    return found
