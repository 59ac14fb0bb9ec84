"""searching: the commands that ask an index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from khsearch.cli.console import QueryCommand, index_argument, note, plain, stdin, utf8
from khsearch.errors import KhsearchError, QueryError

if TYPE_CHECKING:
    from khsearch import Facet, Hit, Results
    from khsearch.engine import By
    from khsearch.query import Match

_LOOSER = "--- looser hits, which hold some of the words ---"


@click.command(cls=QueryCommand)
@index_argument
@click.argument("query", callback=utf8)
@click.option("-n", "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Most hits to show.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Hits to pass over first.")
@click.option(
    "--match",
    type=click.Choice(["best", "strict", "any", "all"]),
    default="best",
    show_default=True,
    help="What counts as found, then looser hits; what counts alone; documents with any word; with all that is typed.",
)
@click.option("--literal", is_flag=True, help="Search for what is typed alone, even if it stands nowhere.")
@click.option("--filter", metavar="QUERY", callback=utf8, help="What hits must match, too: date:2021 tags:NGO")
@click.option(
    "--sort",
    metavar="FIELD",
    multiple=True,
    help="Order by a field instead of the score, -FIELD: the greatest first; further ones, or score, decide equals.",
)
@click.option(
    "--facet",
    "facets",
    metavar="FIELD",
    multiple=True,
    help="Count the values of a field in what is found; FIELD:year, :month or :day for those of dates.",
)
@click.option("--group-by", metavar="FIELD", help="Show one hit of all that have the same value, and how many more.")
@click.option(
    "--spellings",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Your spellings and synonyms, a group a line, divided by tabs, the reason last.",
)
@click.option("--explain", is_flag=True, help="Tell why each hit scores what it scores.")
@click.option("--format", type=click.Choice(["text", "json", "page", "trec"]), default="text", show_default=True)
def search(
    path: str,
    query: str,
    limit: int,
    offset: int,
    match: Match,
    literal: bool,
    filter: str | None,
    sort: tuple[str, ...],
    facets: tuple[str, ...],
    group_by: str | None,
    spellings: Path | None,
    explain: bool,
    format: str,
) -> int:
    """Find documents.

    Those in INDEX in which all stands that QUERY has between spaces, best first, and behind them looser hits, which
    hold some of it; "quoted words" stand side by side; +must -not, AND OR NOT, title:word, begin*, like~ and
    date:[2021-05 TO 2021-06] are understood. An empty QUERY, or *, is all documents. QUERY may begin with a hyphen;
    QUERY - reads one query a line from stdin, for trec each with its topic and a tab before it.

    json is one object a hit, with marks as offsets into its snippet and title; page is one object a query, with total,
    facets and hits; trec is a run file, in which a looser hit has minus its rank for a score, so that it stays behind.
    Counts and facets leave looser hits out, and the exit status is 1 where nothing else is found.
    """
    from khsearch import Index

    index = Index.open(path, spellings=spellings)
    counts = list(map(_facet, facets))
    found = False
    for topic, text in _queries_of_stdin(format) if query == "-" else [("1", query)]:
        results = index.search(
            text,
            limit,
            offset,
            match,
            filter=filter,
            sort=sort,
            facets=counts,
            group_by=group_by,
            correct=not literal,
        )
        first_loose = _first_loose(results)
        found = found or first_loose > 0 or (len(results) > 0 and results.total > 0)
        if results.problem:
            note(f"searched as plain words: {results.problem}")
        if results.corrected is not None:
            note(f"searched for {plain(results.corrected)} instead")
        # A full page was hardly a slip, and what was meant is found out from all terms of the index.
        elif format == "text" and first_loose < limit and results.suggestion:
            note(f"did you mean: {plain(results.suggestion)}")
        if results.nearly:
            note("no document has all of that; these have nearly as much of it as the best one")
        if format == "text":
            if query == "-":
                click.secho(plain(text), underline=True)
            _print_text(results, explain=explain)
        elif format == "json":
            _print_json(results, text if query == "-" else None, explain=explain)
        elif format == "page":
            _print_page(results, text if query == "-" else None)
        else:
            _print_trec(results, topic)
        if format != "page":
            _print_facets(results)
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

    Those in INDEX that share most of the telling words of the document ID, most alike first, and behind them looser
    hits, which share some.
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


def _facet(given: str) -> Facet:
    """A facet as the command line names it: FIELD, or FIELD:year."""
    from khsearch import Facet

    field, colon, by = given.partition(":")
    try:
        return Facet(field, cast("By", by) if colon else None)
    except ValueError as problem:
        raise click.UsageError(f"--facet {given}: {problem}") from None


def _print_facets(results: Results) -> None:
    """Counts are for people, beside the hits."""
    for field, counts in results.facets.items():
        note(f"{field}:")
        for value, count in counts.items():
            note(f"{count:>8,}  {plain(str(value))}")


def _first_loose(results: Results) -> int:
    """The place of the first looser hit; without one, how many hits there are."""
    return sum(not hit.loose for hit in results)


def _print_text(results: Results, *, explain: bool) -> None:
    first_loose = _first_loose(results)
    for number, hit in enumerate(results):
        if number == first_loose:
            click.echo(f"{_LOOSER}\n")
        named = [plain(hit.id)] if hit.title else []  # else it is the heading
        place = ", ".join([*named, *([] if hit.page is None else [f"p. {hit.page}"])])
        click.echo(f"{hit.rank:>3}. {_heading(hit)}" + (f"  {click.style(place, dim=True)}" if place else ""))
        click.echo(f"     {hit.snippet.ansi()}\n")
        if hit.more:
            click.echo(f"     and {hit.more:,} more like it\n")
        if explain:
            for part in hit.explain():
                score = f"{part.score:.4f}" if part.score else ""
                click.echo(f"     {score:>9}  {plain(part.what)}  {click.style(part.field, dim=True)}")
            click.echo(f"     {hit.score:>9.4f}  in all\n")
    note(f"{_shown(results)} in {1000 * results.seconds:.1f} ms")


def _shown(results: Results) -> str:
    """Which hits are shown, and how many are found, which looser ones are not."""
    if not results:
        return "no hits"
    shown = f"hits {results[0].rank} to {results[-1].rank}"
    looser = len(results) - _first_loose(results)
    return f"{shown}, {looser} of them looser; {results.total} found" if looser else f"{shown} of {results.total}"


def _heading(hit: Hit) -> str:
    """The title, bold, marked as the snippet is; without a title the id."""
    from khsearch.hits import Fragment, Snippet

    title = Snippet((Fragment(hit.title, 0, tuple(hit.title_marks)),)) if hit.title else None
    return click.style(plain(hit.id) if title is None else title.ansi(bold=True), bold=True)


def _print_json(results: Results, query: str | None, *, explain: bool) -> None:
    import orjson

    for hit in results:
        shown = ({} if query is None else {"query": query}) | hit.to_dict()
        if explain:
            shown["explain"] = [{"what": part.what, "field": part.field, "score": part.score} for part in hit.explain()]
        click.echo(orjson.dumps(shown))


def _print_page(results: Results, query: str | None) -> None:
    import orjson

    click.echo(orjson.dumps(({} if query is None else {"query": query}) | results.to_dict()))


def _print_trec(results: Results, topic: str) -> None:
    for name, what in [(topic, "topic"), *((hit.id, "id") for hit in results)]:
        if len(name.split()) != 1:
            raise KhsearchError(f"a TREC run cannot hold a {what} with space in it ({name!r}); use --format json")
    for hit in results:
        score = -hit.rank if hit.loose else hit.score  # who reads a run sorts it by score
        click.echo(f"{topic} Q0 {hit.id} {hit.rank} {score:.6f} khsearch")
