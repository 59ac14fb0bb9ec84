"""files: the file that a document was read from, where the site has a folder of such files.

A document's file is the one that its field `path` names, or else its id: a path from that folder. The parts of one file
have ids of their own, `path#part`. What a browser might run is never shown, only saved; what is shown may do nothing.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from khsearch.descriptors import read_at
from khsearch.documents import Document
from khsearch.reader import Reader
from khsearch.web.answers import Endpoint, NotThereError
from khsearch.web.confined import OpenFile, opened
from khsearch.web.parameters import ID, read
from khsearch.web.site import Site
from khsearch.web.transfer import response_of

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."

SHOWN = {
    **dict.fromkeys(("txt", "text", "md", "srt", "vtt"), "text/plain"),
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
"""Types, by the end of a name, of files that a browser shows."""

SAVED = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "epub": "application/epub+zip",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": f"{_OPEN_DOCUMENT}text",
    "ods": f"{_OPEN_DOCUMENT}spreadsheet",
    "odp": f"{_OPEN_DOCUMENT}presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "gz": "application/gzip",
    "zip": "application/zip",
}
"""Types of files that it saves; all others are just bytes."""

_NOTHING_RUNS = "sandbox; default-src 'none'; frame-ancestors 'none'"
_PDF_SHOWS = "default-src 'none'; frame-ancestors 'none'"  # not all browsers show a PDF in a sandbox
_LOOKED_AT = 1 << 20  # bytes of a text that tell whether it is UTF-8
_MOST_PARTS = 10  # of an id that may be the path


async def file(request: Request, site: Site) -> Response:
    """The file of a document, or a range of it."""
    given, _ = read(request.query_params.multi_items(), (ID,), site.bounds, {}, strict=False)

    def found(index: Reader) -> Response:
        document = index.get(given["id"])
        chosen = None if document is None or site.files is None else _opened(site.files, document)
        if chosen is None:
            raise NotThereError("there is no file of this document here")
        return response_of(request, chosen, _headers(chosen))

    return await site.run(found)


def link_of(site: Site, document: Document) -> str | None:
    """Return the link to the file of a document, relative to its page; None where there is none that may be served.

    It looks at the disk: ask in the threads that search.
    """
    found = None if site.files is None else _opened(site.files, document)
    if found is None:
        return None
    found.stream.close()
    return f"file?id={quote(document.id, safe='')}"


def _opened(root: Path, document: Document) -> OpenFile | None:
    return next((one for path in _paths(document) if (one := opened(root, path)) is not None), None)


def _paths(document: Document) -> Iterator[str]:
    """Where the file of a document may lie, likeliest first."""
    path = document.fields.get("path")
    if isinstance(path, str):
        yield path
    yield document.id
    shorter = document.id
    for _ in range(_MOST_PARTS):
        shorter, part, _name = shorter.rpartition("#")
        if not part:
            return
        yield shorter


def _headers(file: OpenFile) -> dict[str, str]:
    """How a browser treats a file."""
    end = file.name.rpartition(".")[2].lower()
    shown = end in SHOWN
    media = SHOWN.get(end) or SAVED.get(end, "application/octet-stream")
    if media == "text/plain" and _is_utf8(file):
        media = "text/plain; charset=utf-8"
    return {
        "Content-Type": media,
        "Content-Disposition": _disposition("inline" if shown else "attachment", file.name),
        "Content-Security-Policy": _PDF_SHOWS if end == "pdf" else _NOTHING_RUNS,
        "X-Content-Type-Options": "nosniff",
    }


def _is_utf8(file: OpenFile) -> bool:
    head = read_at(file.stream.fileno(), _LOOKED_AT, 0)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) == file.known.st_size)
    except UnicodeDecodeError:
        return False
    return True


def _disposition(kind: str, name: str) -> str:
    """Say what to do with a file, and its name: in ASCII for old clients, and as it is (RFC 6266)."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%/' else "_" for char in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


ROUTES: Sequence[tuple[str, Endpoint]] = (("/file", file),)
