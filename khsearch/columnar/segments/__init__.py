"""segments. Rooms that work with arrays are loaded when they are first looked into."""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.columnar.segments import column_files as column_files
    from khsearch.columnar.segments import pair_files as pair_files
    from khsearch.columnar.segments import pairs as pairs
else:
    __getattr__, __dir__, __all__ = face(__name__, {"": ("column_files", "pair_files", "pairs")})
