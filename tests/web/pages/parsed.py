"""A page read as a browser reads it: elements with their attributes, and the text in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

EMPTY = {"meta", "link", "input", "br", "wbr", "path", "circle"}

NAMES = """
    html head meta title link script body a header div h1 h2 h3 p form label svg circle path input button ul ol li
    main section span footer kbd select option details summary fieldset legend mark wbr strong q nav article dl dt dd
"""
ELEMENTS = frozenset(NAMES.split())


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, name: str, /, **wanted: str) -> list[Element]:
        wanted = {key.rstrip("_"): value for key, value in wanted.items()}
        return [one for one in self if one.name == name and all(one.attributes.get(k) == v for k, v in wanted.items())]

    def one(self, name: str, /, **wanted: str) -> Element:
        (found,) = self.all(name, **wanted)
        return found

    def __iter__(self) -> Iterator[Element]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child

    @property
    def asks(self) -> dict[str, str]:
        """The query string of a link."""
        return dict(parse_qsl(urlsplit(self.attributes["href"]).query))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        one = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(one)
        if tag not in EMPTY:
            self.open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"{tag} ends {self.open[-1].name}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> Element:
    """Read a page in which every element ends where it has to; ids are there once."""
    reader = _Reader()
    reader.feed(html)
    (page,) = reader.open
    ids = [one.attributes["id"] for one in page if "id" in one.attributes]
    assert len(ids) == len(set(ids)), ids
    return page


def safe(html: str) -> Element:
    """Read a page, and hold that it is made of nothing but what pages are made of, and leads nowhere else."""
    page = parse(html)
    for one in page:
        assert one.name in ELEMENTS, one
        assert not any(name.startswith("on") or name == "style" for name in one.attributes), one
        for name in ("href", "src", "action"):
            value = re.split("[?#]", one.attributes.get(name, "./"), maxsplit=1)[0]
            while value.startswith("../"):
                value = value[3:]
            assert value in ("", "./", "document", "file") or value.startswith("static/"), one
    assert all(re.match(r"(\.\./)*static/", one.attributes["src"]) for one in page.all("script"))
    assert not any(ord(char) < 32 and char not in "\t\n\r" for char in html)
    return page
