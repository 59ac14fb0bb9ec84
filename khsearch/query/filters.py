"""filters: a filter as data in, the node that hits must match out. Nothing in a value is read as query language.

    {"category": "news", "tags": ["a", "b"], "price": {"gte": 10, "lt": 20}, "draft": False}

All that a mapping names must hold:

    field: value         the value, of the field's kind; of a field of text, a str all chunks of which stand in it
    field: [a, b]        any of these; an empty list matches nothing
    field: None          no value
    field: {...}         gt, gte, lt, lte: one value of the field lies within all that are given; exists: True or False;
                         not: documents without what follows, those that have no value among them
    "and", "or": [...]   all, or any, of some mappings
    "not": {...}         documents that a mapping does not match

Strings are read as documents' values of that kind are: numbers and dates in Khmer digits, too. A date, or "2021-05",
names all of its moments, and a whole number from 1 to 9999 a year in a field of dates. Keywords are compared by their
form, in ranges, too. A mapping that names nothing matches everything. No field
has the name and, or or not; one of an index of an earlier khsearch can be asked for in the query language alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np

from khsearch.documents import brief_repr, named
from khsearch.engine import nodes
from khsearch.errors import QueryError
from khsearch.query.clauses import Words
from khsearch.query.matching import joined
from khsearch.query.own_fields import BOUNDS, NotForFieldError, between, having

MOST_NESTED = 40
"""Mappings inside each other."""

_LISTS = (list, tuple, set, frozenset)
_RANGES = {"number": '{"gte": 10, "lt": 20}', "date": '{"gte": "2021-05"}', "keyword": '{"gte": "a", "lt": "b"}'}


class Reader:
    """Reads filters for one index.

    kinds  of all that may be named
    stand  where all chunks of a text stand; ValueError
    check  called with every text that has to break as the documents did
    """

    def __init__(
        self, kinds: Mapping[str, str], stand: Callable[[Words], nodes.Node | None], check: Callable[..., None]
    ) -> None:
        self._kinds = kinds
        self._stand = stand
        self._check = check

    def read(self, given: Mapping[str, object], depth: int = 1) -> nodes.Node | None:
        """Return the node of a filter, None for one that says nothing. QueryError names the field and what can be."""
        if depth > MOST_NESTED:
            raise QueryError(f"filter: more than {MOST_NESTED} mappings inside each other; make it flatter")
        must: list[nodes.Node] = []
        without: list[nodes.Node] = []
        for name, value in given.items():
            if name == "not":
                without.append(self._inner(name, value, depth) or nodes.Every())
            elif name in ("and", "or"):
                each = [self._inner(name, one, depth) for one in _several(name, value)]
                saying = [one for one in each if one is not None]
                if name == "and":
                    must += saying
                elif len(saying) == len(each):  # else one of them lets everything through
                    must.append(_any(saying))
            else:
                field, kind = self._field_of(name)
                try:
                    self._field(field, kind, value, must, without, depth)
                except ValueError as wrong:
                    raise QueryError(_told(field, kind, wrong)) from None
        return joined(must, [], without)

    def _inner(self, name: str, given: object, depth: int) -> nodes.Node | None:
        if not isinstance(given, Mapping):
            takes = "a mapping" if name == "not" else "a list of mappings"
            raise QueryError(f"filter: {name!r} takes {takes} of fields to values, not {brief_repr(given)}")
        return self.read(given, depth + 1)

    def _field_of(self, name: object) -> tuple[str, str]:
        """The field that a name stands for, and its kind."""
        field = named(name, self._kinds) if isinstance(name, str) else None
        if field is None:
            there = ", ".join(sorted(self._kinds))
            raise QueryError(f"filter: no field {brief_repr(name)}; there are {there}, and 'and', 'or', 'not'")
        return field, self._kinds[field]

    def _field(
        self,
        name: str,
        kind: str,
        value: object,
        must: list[nodes.Node],
        without: list[nodes.Node],
        depth: int,
    ) -> None:
        """Add what is asked of a field to what must match, or must not. ValueError."""
        if not isinstance(value, Mapping):
            must.append(self._any_of(name, kind, value if isinstance(value, _LISTS) else [value], depth))
            return
        bounds = {}
        for operator, bound in value.items():
            if operator in BOUNDS:
                bounds[operator] = bound
            elif operator == "exists":
                if not isinstance(bound, bool | np.bool_):
                    raise ValueError(f"'exists' takes True or False, not {brief_repr(bound)}")
                (must if bound else without).append(_having_any(name, kind))
            elif operator == "not":
                without.append(self._condition(name, kind, bound, depth + 1))
            else:
                there = ", ".join((*BOUNDS, "exists", "not"))
                raise ValueError(f"{brief_repr(operator)} is no operator; there are {there}")
        if bounds:
            must.append(self._between(name, kind, bounds))

    def _condition(self, name: str, kind: str, value: object, depth: int) -> nodes.Node:
        """One node for what is asked of a field."""
        if depth > MOST_NESTED:
            raise ValueError(f"there are more than {MOST_NESTED} mappings inside each other; make it flatter")
        must: list[nodes.Node] = []
        without: list[nodes.Node] = []
        self._field(name, kind, value, must, without, depth)
        return joined(must, [], without) or nodes.Every()

    def _any_of(self, name: str, kind: str, given: Collection[object], depth: int) -> nodes.Node:
        """Any of some values, each of which may be None or a mapping of operators, too."""
        each: list[nodes.Node] = []
        alone: list[object] = []
        for value in given:
            if value is None:
                each.append(nodes.Not(_having_any(name, kind)))
            elif isinstance(value, Mapping):
                each.append(self._condition(name, kind, value, depth + 1))
            elif kind == "text":
                each.append(self._words(name, value))
            else:
                alone.append(value)
        if alone:
            self._check_all(kind, alone)
            each.append(having(name, kind, alone))
        return _any(each)

    def _words(self, name: str, value: object) -> nodes.Node:
        if not isinstance(value, str):
            raise NotForFieldError(f"{brief_repr(value)} is none; give a str")
        text = str.__str__(value)
        self._check(text)
        return self._stand(Words(text, name)) or nodes.Nothing()

    def _between(self, name: str, kind: str, bounds: Mapping[str, object]) -> nodes.Node:
        if kind == "text":
            raise ValueError("words have no range; give a str")
        self._check_all(kind, bounds.values())
        return between(name, kind, bounds)

    def _check_all(self, kind: str, given: Iterable[object]) -> None:
        if kind == "keyword":
            for value in given:
                if isinstance(value, str):
                    self._check(value, broken=False)


def _several(name: str, given: object) -> Sequence[object]:
    if not isinstance(given, list | tuple):
        raise QueryError(f"filter: {name!r} takes a list of mappings, not {brief_repr(given)}")
    return given


def _having_any(name: str, kind: str) -> nodes.Node:
    """Where a field has any value, or any word."""
    return nodes.Every(name) if kind == "text" else nodes.Between(name)


def _any(each: Sequence[nodes.Node]) -> nodes.Node:
    if len(each) == 1:
        return each[0]
    return nodes.Or(tuple(each)) if each else nodes.Nothing()


def _told(name: str, kind: str, wrong: ValueError) -> str:
    ranged = f"; a range is {_RANGES[kind]}" if kind in _RANGES else ""
    return f"filter: the field {name!r} holds {'' if kind == 'text' else 'a '}{kind}, and {wrong}{ranged}"
