"""searching: the commands that ask an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from khsearch.cli.console import QueryCommand, index_argument, note, stdin, utf8
from khsearch.errors import KhsearchError, QueryError

if TYPE_CHECKING:
    from khsearch import Hit, Results


@click.command(cls=QueryCommand)
@index_argument
@click.argument("query", callback=utf8)
@click.option("-n", "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Most hits to show.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Hits to pass over first.")
@click.option(
    "--match", type=click.Choice(["any", "all"]), default="any", show_default=True, help="Any word, or every word."
)
@click.option("--filter", metavar="QUERY", callback=utf8, help="What hits must match, too: date:2021 tags:NGO")
@click.option("--sort", metavar="FIELD", help="Order by a field instead of the score; -FIELD for the greatest first.")
@click.option("--facet", "facets", metavar="FIELD", multiple=True, help="Count the values of a field in what is found.")
@click.option(
    "--spellings",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Your spellings and synonyms, a group a line, divided by tabs, the reason last.",
)
@click.option("--explain", is_flag=True, help="Tell why each hit scores what it scores.")
@click.option("--format", type=click.Choice(["text", "json", "trec"]), default="text", show_default=True)
def search(
    path: str,
    query: str,
    limit: int,
    offset: int,
    match: Literal["any", "all"],
    filter: str | None,
    sort: str | None,
    facets: tuple[str, ...],
    spellings: Path | None,
    explain: bool,
    format: str,
) -> int:
    """Find documents.

    Those in INDEX that hold words of QUERY, best first; "quoted words" stand side by side; +must -not, AND OR NOT,
    title:word, begin*, like~ and date:[2021-05 TO 2021-06] are understood. QUERY may begin with a hyphen; QUERY - reads
    one query a line from stdin, for trec each with its topic and a tab before it.

    json is one object a hit, with marks as offsets into its snippet; trec is a run file. The exit status is 1 where
    nothing is found.
    """
    from khsearch import Index

    index = Index.open(path, spellings=spellings)
    if query != "-" and not query.strip():
        raise QueryError("the query is empty; give it a word to look for")
    found = False
    for topic, text in _queries_of_stdin(format) if query == "-" else [("1", query)]:
        results = index.search(text, limit, offset, match, filter=filter, sort=sort)
        found = found or len(results) > 0
        if results.problem:
            note(f"searched as plain words: {results.problem}")
        # A full page was hardly a slip, and what was meant is found out from all terms of the index.
        if format == "text" and len(results) < limit and results.suggestion:
            note(f"did you mean: {_plain(results.suggestion)}")
        if format == "text":
            if query == "-":
                click.secho(_plain(text), underline=True)
            _print_text(results, explain=explain)
        elif format == "json":
            _print_json(results, text if query == "-" else None, explain=explain)
        else:
            _print_trec(results, topic)
        for facet in facets:
            _print_facet(results, facet)
    return int(not found)


@click.command(cls=QueryCommand)
@index_argument
@click.argument("prefix", callback=utf8)
@click.option("-n", "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Most lines to show.")
def complete(path: str, prefix: str, limit: int) -> int:
    """Complete what is being typed.

    One line for each way in which PREFIX may go on, as it stands in documents of INDEX; what most have is first.
    """
    from khsearch import Index

    found = Index.open(path).complete(prefix, limit)
    for line in found:
        click.echo(line)
    return int(not found)


@click.command()
@index_argument
@click.argument("name", metavar="ID", callback=utf8)
@click.option("-n", "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Most hits to show.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def similar(path: str, name: str, limit: int, format: str) -> int:
    """Find documents like one.

    Those in INDEX that share the telling words of the document ID, most alike first.
    """
    from khsearch import Index

    index = Index.open(path)
    if index.get(name) is None:
        raise QueryError(f"no document has the id {name!r}; give one that is in the index")
    results = index.similar(name, limit)
    if format == "text":
        _print_text(results, explain=False)
    else:
        _print_json(results, None, explain=False)
    return int(not results)


def _queries_of_stdin(format: str) -> Iterator[tuple[str, str]]:
    """Topic and text of every line that is not blank; without a topic, the number of the line stands for it."""
    for number, line in enumerate(stdin(), 1):
        try:
            text = line.decode("utf-8-sig").strip()
        except UnicodeDecodeError as problem:
            raise QueryError(f"stdin, line {number}: not UTF-8 at its byte {problem.start}; convert it") from None
        topic = str(number)
        if format == "trec" and "\t" in text:
            topic, _, text = text.partition("\t")
        if text.strip():
            yield topic.strip(), text.strip()


def _print_facet(results: Results, field: str) -> None:
    """Counts are for people, beside the hits."""
    note(f"{field}:")
    for value, count in results.facet(field).items():
        note(f"{count:>8,}  {_plain(str(value))}")


def _print_text(results: Results, *, explain: bool) -> None:
    for hit in results:
        heading = click.style(_plain(hit.title or hit.id), bold=True)
        click.echo(f"{hit.rank:>3}. {heading}  {click.style(_plain(hit.id), dim=True)}")
        click.echo(f"     {hit.snippet.ansi()}\n")
        if explain:
            for part in hit.explain():
                click.echo(f"     {part.score:>9.4f}  {_plain(part.what)}  {click.style(part.field, dim=True)}")
            click.echo(f"     {hit.score:>9.4f}  in all\n")
    shown = f"hits {results[0].rank} to {results[-1].rank} of {results.total}" if results else "no hits"
    note(f"{shown} in {1000 * results.seconds:.1f} ms")


def _plain(text: str) -> str:
    """Write control characters, which a terminal would obey, as spaces."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)


def _print_json(results: Results, query: str | None, *, explain: bool) -> None:
    import orjson

    for hit in results:
        shown = ({} if query is None else {"query": query}) | _as_json(hit)
        if explain:
            shown["explain"] = [{"what": part.what, "field": part.field, "score": part.score} for part in hit.explain()]
        click.echo(orjson.dumps(shown))


def _as_json(hit: Hit) -> dict[str, object]:
    snippet = hit.snippet
    return {
        "rank": hit.rank,
        "score": hit.score,
        "id": hit.id,
        "title": hit.title,
        "snippet": snippet.text,
        "marks": snippet.marks,
    }


def _print_trec(results: Results, topic: str) -> None:
    for name, what in [(topic, "topic"), *((hit.id, "id") for hit in results)]:
        if len(name.split()) != 1:
            raise KhsearchError(f"a TREC run cannot hold a {what} with space in it ({name!r}); use --format json")
    for hit in results:
        click.echo(f"{topic} Q0 {hit.id} {hit.rank} {hit.score:.6f} khsearch")
