"""conditions: filters as Haystack writes them in; filters as `Index.search` takes them, as data, out.

    {"field": "meta.year", "operator": ">=", "value": 2020}     {"year": {"gte": 2020}}
    {"operator": "AND", "conditions": [...]}                     {"and": [...]}

As in Haystack, a document without a value is none that is greater or less, and one that is not equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from khsearch.documents import brief_repr
from khsearch.errors import QueryError

_BOUNDS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_OF_LISTS = ("in", "not in")
_COMPARISONS = ("==", "!=", *_BOUNDS, *_OF_LISTS)
_JOINED: Mapping[str, Callable[[list[object]], dict[str, object]]] = {
    "AND": lambda each: {"and": each},
    "OR": lambda each: {"or": each},
    "NOT": lambda each: {"not": {"and": each}},
}
_MOST_NESTED = 40


def filter_of(given: Mapping[str, object], depth: int = 1) -> dict[str, object]:
    """Translate a filter; one that has no operator is returned as it is. QueryError for what cannot be."""
    if not isinstance(given, Mapping):
        raise QueryError(f"filter: a filter of Haystack, or one of khsearch as a dict, not {brief_repr(given)}")
    if "operator" not in given:
        if depth == 1 and "conditions" not in given:
            return dict(given)
        raise QueryError(f"filter: no 'operator' in {brief_repr(given)}; Haystack's filters have one")
    operator = given["operator"]
    if depth > _MOST_NESTED:
        raise QueryError(f"filter: more than {_MOST_NESTED} conditions inside each other; make it flatter")
    if "field" not in given:
        return _joined(operator, given.get("conditions"), depth)
    field = given["field"]
    if operator not in _COMPARISONS or not isinstance(field, str) or "value" not in given:
        told = f"'field', 'operator' ({', '.join(_COMPARISONS)}) and 'value'"
        raise QueryError(f"filter: {told}, not {brief_repr(given)}")
    return {field.removeprefix("meta."): _compared(operator, given["value"])}


def _compared(operator: object, value: object) -> object:
    """What is asked of a field."""
    if operator in _OF_LISTS and not isinstance(value, list | tuple | set | frozenset):
        raise QueryError(f"filter: {operator!r} takes a list of values, not {brief_repr(value)}")
    if operator in _BOUNDS:
        return [] if value is None else {_BOUNDS[str(operator)]: value}  # nothing is greater than none
    return {"not": value} if operator in ("!=", "not in") else value


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
