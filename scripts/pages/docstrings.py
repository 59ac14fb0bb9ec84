"""docstrings: those of khsearch as Markdown, for the page of the documentation that shows them.

A docstring lists parameters and values as a person reads them in a terminal, a name, spaces and what it means:

    limit  how many, at most
    by     "documents", or "occurrences"

That becomes a list of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import griffe

_ENTRY = re.compile(r"(\w[\w, *]*?) {2,}(\S.*)")
_NAMES_ALONE = re.compile(r"^(\w+(?:, \w+)*)\n {4,}(?=\S)", re.M)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")


class Lists(griffe.Extension):
    """Lists of names and what they mean; and values that are worked out once are no methods."""

    def on_class_members(self, *, cls: griffe.Class, **_: Any) -> None:
        """Show `cached_property` of khsearch's own as what it is."""
        for name, member in list(cls.members.items()):
            if isinstance(member, griffe.Function) and any(
                str(decorator.value).endswith("cached_property") for decorator in member.decorators
            ):
                value = griffe.Attribute(
                    name,
                    lineno=member.lineno,
                    endlineno=member.endlineno,
                    annotation=member.returns,
                    docstring=member.docstring,
                )
                value.labels.add("property")
                cls.set_member(name, value)

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Write a docstring anew."""
        if obj.docstring:
            obj.docstring.value = "\n\n".join(map(_listed, _PARAGRAPHS.split(obj.docstring.value)))


def _listed(paragraph: str) -> str:
    lines = paragraph.split("\n")
    if lines[0].startswith(" ") or not any(map(_ENTRY.fullmatch, lines)):
        return paragraph
    return "\n".join(_entries(lines))


def _entries(lines: list[str]) -> Iterator[str]:
    within = False
    text = _NAMES_ALONE.sub(r"\1  ", "\n".join(lines))
    for line in text.split("\n"):
        found = _ENTRY.fullmatch(line)
        if found:
            if not within:
                yield ""
            within = True
            yield f"- `{found[1]}`: {found[2]}"
        else:
            yield f"  {line.strip()}" if within else line
