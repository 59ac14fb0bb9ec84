"""cli: the command `khsearch`. Results go to stdout, what people want to know besides goes to stderr.

    app         the command and how it ends: exit status, one line an error, closed pipes, Ctrl-C
    console     what is common to the commands: notes, progress bars, options
    indexing    index, delete, rebuild, optimize, stats, verify, export
    searching   search, complete, similar
    breaking    words, lexicon learn

Exit status: 0 found or done, 1 nothing found, 2 error, 130 interrupted.
"""

from khsearch.cli.app import app, main
from khsearch.cli.breaking import lexicon, words
from khsearch.cli.indexing import delete, export, index, optimize, rebuild, stats, verify
from khsearch.cli.searching import complete, search, similar

__all__ = ["app", "main"]

for _command in (index, search, complete, similar, words, stats, delete, rebuild, optimize, verify, export, lexicon):
    app.add_command(_command)
