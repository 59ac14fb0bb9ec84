"""hits: what a search shows.

compiled      what is looked for in texts; excerpts and marks, in one call of the compiled core
occurrences   an original text and terms -> where they stand in it
snippets      excerpts and marks
explain       why a hit counts as found, and why it scores what it scores
search        what was asked, and of which commit
facets        what is counted of the documents found
written       hits and results for JSON and notebooks
page          the documents of a page of hits, read as they are asked for
hit           one document found
results       hits, totals, counts
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.hits.facets import Facet as Facet
    from khsearch.hits.facets import count as count
    from khsearch.hits.hit import Hit as Hit
    from khsearch.hits.results import Results as Results
    from khsearch.hits.search import Search as Search
    from khsearch.hits.snippets import Fragment as Fragment
    from khsearch.hits.snippets import Snippet as Snippet
    from khsearch.hits.written import plain_fields as plain_fields
    from khsearch.hits.written import written_value as written_value
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "facets": ("Facet", "count"),
            "hit": ("Hit",),
            "results": ("Results",),
            "search": ("Search",),
            "snippets": ("Fragment", "Snippet"),
            "written": ("plain_fields", "written_value"),
        },
    )
