"""facts: values of own fields in; what people read of them out, short enough for any page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

import orjson

from khsearch.documents import Document
from khsearch.frozen import frozen
from khsearch.schema import Declared, TextField
from khsearch.web.pages.breaking import Weaving, Woven
from khsearch.web.pages.languages import Language

_MOST_VALUES = 10  # of one field
_MOST_DIGITS = 20  # before or behind the point
_OF_PLACE = ("path", "folder")
_ASIDE = (*_OF_PLACE, "modified", "pages")  # what a list says nothing of, or says last
_DAY = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?(?:T.*)?", re.ASCII)
_RANGE = " TO "


@frozen
class Fact:
    """A field of a document, named as people read it. named: whether the value alone does not tell what it is of."""

    field: str
    label: str
    value: Woven
    named: bool


def kinds_of(fields: Declared) -> dict[str, str]:
    """Return the kinds of an index's fields by name."""
    return {name: "text" if isinstance(field, TextField) else field for name, field in fields.items()}


def brief(document: Document, fields: Mapping[str, str], language: Language, weave: Weaving) -> list[Fact]:
    """What a list shows of a document: some short values, those of the index's fields first, and where it lies."""
    names = (name for name in (*fields, *document.fields) if name not in _ASIDE)
    place = [name for name in _OF_PLACE if document.fields.get(name)][:1]
    if not document.title and place and document.fields[place[0]] == document.id:
        place = []  # the id is the heading
    told = (name for name in names if not isinstance(document.fields.get(name), bool))  # yes and no say nothing alone
    shown = [*_facts(told, document, fields, language, weave, 80, 5)]
    return [*shown, *_facts(place, document, fields, language, weave, 120, 1)]


def full(document: Document, fields: Mapping[str, str], language: Language, weave: Weaving) -> list[Fact]:
    """What the page of a document shows of its fields, texts apart."""
    aside = "folder" if document.fields.get("path") else None
    names = (name for name in (*fields, *document.fields) if name != aside)
    return [*_facts(names, document, fields, language, weave, 300, 60)]


def _facts(
    names: Iterable[str],
    document: Document,
    fields: Mapping[str, str],
    language: Language,
    weave: Weaving,
    longest: int,
    most: int,
) -> Iterator[Fact]:
    """Facts of some fields, at most so many, with at most so many characters of each."""
    has = (name for name in fields if name not in _ASIDE and document.fields.get(name))
    dates = [name for name in has if fields[name] == "date"]
    for name in dict.fromkeys(names):
        kind = fields.get(name, "keyword")
        shown = "" if kind == "text" else read(document.fields.get(name), kind, language, longest)
        if shown and most:
            most -= 1
            is_number = kind == "number" or isinstance(document.fields[name], int | float | Decimal)
            named = is_number or (name in dates and len(dates) > 1)
            yield Fact(name, language.label(name)[:80], weave(shown, most=longest), named)


def read(value: object, kind: str, language: Language, longest: int) -> str:
    """Write a value of a field of some kind; "" for none. longest: characters of a text that are looked at."""
    if isinstance(value, str):
        return of_written(value[: longest + 1], kind, language)
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return "" if value is None else of_value(value, kind, language)
    if isinstance(value, list | tuple):
        some = [read(one, kind, language, longest) for one in value[:_MOST_VALUES]]
        return ", ".join(filter(None, some)) + (", \u2026" if len(value) > _MOST_VALUES else "")
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()[: longest + 1]


def of_value(value: bool | int | float | Decimal | date, kind: str, language: Language) -> str:
    """Write a value that is no text."""
    if isinstance(value, bool):
        return str(language.say("true" if value else "false"))
    if isinstance(value, datetime):
        told = language.day(value)
        return told if value.time() == time() else f"{told} {language.digits(f'{value:%H:%M}')}"
    if isinstance(value, date):
        return language.day(value)
    return language.decimal(f"{value:.0f}" if isinstance(value, float) and value.is_integer() else _plain(str(value)))


def of_written(value: str, kind: str, language: Language) -> str:
    """Write a value, or a range, as a filter has it in writing."""
    if kind == "boolean" and value.lower() in ("true", "false"):
        return str(language.say(value.lower()))
    if kind not in ("date", "number"):
        return value
    if _RANGE in value:
        low, _, high = (part.strip() for part in value.partition(_RANGE))
        told = {"low": low, "high": high}
        named = {name: of_written(bound, kind, language) for name, bound in told.items() if bound != "*"}
        if named:
            name = "between" if len(named) == 2 else "from" if "low" in named else "before"
            return language.say(name, **named).unescape()
    if kind == "number":
        return language.decimal(_plain(value))
    day = _DAY.fullmatch(value) if kind == "date" else None
    if day is None or not 1 <= int(day[2]) <= 12:
        return language.digits(value)
    month = language.month(int(day[1]), int(day[2]))
    return f"{language.digits(str(int(day[3])))} {month}" if day[3] else month


def _plain(written: str) -> str:
    """Write out a number that has an exponent, unless that takes many digits."""
    try:
        number = Decimal(written)
    except InvalidOperation:
        return written
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS else written
