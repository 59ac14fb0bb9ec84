"""odf_fonts: in which font text of an OpenDocument file stands, by its styles, their ancestors and the defaults."""

from __future__ import annotations

from collections.abc import Iterable

from khsearch.documents.formats.packages import Start


class OdfFonts:
    """The styles of a document, as they are met; a style is known by its family ("text", "paragraph") and its name."""

    def __init__(self) -> None:
        self._faces: dict[str, str] = {}
        self._of: dict[tuple[str, str], str] = {}
        self._parent: dict[tuple[str, str], str] = {}
        self._style = ("", "")

    def heed(self, event: Start) -> None:
        """Take in an element that says something of fonts; others are passed over."""
        about = event.attributes
        if event.tag == "style:font-face":
            self._faces[about.get("style:name", "")] = about.get("svg:font-family", "").strip("'\" ")
        elif event.tag in ("style:style", "style:default-style"):
            self._style = (about.get("style:family", ""), about.get("style:name", ""))
            if event.tag == "style:style":
                self._of.pop(self._style, None)
                self._parent[self._style] = about.get("style:parent-style-name", "")
        elif event.tag.startswith(("text:list", "text:outline")):  # fonts of bullets and numbers
            self._style = ("", "")
        elif event.tag == "style:text-properties":
            name = about.get("style:font-name", "")
            font = self._faces.get(name, name) or about.get("fo:font-family", "").strip("'\" ")
            if font:
                self._of[self._style] = font

    def of(self, styles: Iterable[tuple[str, str]]) -> str:
        """Return the font of text with these styles, the nearest first."""
        for family, nearest in styles:
            name = nearest
            seen: set[str] = set()
            while name and name not in seen:
                if (family, name) in self._of:
                    return self._of[family, name]
                seen.add(name)
                name = self._parent.get((family, name), "")
        return self._of.get(("paragraph", ""), "")
