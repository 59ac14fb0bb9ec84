"""literal: what a query asks for word for word in, nodes out: what is in quotes, patterns, values of fields."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from khsearch.engine import View, nodes
from khsearch.frozen import frozen
from khsearch.query.chunks import way_of
from khsearch.query.clauses import Group, Item, Like, Pattern, Quoted, Range, Words
from khsearch.query.own_fields import NotForFieldError, of_column
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.khmer import Terms
    from khsearch.query.standing import Standing
    from khsearch.query.texts import Texts


@frozen
class Literally:
    """What a clause asks for.

    node   finds it
    rows   what snippets mark of it
    terms  of what is in quotes
    fits   whether any term fits a pattern
    """

    node: nodes.Node
    rows: tuple[tuple[bytes, ...], ...] = ()
    terms: Terms | None = None
    fits: bool = True


class Literal:
    """Makes nodes for one commit of an index."""

    def __init__(self, view: View, texts: Texts, standing: Standing) -> None:
        self._view = view
        self._texts = texts
        self._standing = standing

    def of(self, item: Item) -> Literally | None:
        """What a clause other than words and groups asks for; None where it says nothing.

        ValueError for what does not go with its field.
        """
        field = None if isinstance(item, Group) else item.field
        if field is not None and not self._texts.is_text(field):
            return Literally(of_column(item, self._texts.kinds[field]))
        if isinstance(item, Quoted):
            return self._quoted(item)
        if isinstance(item, Range):
            raise NotForFieldError(f"the field {item.field!r} is text, which has no range; search it for words")
        assert isinstance(item, Pattern | Like)
        return self._pattern(item)

    def _quoted(self, item: Quoted) -> Literally | None:
        terms = self._texts.read(item.text).terms
        words = tuple(terms.words)
        if not words:
            check_words(item)
            return None
        fields = self._standing.fields if item.field is None else (item.field,)
        if len(words) == 1:
            each: list[nodes.Node] = [nodes.Term(name, words[0]) for name in fields]
        else:
            each = [nodes.Phrase(name, words, item.gap + 1) for name in fields]
        if item.field is None and not item.gap:
            each += self._standing.within_longer_words(way_of(terms))
        rows = tuple((word,) for word in words) if item.gap else (words,)
        return Literally(nodes.Or(tuple(each)), rows, terms)

    def _pattern(self, item: Pattern | Like) -> Literally:
        """Terms that a pattern stands for, or its own words side by side."""
        names = self._standing.fields if item.field is None else (item.field,)
        loading("khsearch.query.patterns")
        from khsearch.query.patterns import fitting

        fit = fitting(item, names, self._view, self._texts.analyzer)
        each: list[nodes.Node] = [] if fit is None else list(fit.each)
        rows: tuple[tuple[bytes, ...], ...] = () if fit is None else tuple((term,) for term in fit.marked)
        words = tuple(self._texts.read(item.text).terms.words)
        if len(words) > 1:
            rows += (words,)
            each += [
                nodes.Phrase(name, words) for name in names if all(self._view.dfs([(name, word) for word in words]))
            ]
        node = nodes.Or(tuple(each)) if len(each) > 1 else each[0] if each else nodes.Nothing()
        return Literally(node, rows, fits=fit is not None)

    def check(self, item: Item) -> None:
        """ValueError where one word of a query that has to be exact was taken for a value of several."""
        if isinstance(item, Group):
            for mistaken, certain in self.mistaken_values(item):
                if certain:
                    raise NotForFieldError(mistaken)
            for clause in item.clauses:
                self.check(clause.item)

    def mistaken_values(self, group: Group) -> Iterator[tuple[str, bool]]:
        """Tell where one word was taken for a value of several, and whether that is certain.

        As in author:First Last, date:2021-05-11 10:30.
        """
        for one, two in pairwise(group.clauses):
            first, behind = one.item, two.item
            if not isinstance(first, Words) or first.field is None or group.operator is not None:
                continue
            kind = self._texts.kinds[first.field]
            if kind not in ("keyword", "date") or not isinstance(behind, Words) or behind.field is not None or two.sign:
                continue
            whole = f"{first.text} {behind.text}"
            try:
                meant = of_column(Words(whole, first.field), kind)
            except NotForFieldError:  # no date
                continue
            if kind == "keyword" and self._view.count(of_column(first, kind)):
                continue
            message = f"{behind.text[:80]!r}, which is no part of {first.field}:{first.text}"
            message += f'; a value of several words stands in quotes: {first.field}:"{whole[:80]}"'
            yield message, kind == "date" or bool(self._view.count(meant))


def check_words(item: Words | Quoted) -> None:
    """Refuse a text without a word behind the name of a field."""
    if item.field is not None:
        raise NotForFieldError(f"{item.text!r} has no word to look for in {item.field!r}; write a letter or digit")
