"""chips: what was chosen of a question, each with the address of the page without it."""

from __future__ import annotations

from collections.abc import Mapping

from khsearch.frozen import frozen
from khsearch.web.pages.breaking import Weaving, Woven
from khsearch.web.pages.facts import of_written
from khsearch.web.pages.languages import Language
from khsearch.web.pages.links import Links, written


@frozen
class Chip:
    """One thing that filters: the name of its field, its value, and the address without it."""

    label: str
    value: Woven
    address: str


def chips(links: Links, kinds: Mapping[str, str], language: Language, weave: Weaving) -> list[Chip]:
    """Return a chip for each chosen value, and one for the filter that is data."""
    question = links.question
    found = [
        Chip(
            language.label(field)[:80],
            weave(of_written(value, kinds[field], language), most=60),
            links.search(chosen=tuple(one for one in question.chosen if one != (field, value))),
        )
        for field, value in question.chosen
    ]
    if question.filter:
        shown = weave(written(question.filter), most=60)
        found.append(Chip(str(language.say("other_filter")), shown, links.search(filter=None)))
    return found
