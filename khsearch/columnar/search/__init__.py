"""search. Rooms that work with arrays are loaded when they are first looked into: the compiled core needs none."""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.columnar.search import counting as counting
    from khsearch.columnar.search import doc_values as doc_values
    from khsearch.columnar.search import execution as execution
    from khsearch.columnar.search import fuzzy as fuzzy
    from khsearch.columnar.search import joining as joining
    from khsearch.columnar.search import matches as matches
    from khsearch.columnar.search import membership as membership
    from khsearch.columnar.search import neighbours as neighbours
    from khsearch.columnar.search import ordering as ordering
    from khsearch.columnar.search import proximity as proximity
    from khsearch.columnar.search import scoring as scoring
    from khsearch.columnar.search import top as top
    from khsearch.columnar.search import warming as warming
    from khsearch.columnar.search import written as written
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "": (
                *("counting", "doc_values", "execution", "fuzzy", "joining", "matches", "membership", "neighbours"),
                *("ordering", "proximity", "scoring", "top", "warming", "written"),
            )
        },
    )
