"""words. What the compiled core does by itself is loaded when it is first looked into."""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.khmer.words import crf_scores as crf_scores
    from khsearch.khmer.words import two_labels as two_labels
else:
    __getattr__, __dir__, __all__ = face(__name__, {"": ("crf_scores", "two_labels")})
