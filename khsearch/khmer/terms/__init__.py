"""terms. What the compiled core does by itself, one text as Python has it, is loaded when it is first looked into."""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.khmer.terms import typed as typed
else:
    __getattr__, __dir__, __all__ = face(__name__, {"": ("typed",)})
