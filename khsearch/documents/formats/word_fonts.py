"""word_fonts: in which font a run of a Word document stands, by its styles, the defaults and the theme.

Only fonts of Latin letters are asked for: texts from before Unicode are made of those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from khsearch.documents.formats.packages import End, Package, Start

_OF_LATIN = ("w:asciiTheme", "w:ascii", "w:hAnsiTheme", "w:hAnsi")  # a font of the theme goes before one by name


def theme_fonts(package: Package, name: str) -> dict[str, str]:
    """Return the fonts for Latin letters of a theme, as documents call them: major and minor."""
    fonts: dict[str, str] = {}
    which = ""
    for event in package.events(name):
        if isinstance(event, Start) and event.tag in ("a:majorFont", "a:minorFont"):
            which = event.tag[2:7]
        elif isinstance(event, Start) and event.tag == "a:latin" and which:
            fonts[which], which = event.attributes.get("typeface", ""), ""
    return fonts


class Fonts:
    """The styles of a document."""

    def __init__(self, package: Package, main: str) -> None:
        """Read them; DocumentError."""
        self._theme: dict[str, str] = {}
        self._of: dict[str, str] = {}
        self._parent: dict[str, str] = {}
        self._usual = ""
        self._default = ""
        links = {link.kind: link.target for link in package.links(main)}
        if "theme" in links:
            self._theme = theme_fonts(package, links["theme"])
        if "styles" in links:
            self._read(package, links["styles"])

    def stated(self, attributes: Mapping[str, str]) -> str:
        """Return the font that a w:rFonts states, or nothing."""
        for key in _OF_LATIN:
            value = attributes.get(key)
            found = self._theme.get(value[:5], "") if value and key.endswith("Theme") else value
            if found:
                return found
        return ""

    def of(self, styles: Iterable[str]) -> str:
        """Return the font of text with these styles, the nearest first, that states none itself."""
        for nearest in (*styles, self._usual):
            style = nearest
            seen: set[str] = set()
            while style and style not in seen:
                if self._of.get(style):
                    return self._of[style]
                seen.add(style)
                style = self._parent.get(style, "")
        return self._default

    def _read(self, package: Package, name: str) -> None:
        style, inside = "", []
        for event in package.events(name):
            if isinstance(event, Start):
                inside.append(event.tag)
                value = event.attributes.get("w:val", "")
                if event.tag == "w:style":
                    style = event.attributes.get("w:styleId", "")
                    if event.attributes.get("w:type") == "paragraph" and event.attributes.get("w:default") in (
                        "1",
                        "true",
                        "on",
                    ):
                        self._usual = style
                elif event.tag == "w:basedOn":
                    self._parent[style] = value
                elif event.tag == "w:rFonts" and "w:docDefaults" in inside:
                    self._default = self.stated(event.attributes)
                elif event.tag == "w:rFonts" and inside[-3:] == ["w:style", "w:rPr", "w:rFonts"]:
                    self._of[style] = self.stated(event.attributes)
            elif isinstance(event, End):
                inside.pop()
