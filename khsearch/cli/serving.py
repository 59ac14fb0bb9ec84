"""serving: the command that shows an index in a browser and answers programs over HTTP."""

from __future__ import annotations

import click

from khsearch.cli.console import index_argument, note, refused, utf8

_LOCAL = ("127.0.0.1", "localhost", "::1")


@click.command()
@index_argument
@click.option("--host", default=_LOCAL[0], show_default=True, help="Address to answer at; 0.0.0.0 for all networks.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 for any that is free."
)
@click.option("--title", callback=utf8, help="Heading of the pages [the name of INDEX].")
@click.option(
    "--facets",
    metavar="FIELD,...",
    callback=utf8,
    help="Fields whose values are counted beside results; FIELD:year, :month, :day of dates [what the fields suggest].",
)
@click.option(
    "--allow-host",
    "hosts",
    metavar="NAME",
    multiple=True,
    help="A name under which browsers come here, such as search.example.org; may be given again.",
)
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False),
    metavar="ROOT",
    help="Let people open the files of documents; ROOT is the folder that ids begin at.",
)
@click.option(
    "--query-log",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write down what is asked: time, query, total; `khsearch queries FILE` reads it.",
)
def serve(
    path: str,
    host: str,
    port: int,
    title: str | None,
    facets: str | None,
    hosts: tuple[str, ...],
    files: str | None,
    query_log: str | None,
) -> None:
    """Show an index in a browser.

    A search page, and a JSON API under /api, described at /openapi.json. Only this machine can reach it unless --host
    says otherwise; it has no passwords, so who can reach it can read all documents. It shows what is committed to
    INDEX meanwhile. Ctrl-C or SIGTERM ends it.
    """
    from khsearch import Index
    from khsearch.web import LOOPBACK, create_app, serve, show_log

    index = Index.open(path)
    index.warm()
    with refused():
        app = create_app(
            index,
            title=title,
            facets=None if facets is None else [one.strip() for one in facets.split(",") if one.strip()],
            hosts=[*LOOPBACK, host, *hosts],
            files=files,
            query_log=query_log,
        )
    show_log()
    if host not in _LOCAL:
        note("whoever reaches this address can read all documents; names other than the address need --allow-host")
    serve(app, host, port, lambda address: note(f"{path} is at {address} (Ctrl-C ends it)"))
