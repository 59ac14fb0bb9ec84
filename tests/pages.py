"""The pages that people read: their text, their links, and the blocks of code in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

_FENCE = re.compile(r"^```(\w+)?(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def page(name: str) -> str:
    """The text of a page, named from the top of the repository."""
    return (ROOT / name).read_text("utf-8")


def pages() -> list[str]:
    """The README and all pages of the documentation."""
    written = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))
    return ["README.md", *written]


@dataclass(frozen=True)
class Block:
    """A block of code of a page: where it begins, its language, the file that it is, and its text."""

    page: str
    line: int
    language: str
    title: str
    code: str

    @property
    def first(self) -> str:
        """Its first line, by which a test names it."""
        return self.code.split("\n", 1)[0]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(name: str) -> list[Block]:
    """All blocks of code of a page, in order."""
    text = page(name)
    return [
        Block(name, text.count("\n", 0, found.start()) + 2, found[1] or "", found[2] or "", found[3])
        for found in _FENCE.finditer(text)
    ]


def prose(name: str) -> str:
    """The text of a page without its blocks of code."""
    return _FENCE.sub("", page(name))


def indented(name: str) -> list[str]:
    """Code of a page that is indented instead of fenced, outside of lists and of what its generators take."""
    without_lists = re.sub(r"(?m)^(?:\d+\.|-|:::) .*\n(?:\n? +.*\n)*", "", prose(name))
    return re.findall(r"(?m)^\n( {4,}\S.*)", without_lists)


def example(text: str, name: str, language: str) -> str:
    """An example of a page: a block of code below a comment with its name."""
    found = re.search(rf"<!-- example: {name} -->\n```{language}\n(.*?)```", text, re.DOTALL)
    assert found, name
    return found[1]
