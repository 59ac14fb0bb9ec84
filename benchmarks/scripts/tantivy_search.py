"""tantivy_search: what one would write to search with tantivy from the shell: open, ask for any word, print ten hits.

python tantivy_search.py INDEX TEXT
"""

import sys
from itertools import pairwise

import icu
import tantivy


def main(place: str, text: str) -> None:
    """Break a text with PyICU, and print id and title of the best documents."""
    breaker = icu.BreakIterator.createWordInstance(icu.Locale("km"))
    breaker.setText(text)
    words = [text[start:end] for start, end in pairwise([0, *breaker])]
    index = tantivy.Index.open(place)
    searcher = index.searcher()
    terms = [tantivy.Query.term_query(index.schema, "body", word) for word in words]
    query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
    for _, address in searcher.search(query, 10, count=False).hits:
        stored = searcher.doc(address)
        print(stored["id"][0], stored["title"][0].decode(), sep="\t")


main(*sys.argv[1:])
