"""query: what a person types in, a plan for the index out.

language    the text of a query -> clauses
values      numbers, dates and truth values, as people write them
own_fields  clauses on an index's own fields -> nodes
tolerance   other readings of what was typed
plan        clauses -> nodes for the index, and the terms that snippets mark
similar     a text -> a plan for texts like it
"""

from khsearch.query.language import Match
from khsearch.query.plan import Plan, Planner
from khsearch.query.similar import like

__all__ = ["Match", "Plan", "Planner", "like"]
