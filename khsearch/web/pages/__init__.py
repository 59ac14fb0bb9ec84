"""pages: what people see: a search page, documents with all marks, errors; complete without JavaScript.

languages   the strings of pages in Khmer and English, and numbers and dates as each writes them
breaking    texts -> HTML that wraps between words, marks woven in
links       addresses of pages, all of them relative
facts       values of own fields as people read them
counting    which fields are counted, and what is told of each
chips       what was chosen, each with the way to take it off
paging      where a list can go on
listing     a question -> what the search page shows
stretches   a long text -> stretches of a bounded size
reading     a document as a hit -> what its page shows
static      files that pages load, from memory
rendering   what a page shows -> HTML
views       requests -> pages and errors
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.web.pages.links import NO_FILTERS as NO_FILTERS
    from khsearch.web.pages.views import ROUTES as ROUTES
    from khsearch.web.pages.views import page_error as page_error
else:
    __getattr__, __dir__, __all__ = face(__name__, {"links": ("NO_FILTERS",), "views": ("ROUTES", "page_error")})
