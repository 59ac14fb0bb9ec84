"""breaking: the command that breaks a text into words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from khsearch.cli.console import QueryCommand, breaker_options, check_lexicon, refused, stdin, utf8
from khsearch.errors import DocumentError

if TYPE_CHECKING:
    from khsearch import Token

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([tn\\]))")
_ESCAPED = {"t": "\t", "n": "\n", "\\": "\\"}
_BLOCK = 1 << 20


def _unescaped(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    r"""Read \u200b, \x20, \t, \n and \\ in an argument."""

    def replaced(found: re.Match[str]) -> str:
        point = found[1] or found[2]
        return chr(int(point, 16)) if point else _ESCAPED[found[3]]

    return utf8(_ctx, _param, value if value is None else _ESCAPE.sub(replaced, value))


@click.command(cls=QueryCommand)
@click.argument("text", default="-", callback=utf8)
@breaker_options
@click.option(
    "--mode",
    type=click.Choice(["word", "atom"]),
    default="word",
    show_default=True,
    help="Whole words, as people read them, or atoms, the finest words, which an index keeps.",
)
@click.option(
    "--separator",
    metavar="S",
    callback=_unescaped,
    help="Write the text as it is, with S between words that touch; \\u200b and the like are understood.",
)
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def words(text: str, breaker: str | None, lexicon: Path | None, mode: str, separator: str | None, format: str) -> None:
    """Break a text into words.

    TEXT, or stdin, comes out one word a line, without what stands between them. With --separator it stays whole: S is
    put between words that nothing visible parts, and all else is kept. json is one array of tokens for every line of
    the text, with offsets into that line, the kind of each and, of a whole word, its atoms.
    """
    if separator is not None and format == "json":
        raise click.UsageError("--separator is for the text format; leave out one of --separator and --format json")
    from khsearch import tokenize
    from khsearch.khmer import script

    check_lexicon(breaker, lexicon)
    find = partial(tokenize, breaker=breaker, lexicon=lexicon, mode=mode)
    if breaker is not None:
        with refused():  # what a package brings may fail
            find("")
    for block in _blocks_of_stdin() if text == "-" else [text]:
        if format == "json":
            for line in block.removesuffix("\n").split("\n"):
                click.echo(_as_json(line, find(line)))
        elif separator is not None:
            click.echo(_separated(block, find(block), separator), nl=text != "-")
        else:
            click.echo("".join(f"{script.shown(block[token.start : token.end])}\n" for token in find(block)), nl=False)


def _blocks_of_stdin() -> Iterator[str]:
    """Whole lines, as many as have arrived: a line breaks alike alone and among others, and many at once are faster."""
    stream = stdin()
    read = getattr(stream, "read1", stream.read)
    offset = 0
    parts: list[bytes] = []
    while data := read(_BLOCK):
        end = data.rfind(b"\n") + 1
        if end:
            block = b"".join([*parts, data[:end]])
            yield _decoded(block, offset)
            offset += len(block)
            parts = []
        parts.append(data[end:])
    if rest := b"".join(parts):
        yield _decoded(rest, offset)


def _decoded(data: bytes, offset: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        where = offset + problem.start
        raise DocumentError(f"stdin: not UTF-8 at byte {where}; convert it first (iconv does)") from None


def _separated(text: str, tokens: Sequence[Token], separator: str) -> str:
    from khsearch.khmer import script

    parts = []
    at = 0
    for before, token in pairwise(tokens):
        between = text[before.end : token.start]
        parts.append(text[at : token.start])
        at = token.start
        if not between.strip(script.INVISIBLE) and not (between and separator in between):
            parts.append(separator)
    return "".join([*parts, text[at:]])


def _as_json(line: str, tokens: Sequence[Token]) -> bytes:
    import orjson

    return orjson.dumps([_as_mapping(line, token) for token in tokens])


def _as_mapping(line: str, token: Token) -> dict[str, object]:
    from khsearch.khmer import script

    word = script.shown(line[token.start : token.end])
    found = {"word": word, "term": token.term, "kind": token.kind, "start": token.start, "end": token.end}
    return found if token.parts == (token,) else found | {"parts": [_as_mapping(line, part) for part in token.parts]}
