"""tools: the command that gives an index to language models."""

from __future__ import annotations

import click

from khsearch.cli.console import index_argument


@click.command()
@index_argument
def mcp(path: str) -> None:
    """Give an index to language models, as tools.

    Started by an assistant that speaks the Model Context Protocol, as `khsearch mcp INDEX`: it can search INDEX, read
    documents and find similar ones. stdin and stdout carry the protocol; it ends when stdin is closed.
    """
    from khsearch import Index
    from khsearch.web import serve_tools

    index = Index.open(path)
    index.warm()
    serve_tools(index)
