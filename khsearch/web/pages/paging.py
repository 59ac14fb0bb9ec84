"""paging: where a list of hits can go on, as far as a site lets people go."""

from __future__ import annotations

from khsearch.frozen import frozen
from khsearch.web.pages.links import Links

_AROUND = 2  # pages on either side of this one


@frozen
class Step:
    """A page that can be gone to: its number, its address; a gap between two has no address."""

    number: int
    address: str
    current: bool = False


@frozen
class Steps:
    """Pages of a list. ended: whether more was found, but so far down that nobody may go there."""

    pages: list[Step]
    previous: str | None
    next: str | None
    ended: bool


def steps(links: Links, total: int, goes_on: bool, deepest: int) -> Steps:
    """Return the pages of a question.

    total    documents that count as found
    goes_on  whether anything follows the hits of this page
    deepest  the greatest offset
    """
    question = links.question
    size, offset = question.limit, question.offset
    here = offset // size + 1
    reach = deepest // size + 1
    last = min(max(-(-total // size), here + goes_on), reach)
    numbers = [one for one in range(1, last + 1) if one in (1, last) or abs(one - here) <= _AROUND]
    pages: list[Step] = []
    for number in numbers:
        if pages and number > pages[-1].number + 1:
            pages.append(Step(number - 1, ""))
        pages.append(Step(number, links.search(offset=(number - 1) * size), number == here))
    before = links.search(offset=max(offset - size, 0)) if offset else None
    may = goes_on and offset + size <= deepest
    behind = links.search(offset=offset + size) if may else None
    return Steps(pages if last > 1 else [], before, behind, goes_on and not may)
