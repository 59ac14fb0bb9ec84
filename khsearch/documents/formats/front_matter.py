"""front_matter: the lines at the head of a Markdown file, between --- or +++, in; names and values out.

Between --- a part of YAML is read: `key: value`, lists as `[a, b]` or `- a` below the key, quoted strings, numbers,
true and false, dates. What goes beyond (values of several lines, values within values) is told and left out. Between
+++ stands TOML.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime

from khsearch.documents.formats.whole import moment
from khsearch.documents.plain import plain_value
from khsearch.frozen import frozen

_HEAD = re.compile(r"(?P<mark>---|\+\+\+)[ \t]*\n(?P<lines>.*?)(?:(?<=\n)(?:(?P=mark)|\.\.\.)[ \t]*(?:\n|\Z))", re.S)
_KEY = re.compile(r"""(?P<key>[^\s#:\-\[\]{}"'][^:]*|"[^"]+"|'[^']+')\s*:(?:\s+(?P<value>.*)|\s*)""")
_ITEM = re.compile(r"\s*-(?:\s+(?P<value>.*)|\s*)")
_PIECE = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,"'][^,]*)\s*(?:,|$)""")
_WHOLE, _POINT = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})"), re.compile(r"[+-]?[0-9]{1,15}\.[0-9]{1,15}")


@frozen
class Head:
    """What stands at the head: values by name, what is left out of them, and the text behind."""

    values: dict[str, object]
    remarks: list[str]
    text: str


def head_of(text: str) -> Head:
    """Part the head from the text; without a head all is text."""
    found = _HEAD.match(text)
    if not found:
        return Head({}, [], text)
    read = _toml if found["mark"] == "+++" else _yaml
    values: dict[str, object] = {}
    remarks: list[str] = []
    read(found["lines"], values, remarks)
    return Head(
        {key: value for key, value in values.items() if value not in (None, "", [])}, remarks, text[found.end() :]
    )


def _toml(lines: str, values: dict[str, object], remarks: list[str]) -> None:
    try:
        content = tomllib.loads(lines)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        remarks.append(f"its head is no TOML ({problem!s:.80}) and is not read; mend it")
        return
    for key, value in content.items():
        plain = list(map(str, value)) if isinstance(value, list) and not any(map(_is_nested, value)) else value
        try:
            values[key] = plain_value(plain)
        except ValueError:
            remarks.append(f"{key!r:.60} in its head is not read: write one value, or a list of strings")


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)


def _yaml(lines: str, values: dict[str, object], remarks: list[str]) -> None:
    items: list[str] | None = None  # of the key whose list goes on
    for number, line in enumerate(lines.split("\n"), 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        item = _ITEM.fullmatch(line)
        if item and items is not None:
            items.append(_string(_uncommented(item["value"] or "")))
            continue
        found = _KEY.fullmatch(line)
        value = _uncommented(found["value"] or "") if found else ""
        if not found or value[:1] in ("|", ">", "{", "&", "*", "!"):
            remarks.append(f"line {number} of its head is not read: write 'key: value' or a list, on one line")
            items = None
            continue
        key = _string(found["key"].strip())
        items = None
        if value.startswith("["):
            if value.endswith("]"):
                values[key] = [_string(piece) for piece in _PIECE.findall(value[1:-1])]
            else:
                remarks.append(f"line {number} of its head is not read: write the list on one line")
        elif value:
            values[key] = _value(value)
        else:
            items = []
            values[key] = items


def _uncommented(value: str) -> str:
    plain = value.strip()
    if plain[:1] in ("'", '"'):
        end = plain.find(plain[0], 1)
        return plain[: end + 1] if plain[end + 1 :].lstrip().startswith("#") else plain
    return re.split(r"\s#", plain, maxsplit=1)[0].rstrip()


def _string(value: str) -> str:
    plain = value.strip()
    if len(plain) > 1 and plain[0] == plain[-1] == "'":
        return plain[1:-1].replace("''", "'")
    if len(plain) > 1 and plain[0] == plain[-1] == '"':
        return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), plain[1:-1])
    return plain


def _value(value: str) -> str | int | float | bool | date | datetime | None:
    if value[0] in ("'", '"'):
        return _string(value)
    if value.lower() in ("true", "false", "null", "~"):
        return {"true": True, "false": False}.get(value.lower())
    if _WHOLE.fullmatch(value):
        return int(value)
    return float(value) if _POINT.fullmatch(value) else moment(value) or value
