"""md: Markdown as one document: its head becomes the title and fields, its words the text.

Signs of markup go, words stay: those of links and pictures (their addresses go), of code, of tables. A sign within a
word puts nothing between its letters.
"""

from __future__ import annotations

import html
import re

from khsearch.documents.document import Document, blank
from khsearch.documents.formats.front_matter import head_of
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.title import title_of
from khsearch.documents.formats.whole import empty

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})")
_QUOTE = re.compile(r"(?: {0,3}>[ \t]?)+")
_BULLET = re.compile(r"^[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?")
_ADDRESS_OF = re.compile(r" {0,3}\[(?!\^)[^\[\]]+\]:[ \t]*\S+.*")
_NOTE = re.compile(r"\[\^[^\[\]]{1,80}\]:?")
_LINK = re.compile(
    r"!?\[([^\[\]]*)\](?:\((?:<[^<>]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)|\[[^\[\]]*\])"
)
_TAG = re.compile(r"<(?:https?://[^<>\s]*|mailto:[^<>\s]*|/?[a-zA-Z][^<>]{0,2000})>")
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_SIGNS = re.compile(
    r"(?!(?<=\d)\*+\d)(?:(?<!\s)(?<!^)(?:\*{1,3}|~~)|(?:\*{1,3}|~~)(?=\S))|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LONGEST = 20_000  # characters of a line in which code is looked for
_PRIVATE = 0xF0000  # where escaped signs and code wait while signs are taken out


_OTHERS = re.compile("[\U000f0000-\U000fffff]")


def read(source: Source) -> Found:
    """Read the document."""
    content = source.text()
    head = head_of(content)
    lines, heading = _plain_lines(head.text)
    text = "\n".join(lines).strip("\n")
    values = dict(head.values)
    title = str(values.pop("title", "")) or heading or title_of(text)
    if "author" not in values and "authors" in values:
        values["author"] = values.pop("authors")
    if blank(text) and blank(title):
        yield empty(source)
        return
    for told in head.remarks:
        yield source.remark(told)
    yield source.placed(Document(source.id, title, text, values))


def _plain_lines(text: str) -> tuple[list[str], str]:
    """Return the lines without markup, and the first heading."""
    lines: list[str] = []
    heading = ""
    fence = ""
    for line in _without_comments(text).split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
            else:
                lines.append(line)
            continue
        if mark and "`" not in line[mark.end() :]:
            fence = mark[1]
            continue
        if _UNDERLINE.fullmatch(line) and lines and lines[-1].strip():
            heading = heading or lines[-1].strip()
            continue
        if _RULE.fullmatch(line) or _ADDRESS_OF.fullmatch(line) or ("|" in line and not line.strip(" \t|:+-")):
            continue
        unquoted = _QUOTE.sub("", line, count=1) if line.lstrip().startswith(">") else line
        found = _HEADING.match(unquoted)
        plain = _plain(_heading(unquoted[found.end() :]) if found else _BULLET.sub("", unquoted, count=1))
        if found:
            heading = heading or plain.strip()
        lines.append(plain)
    return lines, heading


def _without_comments(text: str) -> str:
    pieces, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        pieces.append(text[at:begin])
        at = end + 3
    return "".join([*pieces, text[at:]])


def _heading(line: str) -> str:
    """Return the text of a heading, without the signs that may end it."""
    plain = line.strip()
    without = plain.rstrip("#")
    return without.rstrip() if without[-1:] in ("", " ", "\t") else plain


def _plain(line: str) -> str:
    """Take the markup out of a line; what stands in code, and escaped signs, stay as they are."""
    if line.lstrip().startswith("|") or line.rstrip().endswith("|"):
        line = "\t".join(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return chr(_PRIVATE + len(kept) - 1)

    if _OTHERS.search(line) or len(line) > _LONGEST:
        return _SIGNS.sub("", line)
    line = _CODE.sub(lambda found: keep(found[2]), line)
    line = _ESCAPED.sub(lambda found: keep(found[1]), line)
    for _ in range(2):  # a picture in a link
        line = _LINK.sub(r"\1", line)
    line = _SIGNS.sub("", _TAG.sub("", _NOTE.sub("", line)))
    line = html.unescape(line)
    return _OTHERS.sub(lambda found: kept[ord(found[0]) - _PRIVATE], line) if kept else line
