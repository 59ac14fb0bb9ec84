"""listing: a question in; what the search page shows of its answer out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from khsearch.frozen import frozen
from khsearch.hits import Hit, Results
from khsearch.reader import Reader
from khsearch.web.asking import Question
from khsearch.web.files import link_of
from khsearch.web.pages import counting, stretches
from khsearch.web.pages.breaking import Weaving, Woven
from khsearch.web.pages.chips import Chip, chips
from khsearch.web.pages.counting import Counts
from khsearch.web.pages.facts import Fact, brief, kinds_of
from khsearch.web.pages.languages import Language
from khsearch.web.pages.links import Links, at_page
from khsearch.web.pages.paging import Steps, steps
from khsearch.web.site import Site

LONGEST_TITLE = 300  # characters that are shown
_LONGEST_MARKED = 5_000  # characters of a title in which marks are looked for
_MOST_SORTS = 12


@frozen
class Item:
    """A hit of the list.

    label    of the field that the snippet is of, where it is not of the text
    snippet  its excerpts
    place    the page of the first mark, and the address where it is shown
    file     the address of the file; None where it is not served
    """

    title: Woven
    address: str
    label: str | None
    snippet: list[Woven]
    page: int | None
    place: str
    facts: list[Fact]
    file: str | None


@frozen
class Sort:
    """A way to sort: its value as `sort=` takes it, and its name."""

    value: str
    name: str
    chosen: bool


@frozen
class Listing:
    """What the search page shows of an answer.

    results    the answer itself
    documents  of the whole index
    found      hits that count as found, looser: those beyond
    instead    how the query was read; with the address of a search for what was typed
    meant      what was probably meant, with its address
    literal    the address of a search that allows other spellings, where this one does not
    """

    results: Results
    documents: int
    total: int
    number: int
    found: list[Item]
    first: int
    looser: list[Item]
    first_looser: int
    typed: Woven
    instead: tuple[Woven, str] | None
    meant: tuple[Woven, str] | None
    literal: str | None
    problem: str | None
    chips: list[Chip]
    unfiltered: str
    counts: list[Counts]
    sorts: list[Sort]
    steps: Steps


def listing(site: Site, index: Reader, links: Links, language: Language) -> Listing:
    """Search, and return what is shown; QueryError."""
    question, kinds, weave = links.question, kinds_of(index.fields), Weaving(index.analyzer)
    facets = counting.facets_of(site, index)
    results = question.search(index, facets)
    counts = counting.counts_of(question, facets, results.facets, index)
    items = [(hit.loose, _item(hit, site, index, kinds, links, language, weave)) for hit in results]
    found = [item for loose, item in items if not loose]
    first = question.offset + 1
    return Listing(
        results=results,
        documents=index.doc_count,
        total=results.total,
        number=question.offset // question.limit + 1,
        found=found,
        first=first,
        looser=[item for loose, item in items if loose],
        first_looser=first + len(found),
        typed=weave(question.q),
        instead=_instead(results, links, weave),
        meant=_meant(results, links, weave),
        literal=None if question.correct else links.search(correct=True),
        problem=results.problem,
        chips=chips(links, kinds, language, weave),
        unfiltered=links.search(chosen=(), filter=None),
        counts=counting.told(question, facets, counts, kinds, language, weave, results.total, site.bounds.query),
        sorts=_sorts(question, kinds, language),
        steps=steps(links, results.total, bool(results) and results.after is not None, site.bounds.offset),
    )


def _item(
    hit: Hit, site: Site, index: Reader, kinds: Mapping[str, str], links: Links, language: Language, weave: Weaving
) -> Item:
    snippet, document = hit.snippet, hit.document
    marks = hit.title_marks if len(hit.title) <= _LONGEST_MARKED else []
    address = links.document(hit.id)
    place = address
    if hit.page is not None:
        at = next(fragment.start for fragment in snippet.fragments if fragment.marks)
        place = f"{links.document(hit.id, part=stretches.number_at(document.text, at, index.analyzer))}#p{hit.page}"
    return Item(
        title=weave(hit.title, marks, most=LONGEST_TITLE) if hit.title.strip() else weave(hit.id, most=LONGEST_TITLE),
        address=address,
        label=None if snippet.field == "text" else language.label(snippet.field)[:80],
        snippet=[weave(fragment.text, fragment.marks) for fragment in snippet.fragments if fragment.text],
        page=hit.page,
        place=place,
        facts=brief(document, kinds, language, weave),
        file=at_page(link_of(site, document), document, hit.page),
    )


def _instead(results: Results, links: Links, weave: Weaving) -> tuple[Woven, str] | None:
    if results.corrected is None:
        return None
    return weave(results.corrected), links.search(correct=False)


def _meant(results: Results, links: Links, weave: Weaving) -> tuple[Woven, str] | None:
    """What was probably meant, where the search did not read it so already."""
    meant = results.suggestion
    if meant is None or meant in (results.corrected, links.question.q):
        return None
    return weave(meant), links.search(q=meant, correct=True)


def _sorts(question: Question, kinds: Mapping[str, str], language: Language) -> list[Sort]:
    """Ways to sort that the fields of an index offer, and the one that was chosen."""
    say = language.say
    dates = [name for name, kind in kinds.items() if kind == "date" and name != "modified"]
    dates = dates or [name for name, kind in kinds.items() if kind == "date"]
    offered = [("", str(say("sort_score" if question.q.strip() else "sort_added")))]
    for name in dates:
        label = language.label(name)
        alone = len(dates) == 1
        offered.append((f"-{name}", say("newest") if alone else say("newest_by", field=label).unescape()))
        offered.append((name, say("oldest") if alone else say("oldest_by", field=label).unescape()))
    for name, kind in kinds.items():
        label = language.label(name)
        if kind == "number":
            offered.append((f"-{name}", say("greatest_by", field=label).unescape()))
        if kind == "number" or (kind == "keyword" and name in ("author", "path", "section")):
            offered.append((name, say("least_by", field=label).unescape()))
    chosen = ",".join(question.sort)
    del offered[_MOST_SORTS:]
    if chosen not in dict(offered):
        offered.append((chosen, chosen))
    return [Sort(value, str(name)[:80], value == chosen) for value, name in offered]


def right(question: Question) -> Question:
    """Return a question that a page can show: one with hits."""
    return question if question.limit else replace(question, limit=Question().limit)
