"""query: what a person types in, a plan for the engine out.

clauses quoting      what a query says, as values; a value -> the text that says it, and back
query_tokens         the text of a query -> its tokens
language             the text of a query -> clauses
own_fields           what is asked of an index's own fields -> nodes
elsewhere            filters as other engines' languages have them, refused
foreign              terms in scripts other than Khmer and ASCII that are near a word
patterns             a pattern -> the terms that it stands for
frequencies          how many documents have a word
stages               the best documents, judged again
dense                the same, by vectors that somebody's model makes
ranking              what makes one document better than another, as numbers
holding known        the terms that hold a word; the spellings that parts of an index have
tiers                what is known of the parts of an index, the largest first
candidates           the spellings of a commit that are near a word
meant                a row of words -> what was probably meant
plans                what a query comes to, as values
chunks texts         what is typed between spaces -> the ways in which it may stand in a document; a query's texts
foreseeing           what a plan will ask, for a view that is far away
common_words         the words of an index, the most frequent first
word_tables          words and pairs of words of parts of an index
continuations        words and pairs of words of an index, by their beginnings
expansion            other readings of what was typed
inside standing      where chunks stand, also inside longer words
completion           what a person is typing -> how it may go on
correcting           a chunk, a text -> what was probably meant, as far as it stands; did you mean
literal dividing     what is asked for word for word -> nodes; words typed without spaces -> their parts
matching             clauses -> the set of documents that count as found
ranked               clauses -> what ranks, and what snippets mark
filters              what hits must match, as data -> a node
compiled stepwise    plans of plain queries, made by the compiled core in one call; of any query, made step by step
plan                 a query -> a plan
similar              a document -> a plan for others like it
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.query.clauses import MATCHES as MATCHES
    from khsearch.query.clauses import Filter as Filter
    from khsearch.query.clauses import Match as Match
    from khsearch.query.common_words import common_words as common_words
    from khsearch.query.completion import complete as complete
    from khsearch.query.correcting import Correction as Correction
    from khsearch.query.correcting import corrected as corrected
    from khsearch.query.correcting import corrections as corrections
    from khsearch.query.correcting import suggestion as suggestion
    from khsearch.query.dense import Embed as Embed
    from khsearch.query.dense import dense_stage as dense_stage
    from khsearch.query.language import LONGEST as LONGEST
    from khsearch.query.plan import Planner as Planner
    from khsearch.query.plans import SHARE as SHARE
    from khsearch.query.plans import Found as Found
    from khsearch.query.plans import Marks as Marks
    from khsearch.query.plans import Plan as Plan
    from khsearch.query.quoting import quote as quote
    from khsearch.query.ranking import DEFAULT as DEFAULT
    from khsearch.query.ranking import Ranking as Ranking
    from khsearch.query.similar import like as like
    from khsearch.query.stages import DEPTH as DEPTH
    from khsearch.query.stages import Candidate as Candidate
    from khsearch.query.stages import Judged as Judged
    from khsearch.query.stages import Stage as Stage
    from khsearch.query.stages import rescored as rescored
    from khsearch.query.standing import Standing as Standing
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "clauses": ("MATCHES", "Filter", "Match"),
            "dense": ("Embed", "dense_stage"),
            "language": ("LONGEST",),
            "quoting": ("quote",),
            "correcting": ("Correction", "corrected", "corrections", "suggestion"),
            "plan": ("Planner",),
            "plans": ("SHARE", "Found", "Marks", "Plan"),
            "similar": ("like",),
            "ranking": ("DEFAULT", "Ranking"),
            "stages": ("DEPTH", "Candidate", "Judged", "Stage", "rescored"),
            "standing": ("Standing",),
            "common_words": ("common_words",),
            "completion": ("complete",),
        },
    )
