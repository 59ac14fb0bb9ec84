"""query: what a person types in, a plan for the index out.

clauses     what a query says, as values
language    the text of a query -> clauses
values      numbers, dates, truth values and keywords, as people write them
own_fields  clauses on an index's own fields -> nodes
foreign     terms in scripts other than Khmer and ASCII that are near a word
patterns    a pattern -> the terms that it stands for
tolerance   other readings of what was typed
plan        clauses -> nodes for the index, and the terms that snippets mark
similar     a text -> a plan for texts like it
"""

from khsearch.query.clauses import Match
from khsearch.query.plan import Plan, Planner
from khsearch.query.similar import like

__all__ = ["Match", "Plan", "Planner", "like"]
