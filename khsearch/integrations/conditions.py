"""conditions: filters as Haystack writes them in; filters as `Index.search` takes them, as data, out.

    {"field": "meta.year", "operator": ">=", "value": 2020}     {"year": {"gte": 2020}}
    {"operator": "AND", "conditions": [...]}                     {"and": [...]}

As in Haystack, a document without a value is none that is greater or less, and one that is not equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from khsearch.documents import brief_repr
from khsearch.errors import QueryError

_NOTHING: dict[str, object] = {"or": []}
_BOUNDS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_COMPARED: Mapping[str, Callable[[object], object]] = {
    "==": lambda value: value,
    "!=": lambda value: {"not": value},
    "in": lambda value: value,
    "not in": lambda value: {"not": value},
}
_JOINED: Mapping[str, Callable[[list[object]], dict[str, object]]] = {
    "AND": lambda each: {"and": each},
    "OR": lambda each: {"or": each},
    "NOT": lambda each: {"not": {"and": each}},
}
_MOST_NESTED = 40


def filter_of(given: Mapping[str, object], depth: int = 1) -> dict[str, object]:
    """Translate a filter; one that has no operator is returned as it is. QueryError for what cannot be."""
    if "operator" not in given:
        if depth == 1 and "conditions" not in given:
            return dict(given)
        raise QueryError(f"filter: no 'operator' in {brief_repr(given)}; Haystack's filters have one")
    operator = given["operator"]
    if depth > _MOST_NESTED:
        raise QueryError(f"filter: more than {_MOST_NESTED} conditions inside each other; make it flatter")
    if "field" not in given:
        return _joined(operator, given.get("conditions"), depth)
    field, value = given["field"], given.get("value", _NOTHING)
    if (
        not isinstance(operator, str)
        or operator not in {*_COMPARED, *_BOUNDS}
        or not isinstance(field, str)
        or value is _NOTHING
    ):
        raise QueryError(
            f"filter: field, operator ({', '.join((*_COMPARED, *_BOUNDS))}) and value, not {brief_repr(given)}"
        )
    if operator in ("in", "not in") and not isinstance(value, list | tuple | set | frozenset):
        raise QueryError(f"filter: {operator!r} takes a list of values, not {brief_repr(value)}")
    if operator in _BOUNDS and value is None:
        return _NOTHING
    asked = {_BOUNDS[operator]: value} if operator in _BOUNDS else _COMPARED[operator](value)
    return {field.removeprefix("meta."): asked}


def _joined(operator: object, conditions: object, depth: int) -> dict[str, object]:
    join = _JOINED.get(operator) if isinstance(operator, str) else None
    if join is None or not isinstance(conditions, list | tuple):
        told = f"'operator' ({', '.join(_JOINED)}) with 'conditions', a list"
        raise QueryError(f"filter: {told}, or 'field', 'operator' and 'value', not {brief_repr(operator)}")
    each: list[object] = []
    for one in conditions:
        if not isinstance(one, Mapping):
            raise QueryError(f"filter: 'conditions' takes a list of filters, not {brief_repr(one)} in it")
        each.append(filter_of(one, depth + 1))
    return join(each)
