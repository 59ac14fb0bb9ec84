"""markup: the bytes of an HTML page in, its main text, and what it says of itself, out. The one door to selectolax.

An element that browsers show as a block, or a cell, is parted from its neighbours; others put nothing between letters,
as tags often stand within a Khmer word. Menus, banners and what stands beside the text are left out, unless nothing, or
next to nothing, would remain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from khsearch.documents import reasons
from khsearch.documents.formats.markup_fonts import fonts_of, stated_font
from khsearch.documents.formats.whole import About, Flow, moment
from khsearch.extras import missing
from khsearch.frozen import frozen
from khsearch.sharing import loading

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from khsearch.documents.formats.reader import Source

_MOST_BYTES = 50_000_000
_MOST_DEPTH = 3_000
_MOST_WORK = 5_000_000  # a tag that is not ended is repeated within each block behind it


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_BLOCKS = _tags(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p "
    "pre search section select summary table tbody textarea tfoot thead tr ul"
)
_NEVER = _tags("script style template iframe object rt rp head datalist noembed noframes")
_BESIDE = _tags("nav footer aside header noscript")
_ENDED_BY_OTHERS = _tags("p li dt dd option optgroup tr td th tbody thead tfoot colgroup rt rp caption")
_EMPTY = _tags("area base br col embed hr img input link meta param source track wbr")
_FORMATTING = _tags("a b big code em font i nobr s small strike strong tt u")
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CHARSET = re.compile(rb"<(?:meta\b[^>]*?charset|\?xml[^>]*?encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_XHTML = re.compile(r"<\?xml\s|<html\b[^<>]*\bxmlns\s*=", re.I)
_ENDED_AT_ONCE = re.compile(r"""<([a-zA-Z][\w:.-]*)((?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)?)/>""")
"""A tag of XML that is its own end: to HTML it has none, and <title/> would take all that follows for a title."""
_SPACE = re.compile("[ \t\r\n\f]+")


@frozen
class Page:
    """The text of a page, and what the page says of itself."""

    flow: Flow
    about: About


def page(source: Source, data: bytes, declared: str = "", part: str = "", *, book: bool = False) -> Page:
    """Read a page. MissingExtraError, DocumentError.

    declared  the encoding that what brought the page names
    part      which part of the source this is
    book      whether it is of a book, which has no menus: all of it is its text
    """
    loading("selectolax.lexbor")
    try:
        from selectolax.lexbor import LexborHTMLParser
    except ImportError:
        raise missing("HTML is read with the package selectolax", "files") from None
    if len(data) > _MOST_BYTES:
        told = f"a page of more than {_MOST_BYTES // 1_000_000} MB; split it or leave it out"
        raise source.error(told, part, reason=reasons.TOO_LARGE)
    said = _CHARSET.search(data, 0, 4096)
    text = source.decoded(data, declared or (said[1].decode() if said else None), part)
    if book or _XHTML.search(text, 0, 1024):
        text = _ENDED_AT_ONCE.sub(_with_end, text)
    if _is_too_deep(text.encode()):
        raise source.error("its tags are nested too deep to be read; leave it out", part, reason=reasons.TOO_LARGE)
    tree = LexborHTMLParser(text)
    root = tree.body or tree.root
    if root is None:
        return Page(Flow(source), About())
    fonts = fonts_of(tree)
    flow = Flow(source)
    beside = _left_out(root, book=book)
    _add(flow, root, fonts, beside)
    if beside and not book and _is_next_to_nothing(flow, root):
        flow = Flow(source)
        _add(flow, root, fonts, frozenset())
    return Page(flow, _about(tree))


def _with_end(found: re.Match[str]) -> str:
    return found[0] if found[1].lower() in _EMPTY else f"<{found[1]}{found[2]}></{found[1]}>"


def _is_too_deep(data: bytes) -> bool:
    """Whether the parser would take a time, or room, that grows with the square of the page."""
    depth = most = formatting = work = 0
    for found in _TAG.finditer(data):
        tag = found[2].lower().decode()
        if tag in _EMPTY:
            continue
        step = -1 if found[1] else 1
        if tag in _FORMATTING:
            formatting = max(0, formatting + step)
        else:
            work += formatting
        if tag not in _ENDED_BY_OTHERS:
            depth = max(0, depth + step)
            most = max(most, depth)
    return most > _MOST_DEPTH or work > _MOST_WORK


def _left_out(root: LexborNode, *, book: bool) -> frozenset[int]:
    """Return the elements, by their number, that stand beside the text."""
    if book:
        return frozenset(node.mem_id for node in root.css("nav"))
    return frozenset(node.mem_id for node in root.css(",".join(_BESIDE)) if not _belongs_to_text(node))


def _belongs_to_text(node: LexborNode) -> bool:
    """Whether an element that mostly stands beside the text is part of it: the head of an article, a note, a source."""
    tag = node.tag
    if tag == "header":
        return node.css_first("h1") is not None or _is_within(node, ("article", "main"))
    if tag == "footer":
        return _is_within(node, ("blockquote", "figure"))
    about = node.attributes
    return tag == "aside" and bool(about.get("epub:type") or (about.get("role") or "").startswith("doc-"))


def _is_within(node: LexborNode, tags: tuple[str, ...]) -> bool:
    above = node.parent
    while above is not None:
        if above.tag in tags:
            return True
        above = above.parent
    return False


def _is_next_to_nothing(flow: Flow, root: LexborNode) -> bool:
    """Whether most of what the page says, links aside, stands in what was left out."""
    kept = len("".join(flow.text().split()))
    if not kept:
        return True
    without_links = Flow(flow.source)
    linked = root.css("a, nav, noscript")
    _add(without_links, root, {}, frozenset(node.mem_id for node in linked))
    return len("".join(without_links.text().split())) > 5 * kept


def _add(flow: Flow, root: LexborNode, fonts: dict[int, str], left_out: frozenset[int]) -> None:
    """Add the text of an element, block by block."""
    space = False  # whether the last character is one, which swallows those that follow
    for node, begins, font, is_pre in _walk(root, fonts, left_out):
        tag = node.tag or ""
        if tag == "-text":
            text = node.text_content or ""
            if not is_pre:
                text = _SPACE.sub(" ", text).removeprefix(" " if space else "")
            if text:
                flow.add(text, font)
                space = text[-1] == " "
        elif tag in _BLOCKS:
            flow.begin_block() if begins and tag != "tr" else flow.end_line()
            space = True
        elif tag in ("td", "th") and not begins:
            flow.part("\t")
            space = True


def _walk(
    root: LexborNode, fonts: dict[int, str], left_out: frozenset[int]
) -> Iterator[tuple[LexborNode, bool, str, bool]]:
    """Visit nodes in their order, elements at their beginning and at their end, each with its font.

    Without recursion: a page may be nested deeper than Python's calls.
    """
    open_: list[tuple[LexborNode, str, bool]] = []  # with the font and the like of what surrounds it
    node, font, is_pre = root, fonts.get(root.mem_id, ""), False
    while True:
        if node.tag == "-text":
            yield node, True, font, is_pre
        elif _is_element(node) and node.tag not in _NEVER and node.mem_id not in left_out:
            yield node, True, font, is_pre
            child = node.first_child
            if child is not None:
                open_.append((node, font, is_pre))
                font = fonts.get(node.mem_id) or stated_font(node) or font
                node, is_pre = child, is_pre or node.tag in ("pre", "textarea")
                continue
            yield node, False, font, is_pre
        while open_ and node.next is None:
            node, font, is_pre = open_.pop()
            yield node, False, font, is_pre
        if not open_ or node.next is None:
            return
        node = node.next


def _is_element(node: LexborNode) -> bool:
    return (node.tag or "-")[0] not in "-!"


def _about(tree: LexborHTMLParser) -> About:
    """Read what the page says of itself in its head, and where it shows a time."""
    metas: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        about = node.attributes
        name = about.get("property") or about.get("name") or about.get("itemprop") or ""
        metas.setdefault(name.lower(), []).append(about.get("content") or "")
    dates = [
        *(value for name in _DATES for value in metas.get(name, ())),
        *(node.attributes.get("datetime") or "" for node in tree.css("time[datetime]")[:20]),
    ]
    authors = next((found for name in _AUTHORS if any(found := _names(metas.get(name, ())))), [])
    html = tree.css_first("html")
    titles = (*metas.get("og:title", ())[:1], *(node.text() or "" for node in tree.css("head > title, h1")[:5]))
    return About(
        title=next((" ".join(title.split()) for title in titles if title.strip()), ""),
        author=authors,
        date=next(filter(None, map(moment, dates)), None),
        language=(html.attributes.get("lang") or "") if html is not None else "",
    )


_DATES = (
    *(
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dcterms.created",
        "dcterms.date",
        "dc.date.issued",
    ),
    *("pubdate", "publishdate", "publish-date", "og:published_time"),
)
_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator")


def _names(given: list[str] | tuple[str, ...]) -> list[str]:
    return [name for name in given if name.strip() and "://" not in name]
