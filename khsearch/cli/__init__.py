"""cli: the command `khsearch`. Results go to stdout, what people want to know besides goes to stderr.

    console      what is common to the commands: notes, progress bars, options
    breaking     words
    learning     lexicon learn
    reporting    what a run over files tells
    creating     the index that a command fills: opened, or created
    indexing     index
    migrating    import-whoosh
    maintaining  stats, delete, rebuild, optimize, verify, export
    searching    search, complete, similar
    serving      serve
    asked        queries
    tools        mcp
    shipped      samples, bench
    completing   completion
    commands     the names of all commands, each loaded when it is run
    app          the command and how it ends: exit status, one line an error, closed pipes, Ctrl-C

A room loads what its commands compute with when they run: help and completion need no more than click.

Exit status: 0 found or done, 1 nothing found, 2 error, 130 interrupted.
"""

from khsearch.cli.app import app as app
from khsearch.cli.app import main as main

__all__ = ["app", "main"]
