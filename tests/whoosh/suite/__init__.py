"""Whoosh's own tests, run once over Whoosh's index and once over khsearch's: `python -m tests.whoosh.suite`.

source    the tests: Whoosh's source package, fetched by pip; nothing of it is kept in this project
plugin    for pytest: every index that a test makes or opens is khsearch's; what came of each test, as JSON
verdict   which tests count, and which of those pass
need_not_pass.tsv   tests that need not pass, each with the reason; the list may get shorter, not longer
"""
