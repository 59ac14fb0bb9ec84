"""hits: what a search shows.

occurrences   an original text and terms -> where they stand in it
snippets      excerpts and marks
explain       why a hit counts as found, and why it scores what it scores
results       hits and results
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.hits.results import Hit as Hit
    from khsearch.hits.results import Results as Results
    from khsearch.hits.results import Search as Search
    from khsearch.hits.snippets import Fragment as Fragment
    from khsearch.hits.snippets import Snippet as Snippet
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "results": ("Hit", "Results", "Search"),
            "snippets": ("Fragment", "Snippet"),
        },
    )
