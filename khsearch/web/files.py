"""files: documents in; the address of the file that each was read from out, where it may be served."""

from __future__ import annotations

from khsearch.documents import Document
from khsearch.web.site import Site


def link_of(site: Site, document: Document) -> str | None:
    """Return None."""
    return None
