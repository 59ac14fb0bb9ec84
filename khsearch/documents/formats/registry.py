"""registry: formats by their suffix, each with what reads it. Knows no format itself, and loads none before it is read.

A suffix in lower case, without its point, is the name of a format: it is what `--format` takes, and names of files end
in it. Readers come from three places, the first that has a suffix counts:

    register_format(("md", "markdown"), read)           what a program registers
    BUILT_IN                                            what khsearch brings
    [project.entry-points."khsearch.formats"]           what installed packages bring: asked for when a suffix is
    md = "some_package.markdown:read"                   unknown, or all formats are listed
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from khsearch import plugins
from khsearch.arguments import FUNCTION, Kind, checked
from khsearch.documents import reasons
from khsearch.errors import DocumentError, KhsearchError, MissingExtraError
from khsearch.sharing import loading

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from khsearch.documents.formats.reader import Found, Reader, Source

GROUP = "khsearch.formats"
"""The group of entry points: suffix = "package.module:reader"."""

BUILT_IN = {
    "txt": "txt",
    "lines": "lines",
    **dict.fromkeys(("jsonl", "ndjson"), "jsonl"),
    "json": "json",
    "csv": "csv",
    **dict.fromkeys(("tsv", "tab"), "tsv"),
    "gz": "gz",
    "pdf": "pdf",
    **dict.fromkeys(("png", "jpg", "jpeg", "tif", "tiff"), "picture"),
    **dict.fromkeys(("md", "markdown"), "md"),
    **dict.fromkeys(("html", "htm", "xhtml"), "html"),
    **dict.fromkeys(("docx", "docm", "dotx", "dotm"), "docx"),
    **dict.fromkeys(("odt", "ott", "odp", "otp"), "odf"),
    **dict.fromkeys(("ods", "ots"), "ods"),
    **dict.fromkeys(("pptx", "pptm", "ppsx", "ppsm", "potx", "potm"), "pptx"),
    **dict.fromkeys(("xlsx", "xlsm", "xltx", "xltm"), "xlsx"),
    "epub": "epub",
    **dict.fromkeys(("srt", "vtt"), "subtitles"),
    "eml": "mail",
}
"""Formats that khsearch brings, by suffix, each with the room of this folder whose `read` reads it."""

GUARDED = frozenset({"json", "pdf", "gz", "docx", "epub", "html", "mail", "odf", "ods", "picture", "pptx", "xlsx"})
"""Rooms of formats that may ask for any time and memory: files of many come through a process of their own."""

OUT_OF_MEMORY = "what is in it takes more memory than a file may; part it, or save it in a simpler format"
"""How the error of a file ends that asked for more memory than it got."""

READING = 1
"""A number that grows when readers find more in the same files: then a sync reads them again."""

_CONVERTED = "save it as .{0}; LibreOffice converts many at once: soffice --headless --convert-to {0} FILE"
_REMEDIES = {
    **dict.fromkeys(("doc", "dot", "rtf", "wps", "wpd", "sxw"), _CONVERTED.format("docx")),
    **dict.fromkeys(("xls", "xlt", "xlsb", "sxc"), _CONVERTED.format("xlsx")),
    **dict.fromkeys(("ppt", "pps", "pot", "sxi"), _CONVERTED.format("pptx")),
    **dict.fromkeys(("odg", "vsd", "vsdx", "pub"), _CONVERTED.format("pdf")),
    "pages": "save it as .docx: File, Export To, Word",
    "numbers": "save it as .xlsx: File, Export To, Excel",
    "key": "save it as .pptx: File, Export To, PowerPoint",
    "fodt": _CONVERTED.format("odt"),
    "fods": _CONVERTED.format("ods"),
    "fodp": _CONVERTED.format("odp"),
    **dict.fromkeys(("zip", "rar", "7z", "tar", "tgz"), "unpack it, and index the folder"),
    **dict.fromkeys(("mht", "mhtml"), "save it as .html"),
    "mbox": "save its messages as .eml, in Thunderbird",
    "msg": "save it as .eml, in Thunderbird or with msgconvert",
    "mobi": "save it as .epub; Calibre converts many at once: ebook-convert FILE.mobi FILE.epub",
}
"""What can be done with files of kinds that nothing here reads."""

_registered: dict[str, Reader] = {}
_SUFFIXES = Kind(
    "a suffix, or several, such as 'md'",
    lambda value: [value] if isinstance(value, str) else [name + "" for name in value] or None,
)


@checked(suffixes=_SUFFIXES, reader=FUNCTION)
def register_format(suffixes: str | Sequence[str], reader: Reader) -> None:
    """Read files of a suffix, or several, with a reader, in this process, whoever else reads them.

    ValueError for what no name of a file ends in.
    """
    for name in suffixes:
        if not re.fullmatch("[a-z0-9_-]+", name):
            raise ValueError(
                f"suffixes takes ends of names of files in lower case, without their point, such as 'md', not {name!r}"
            )
    _registered.update(dict.fromkeys(suffixes, reader))


def format_names() -> list[str]:
    """List the formats that can be read, our own first."""
    return list(dict.fromkeys((*BUILT_IN, *_registered, *_entry_points())))


def is_format(name: str) -> bool:
    """Whether files of this suffix can be read."""
    return name in _registered or name in BUILT_IN or name in _entry_points()


def remedy_of(suffix: str) -> str | None:
    """Say what can be done with files of a suffix that nothing reads; None where nothing is known."""
    return _REMEDIES.get(suffix.lower())


def is_guarded(name: str) -> bool:
    """Whether files of this format are read in a process of their own, with limits."""
    return name not in _registered and BUILT_IN.get(name) in GUARDED


def reader_of(name: str) -> Reader:
    """Return the reader of a format, loaded now if need be.

    DocumentError for an unknown one, or one whose package fails; MissingExtraError for one that needs another package.
    """
    if name in _registered:
        return _registered[name]
    if name in BUILT_IN:
        room = f"khsearch.documents.formats.{BUILT_IN[name]}"
        loading(room)
        return cast("Reader", import_module(room).read)
    if name in _entry_points():
        try:
            return cast("Reader", plugins.load(_entry_points()[name], f"the reader of .{name}", FUNCTION))
        except ValueError as problem:
            raise DocumentError(str(problem)) from problem
    raise DocumentError(f"unknown format {name!r}; use one of {', '.join(format_names())}")


@cache
def _entry_points() -> dict[str, EntryPoint]:
    """Kept: it is asked for every file whose suffix is unknown."""
    return {name.lower(): point for name, point in plugins.entry_points(GROUP).items()}


def read(source: Source, format: str) -> Found:
    """Read the documents of a source in a registered format; an error that ends the reading is the last."""
    loading("khsearch.documents.formats.reader")
    from khsearch.documents.formats.reader import Placed, Remark

    try:
        reader = reader_of(format)
    except MissingExtraError as problem:
        yield source.error(str(problem), reason=reasons.NO_PACKAGE)
        return
    except KhsearchError as problem:
        yield source.error(str(problem))
        return
    try:
        for item in reader(source):
            if not isinstance(item, Placed | Remark | DocumentError):
                raise TypeError(f"it gives {item!r:.60}, which is neither source.placed(...) nor source.error(...)")
            yield item
    except OSError as problem:
        told = f"cannot be read ({problem.strerror}); try again or leave it out"
        yield source.error(told, reason=reasons.UNREADABLE)
    except DocumentError as problem:
        yield problem
    except MissingExtraError as problem:  # a package that is missed only now
        yield source.error(str(problem), reason=reasons.NO_PACKAGE)
    except KhsearchError as problem:
        yield source.error(str(problem))
    except MemoryError:
        yield source.error(OUT_OF_MEMORY, reason=reasons.TOO_LARGE)
    except Exception as problem:  # whatever a reader of somebody's raises
        yield source.error(
            f"what reads .{format} fails ({type(problem).__name__}: {problem}); mend it, or leave this out"
        )
