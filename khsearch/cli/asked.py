"""asked: the command that tells what is asked of a site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from khsearch.cli.console import note, plain, stdin

if TYPE_CHECKING:
    from datetime import datetime

    from khsearch.web import AskedQuery


@click.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most queries to show.")
@click.option("--since", metavar="DATE", help="Leave out what was asked before, in UTC: 2026, 2026-03 or 2026-03-01.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def queries(files: tuple[str, ...], limit: int, since: str | None, format: str) -> int:
    """Tell what is asked most, and what finds nothing.

    FILE is what `khsearch serve --query-log FILE` wrote; - is stdin, and what gzip made smaller is read as well.
    Queries that differ in the order of a cluster's marks, in digits, letter case or spaces are one, shown as it is
    written most often: with how often it was asked, and how many documents it found the last time. What stood nowhere
    as it was typed is in the second table, too, with what it was read as.

    json is one object: searches, queries, and of each table, most and nothing, a list of objects with query, times,
    total, corrected.
    """
    from khsearch.web import Asked

    asked = Asked() if since is None else Asked(_first_moment(since))
    for name in files:
        if name == "-":
            asked.read(stdin(), "stdin")
        else:
            with Path(name).open("rb") as file:
                asked.read(file, name)
    found = asked.queries()
    missing = [one for one in found if one.is_missing][:limit]
    if asked.bad:
        note(f"{asked.bad:,} lines passed over, which are none of a query log")
    note(f"{asked.searches:,} searches, {len(found):,} different queries")
    if format == "json":
        _print_json(asked.searches, len(found), found[:limit], missing)
    elif found:
        _print_table("asked most", found[:limit])
        if missing:
            click.echo()
            _print_table("found nothing as typed", missing)
    return int(not found)


def _first_moment(given: str) -> datetime:
    from khsearch.documents import values

    try:
        return values.days(given)[0]
    except ValueError as problem:
        raise click.UsageError(f"--since: {problem}") from None


def _print_table(heading: str, rows: Sequence[AskedQuery]) -> None:
    click.secho(f"{'times':>9} {'found':>9}  {heading}", bold=True)
    for one in rows:
        how = "" if one.corrected is None else f"  as {plain(one.corrected)}"
        read_as = click.style("  nearly" if one.nearly else how, dim=True) if how or one.nearly else ""
        click.echo(f"{one.times:>9,} {one.total:>9,}  {plain(one.query)}{read_as}")


def _print_json(searches: int, queries: int, most: Sequence[AskedQuery], nothing: Sequence[AskedQuery]) -> None:
    import orjson

    tables = {
        name: [
            {
                "query": one.query,
                "times": one.times,
                "total": one.total,
                "corrected": one.corrected,
                "nearly": one.nearly,
            }
            for one in table
        ]
        for name, table in (("most", most), ("nothing", nothing))
    }
    click.echo(orjson.dumps({"searches": searches, "queries": queries, **tables}))
