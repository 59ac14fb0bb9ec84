"""spelling. What the compiled core does by itself is loaded when it is first looked into."""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.khmer.spelling import respelling as respelling
else:
    __getattr__, __dir__, __all__ = face(__name__, {"": ("respelling",)})
