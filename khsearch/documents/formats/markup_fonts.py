"""markup_fonts: in which fonts the elements of a page stand, as its <style>, style="..." and <font face> say.

Style sheets of their own files are not fetched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_MOST_RULES = 2_000
_FAMILY = re.compile(r"(?:^|[;{\s\"'])font(-family)?\s*:\s*([^;}]*)", re.I)
_SIZE = re.compile(r"^.*?(?:\d(?:p[xtc]|r?em|ex|[cm]m|in|%)|small\w*|medium|large\w*)(?:\s*/\s*[\w.%]+)?\s+", re.I)


def fonts_of(tree: LexborHTMLParser) -> dict[int, str]:
    """Return the fonts that the rules of the page's style sheets give, by the number of the element."""
    from selectolax.lexbor import SelectolaxError

    fonts: dict[int, str] = {}
    count = 0
    for sheet in tree.css("style"):
        for rule in (sheet.text() or "").split("}"):
            before, _, rules = rule.rpartition("{")
            selectors = before.rpartition("{")[2].rpartition("*/")[2].removeprefix("<!--").strip()  # "{" of @media
            font = _first_family(rules)
            if not font or not selectors:
                continue
            count += 1
            if count > _MOST_RULES:
                return fonts
            try:
                found = tree.css(selectors)
            except SelectolaxError:  # what is no selector, or none of elements
                continue
            fonts.update((node.mem_id, font) for node in found)
    return fonts


def stated_font(node: LexborNode) -> str:
    """Return the font that an element states itself, or nothing."""
    about = node.attributes
    style = about.get("style")
    font = _first_family(style) if style and "font" in style.lower() else ""
    return font or _first(about.get("face") or "" if node.tag == "font" else "")


def _first_family(rules: str) -> str:
    found = _FAMILY.findall(rules)
    if not found:
        return ""
    is_family, value = found[-1]
    return _first(value if is_family else _SIZE.sub("", value[:200]))


def _first(families: str) -> str:
    return families.partition(",")[0].strip(" \t\r\n\"'")
