"""stored: a document as an index keeps it, in two parts: a head that a list of hits needs, and the rest.

The head is the id and the title, uncompressed, one byte a character where they are ASCII and Khmer: ten of them are
read in the time in which one text is decompressed. The rest is a line of JSON.
"""

from __future__ import annotations

import codecs

import orjson

from khsearch import native
from khsearch.arrays import np
from khsearch.documents.document import Document, fields_json, from_json_line, json_line
from khsearch.documents.together import Documents
from khsearch.errors import IndexDamagedError

# One byte a character: ASCII as it is, the 128 characters of the Khmer block above it.
_CHARACTERS = "".join(map(chr, (*range(0x80), *range(0x1780, 0x1800))))
_BYTES = codecs.charmap_build(_CHARACTERS)
_ONE_BYTE, _UTF8 = b"\x01", b"\x02"
_BETWEEN = "\x00"

_EMPTY = json_line(Document(""))
_BEFORE, _BEHIND = _EMPTY[:-2], _EMPTY[-2:]  # of the text in a line of JSON
_SPACE = 0x20  # codes below it are written as escapes


def heads_of(documents: Documents) -> list[bytes]:
    """Return the head of each: id and title."""
    return [_head(id_, title) for id_, title in zip(documents.ids, documents.titles, strict=True)]


def _head(id_: str, title: str) -> bytes:
    given = f"{len(id_)}{_BETWEEN}{id_}{title}"
    if given.isascii():
        return _ONE_BYTE + given.encode()
    try:
        return _ONE_BYTE + codecs.charmap_encode(given, "strict", _BYTES)[0]
    except UnicodeEncodeError:
        return _UTF8 + given.encode()


def bodies_of(documents: Documents) -> list[bytes]:
    """Return the rest of each: its text and its fields."""
    given = [text.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") for text in documents.encoded]
    codes = np.frombuffer(b"".join(given), np.uint8)
    if codes.min(initial=_SPACE) < _SPACE:
        # Few texts have other characters that JSON escapes.
        ends = np.cumsum(list(map(len, given)))
        for number in set(np.searchsorted(ends, np.flatnonzero(codes < _SPACE), "right").tolist()):
            given[number] = orjson.dumps(documents.texts[number])[1:-1]
    behind = [b'","fields":%b}' % fields_json(fields) if fields else _BEHIND for fields in documents.fields]
    return [b"".join((_BEFORE, text, rest)) for text, rest in zip(given, behind, strict=True)]


def id_and_title(head: bytes) -> tuple[str, str]:
    """Read a head; IndexDamagedError if it is none."""
    try:
        compact = head[:1] == _ONE_BYTE
        given = codecs.charmap_decode(head[1:], "strict", _CHARACTERS)[0] if compact else head[1:].decode()
        length, _, rest = given.partition(_BETWEEN)
        size = int(length)
    except ValueError as problem:
        raise IndexDamagedError(f"the head of a stored document is not what was written ({problem}); rebuild") from None
    return rest[:size], rest[size:]


def document_of(head: bytes, body: bytes) -> Document:
    """Return the document of a head and a body; IndexDamagedError if they are none."""
    name, title = id_and_title(head)
    rest = _read(name, body)
    return Document(name, title, rest.text, rest.fields)


class Stored:
    """A stored document: its id and title, and the rest, read as far as it is asked for.

    Where it is not what was written, that is an IndexDamagedError when it is read.
    """

    __slots__ = ("_rest", "id", "title")

    def __init__(self, id: str, title: str, rest: bytes | Document) -> None:
        """rest: its body; or the document, where it is at hand."""
        self.id = id
        self.title = title
        self._rest = rest

    @property
    def size(self) -> int:
        """Bytes, or characters, of what is at hand, about."""
        return len(self._rest) if isinstance(self._rest, bytes) else len(self._rest.text)

    @property
    def utf8(self) -> bytes:
        """The text. The compiled core, where there is one, finds it without a look into the fields."""
        rest = self._rest
        if native.core is not None and isinstance(rest, bytes):
            found: bytes | None = native.core.text_of(rest)
            if found is not None:
                return found
        return self._whole.text.encode()

    @property
    def document(self) -> Document:
        """The document, equal to the one that was added."""
        whole = self._whole
        return Document(self.id, self.title, whole.text, whole.fields)

    @property
    def _whole(self) -> Document:
        return self._rest if isinstance(self._rest, Document) else _read(self.id, self._rest)


def _read(name: str, body: bytes) -> Document:
    try:
        return from_json_line(body)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise IndexDamagedError(f"the stored document {name!r} is not what was written ({problem}); rebuild") from None
