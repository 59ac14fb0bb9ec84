"""python -m khsearch: the command line without its script."""

from khsearch.cli import main

main()
