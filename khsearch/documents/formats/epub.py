"""epub: a book as one document, its chapters in the order in which it is read, without the table of contents."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from khsearch.documents import reasons
from khsearch.documents.formats.markup import page
from khsearch.documents.formats.packages import End, Package, Start
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.whole import About, Flow, moment, whole
from khsearch.errors import DocumentError

REMEDY = "get the book anew, without a lock"
_CONTAINER, _LOCKS = "META-INF/container.xml", "META-INF/encryption.xml"
_OF_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways of hiding a font, not a text."""
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")


def read(source: Source) -> Found:
    """Read the book."""
    package = Package(source, REMEDY)
    name = next((path for path in _roots(package) if path in package.names), None)
    if name is None:
        raise source.error(f"a zip, but no book: it does not say where its text begins; {REMEDY}")
    locked = _locked(package)
    book = _Contents(package, name)
    flow = Flow(source)
    told: list[DocumentError] = []
    for chapter in book.chapters():
        try:
            if chapter in locked:
                raise source.error(f"encrypted; {REMEDY}", chapter, reason=reasons.ENCRYPTED)
            flow.take(page(source, package.read(chapter), part=chapter, book=True).flow)
        except DocumentError as problem:
            if problem.reason == reasons.TOO_LARGE:
                raise
            told.append(problem)
    if told and not flow.text().strip():
        yield from told[:1]  # one for the whole book
        return
    yield from whole(source, flow, book.about())
    yield from told


def _roots(package: Package) -> Iterator[str]:
    for event in package.events(_CONTAINER) if _CONTAINER in package.names else ():
        if isinstance(event, Start) and event.tag == "rootfile":
            yield posixpath.normpath(event.attributes.get("full-path", ""))


def _locked(package: Package) -> set[str]:
    """Return the parts that are encrypted."""
    found: set[str] = set()
    how = ""
    for event in package.events(_LOCKS) if _LOCKS in package.names else ():
        if not isinstance(event, Start):
            continue
        if event.tag == "EncryptedData":
            how = ""
        elif event.tag == "EncryptionMethod":
            how = how or event.attributes.get("Algorithm", "")
        elif event.tag == "CipherReference" and how not in _OF_FONTS:
            target = package.inside("", event.attributes.get("URI", ""))
            found |= {target} if target else set()
    return found


class _Contents:
    """What the list of contents of a book says: its parts, their order, and of the book itself."""

    def __init__(self, package: Package, name: str) -> None:
        self._package, self._folder = package, posixpath.dirname(name)
        self._items: dict[str, dict[str, str]] = {}
        self._order: list[str] = []
        self._said: dict[str, list[str]] = {}
        tag = ""
        for event in package.events(name, doctype=True):
            if isinstance(event, Start):
                tag = event.tag
                if tag == "item":
                    self._items[event.attributes.get("id", "")] = event.attributes
                elif tag == "itemref":
                    self._order.append(event.attributes.get("idref", ""))
                elif tag.startswith("dc:"):
                    self._said.setdefault(tag, []).append("")
            elif isinstance(event, End):
                tag = ""
            elif tag.startswith("dc:"):
                self._said[tag][-1] += event

    def chapters(self) -> Iterator[str]:
        """Return the names of the chapters that are there, each once; DocumentError for one that is not."""
        seen: set[str] = set()
        for key in self._order:
            item = self._items.get(key, {})
            if "nav" in item.get("properties", "").split() or item.get("media-type", _PAGES[0]) not in _PAGES:
                continue
            name = self._package.inside(self._folder, item.get("href", "").partition("#")[0])
            if name is None:
                name = posixpath.normpath(posixpath.join(self._folder, item.get("href", key)))
            if name not in seen:
                seen.add(name)
                yield name

    def about(self) -> About:
        """Return what the book says of itself."""
        first = {tag: found[0] for tag, found in self._said.items()}
        return About(
            title=first.get("dc:title", ""),
            author=self._said.get("dc:creator", ()),
            date=next(filter(None, map(moment, self._said.get("dc:date", ()))), None),
            language=first.get("dc:language", ""),
        )
