"""mail: a message (.eml) as one document: its subject, who sent it and when, what it says; messages within it, too.

Plain text is taken before HTML that says the same. Attachments are named in a remark and not opened. Headers are read
by hand, as real ones keep few of the rules: encoded words that part a letter, bytes that are not encoded at all.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from khsearch.documents import reasons
from khsearch.documents.document import Document, blank
from khsearch.documents.formats import encodings
from khsearch.documents.formats.reader import Found, Placed, Remark, Source
from khsearch.documents.formats.whole import About, Flow, empty, whole
from khsearch.errors import DocumentError

_SIGNS_OF_MAIL = ("from", "to", "subject", "date", "received", "message-id", "content-type")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_MOST_BYTES = 200_000_000


def read(source: Source) -> Found:
    """Read the message."""
    data = source.stream.read(_MOST_BYTES + 1)
    source.tell(len(data))
    if len(data) > _MOST_BYTES:
        yield source.error("a message of more than 200 MB; leave it out", reason=reasons.TOO_LARGE)
        return
    try:
        if data.strip():
            yield from _read(source, message_from_bytes(data.removeprefix(codecs.BOM_UTF8)))
        else:
            yield empty(source)
    except RecursionError:
        yield source.error("messages within messages, too deep to read; save them one by one", reason=reasons.TOO_LARGE)


def _read(source: Source, message: Message) -> Iterator[Placed | Remark | DocumentError]:
    if not any(_header(message, name) for name in _SIGNS_OF_MAIL):
        yield source.error("no mail: it has no header such as Subject; name it .txt if it is text")
        return
    body = _Body(source)
    body.add(message)
    about = About(_header(message, "subject"), _author(message), _date(message))
    found: list[Placed | DocumentError] = whole(source, body.flow, about)
    if not blank(body.flow.text()):
        yield from found
    elif message.get_content_type() in _ENCRYPTED:
        yield source.error("an encrypted message; save what it says decrypted", reason=reasons.ENCRYPTED)
    elif about.title:
        yield source.placed(Document(source.id, about.title, "", about.fields()))
        yield from body.flow.legacy()
    else:
        yield from body.flow.legacy() or [empty(source)]
    yield from body.told
    if body.attached:
        names = ", ".join(name[:80] for name in body.attached[:10])
        more = f" and {len(body.attached) - 10} more" if len(body.attached) > 10 else ""
        yield source.remark(f"attachments are not read: {names}{more}")


class _Body:
    """What a message says, part by part."""

    def __init__(self, source: Source) -> None:
        self.flow = Flow(source)
        self.told: list[DocumentError] = []
        self.attached: list[str] = []
        self._source = source

    def add(self, message: Message) -> None:
        """Add a part and those within it."""
        kind = message.get_content_type()
        parts = message.get_payload()
        if kind == "message/rfc822" and isinstance(parts, list):
            for within in _messages(parts):
                self.flow.add(_header(within, "subject"))
                self.flow.part("\n")
                self.add(within)
        elif isinstance(parts, list):
            children = _messages(parts)
            for part in _best(children) if kind == "multipart/alternative" else children:
                self.add(part)
        elif kind in ("text/plain", "text/html") and message.get_content_disposition() != "attachment":
            self._add_text(message, kind)
        elif not kind.startswith("multipart/"):
            name = _decoded(str(message.get_filename() or ""))
            self.attached.append(name or kind)

    def _add_text(self, message: Message, kind: str) -> None:
        data = message.get_payload(decode=True)
        if not isinstance(data, bytes):
            return
        declared = _parameter(message, "charset")
        if kind == "text/html":
            from khsearch.documents.formats.markup import page

            try:
                self.flow.take(page(self._source, data, declared).flow)
            except DocumentError as problem:
                self.told.append(problem)
            return
        try:
            text = encodings.decoded(data, declared)
        except ValueError as problem:
            self.told.append(self._source.error(str(problem), "its text", reason=reasons.ENCODING))
            return
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if _parameter(message, "format").lower() == "flowed":
            end = "" if _parameter(message, "delsp").lower() == "yes" else " "
            text = re.sub("(?<!\n--) \n(?=.)", lambda _: end, text)
        self.flow.add(text.strip("\n"))
        self.flow.part("\n")


def _messages(parts: list[Any]) -> list[Message]:
    return [part for part in parts if isinstance(part, Message)]


def _best(parts: list[Message]) -> list[Message]:
    """Of forms that say the same choose the plain one, if it says something; what is no text goes along."""
    texts = [part for part in parts if part.get_content_type() == "text/plain"]
    if any(isinstance(said := part.get_payload(decode=True), bytes) and said.strip() for part in texts):
        return [*texts, *(part for part in parts if part.get_content_maintype() not in ("text", "multipart"))]
    return [part for part in parts if part not in texts]


def _header(message: Message, name: str) -> str:
    """Return a header decoded, on one line; nothing where it is not there."""
    for key, value in message.raw_items():
        if key.lower() == name:
            return _decoded(str(value))
    return ""


def _decoded(value: str) -> str:
    plain = _sound(value.encode("utf-8", "surrogateescape"), "")
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", plain).replace("\n", " ").replace("\r", " ")
    try:
        pieces = decode_header(unfolded)
    except (HeaderParseError, ValueError):
        return unfolded
    return " ".join("".join(_piece(piece, charset) for piece, charset in pieces).split())


def _piece(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    # What stands unencoded beside encoded words comes in a form of its own.
    return piece.decode("raw-unicode-escape", "replace") if charset is None else _sound(piece, charset)


def _sound(data: bytes, declared: str) -> str:
    if declared == "unknown-8bit":
        declared = ""
    try:
        return encodings.decoded(data, declared)
    except ValueError:
        return data.decode("utf-8", "replace")


def _parameter(message: Message, name: str) -> str:
    found = message.get_param(name, "")
    return str(found[2] if isinstance(found, tuple) else found)


def _author(message: Message) -> list[str]:
    """Who sent it: names where they are given, else addresses."""
    found = getaddresses([_header(message, "from")])
    return [name or address for name, address in found]


def _date(message: Message) -> date | None:
    try:
        return parsedate_to_datetime(_header(message, "date"))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
