"""tiny: very many documents of five words: what each of them costs, where no text is long enough to hide it.

A document is a line of five words as they stand in a sentence, drawn with a seed, and an author whom no other has. Each
is indexed as `indexing` does it, with PyICU's words for the peers. Then, as for `latency`, with khsearch's words for
all, queries of three words are asked, and those of one author: once for the first time in a process, and once again.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

from benchmarks import agreement, corpus, indexing, latency, worker
from benchmarks.asking import Asked
from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus
from benchmarks.engines import KHSEARCH, WORDS_ONLY, Kind, Query, engine
from benchmarks.engines.base import Spaced
from benchmarks.engines.pages import AUTHOR
from benchmarks.errors import BenchmarkError, DisagreementError
from benchmarks.indexing import Indexing
from benchmarks.latency import Latency
from benchmarks.queries import Drawer
from benchmarks.timing import Spread, quotients, spread
from benchmarks.words import IcuWords
from khsearch import Document
from khsearch.khmer import Analyzer, breaker

WORDS = 5
CHECKED = 20
"""Words that each index is asked for after indexing."""

INDEXING_COLUMNS = ["engine", "CPU \u00b5s each", "CPU, khsearch = 1", "clock", "peak MB", "index/text", "all/text"]
FILTER_COLUMNS = ["engine", "first, ms", "then, ms", "khsearch / this: first", "then"]


@dataclass(frozen=True, slots=True)
class Filtered:
    """Milliseconds of CPU for the first query of a process that is filtered by a keyword, and for the same again.

    first_ratio, then_ratio  khsearch's by this engine's, round by round
    """

    first_ms: Spread
    then_ms: Spread
    first_ratio: Spread
    then_ratio: Spread


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured, by engine: indexing, three words of which any may match, a filter."""

    indexing: Mapping[str, Indexing]
    any_of_three: Mapping[str, Latency]
    filtered: Mapping[str, Filtered]


def load(docs: Path, size: int) -> Corpus:
    """Draw so many lines of five words from the sentences of some documents."""
    breaker_, lines = IcuWords(), []
    for sentence in corpus.sentences(corpus.read(docs)):
        pieces = breaker_.pieces(sentence)
        spans = list(pairwise(accumulate(map(len, pieces), initial=0)))
        spans = [span for span, piece in zip(spans, pieces, strict=True) if any(map(str.isalnum, piece))]
        last = len(spans) - WORDS + 1
        lines += [sentence[spans[i][0] : spans[i + WORDS - 1][1]] for i in range(last)]
    if not lines:
        raise BenchmarkError("the documents hold no sentence of five words; name others with --docs")
    chosen = random.Random(SEED).choices(lines, k=size)
    documents = [
        Document(f"d{number:07}", "", line, {AUTHOR: f"author {number}"}) for number, line in enumerate(chosen)
    ]
    return corpus.make(docs.resolve().stem, documents)


def measure(whole: Corpus, peers: Sequence[str], queries: int, rounds: int, show: Show) -> Figures:
    """Index and ask; DisagreementError where a side finds something else."""
    drawer = Drawer(whole.documents, Analyzer(breaker()), SEED)
    words = {query.text for query in drawer.draw(Kind.TERM, CHECKED)}
    ours = latency.spaced_by_khsearch(whole.documents)

    def verify(name: str, folder: Path, _: Corpus) -> None:
        spaced = ours if name == KHSEARCH else worker.spaced_by_icu()
        held = _holders(whole, words, spaced)
        with closing(engine(WORDS_ONLY if name == KHSEARCH else name).open(folder, spaced)) as opened:
            for word, truth in held.items():
                query = Query(Kind.TERM, word)
                if (ids := opened.ids(query)) or truth:  # PyICU may break a word otherwise in every line that has it
                    agreement.same(query, {"a look at every document": truth, name: ids})

    indexed = indexing.measure(dict.fromkeys([KHSEARCH, *peers], whole), rounds, show, verify)
    names = [KHSEARCH, WORDS_ONLY, *peers]
    titles = {document.id: document.title for document in whole.documents}
    with tempfile.TemporaryDirectory(prefix="khsearch-bench-") as place, ExitStack() as closing_:
        folders = latency.build(whole, names, Path(place), show)
        asked = {name: closing_.enter_context(Asked(name, folder)) for name, folder in folders.items()}
        any_of_three = latency.ask_class(drawer.draw(Kind.OR, queries), asked, titles, rounds)
        del folders[WORDS_ONLY]
        first = {word: min(ids) for word, ids in _holders(whole, words, ours).items() if ids}
        filtered = _filter(folders, list(first.items())[: rounds + 1])
    return Figures(indexed, any_of_three, filtered)


def _holders(whole: Corpus, words: set[str], spaced: Spaced) -> dict[str, frozenset[str]]:
    """The documents that hold each of some words, by a look at every document."""
    found: dict[str, set[str]] = {word: set() for word in sorted(words)}
    for document in whole.documents:
        for word in words.intersection(spaced(document.text).split()):
            found[word].add(document.id)
    return {word: frozenset(ids) for word, ids in found.items()}


def _filter(folders: Mapping[str, Path], chosen: Sequence[tuple[str, str]]) -> dict[str, Filtered]:
    """Ask for a word and the author of a document that holds it, each in a new process; the first does not count."""
    runs: dict[str, list[Mapping[str, float]]] = {name: [] for name in folders}
    for number, (word, id) in enumerate(chosen):
        for name, folder in folders.items():
            told = worker.run("filter", name, str(folder), word, f"author {int(id[1:])}")
            if told["hits"] != [id]:
                raise DisagreementError(f"{word!r} of one author: {name} shows {told['hits']}, and there is {id!r}")
            if number or len(chosen) == 1:
                runs[name].append(told)
    first, then = ({name: [one[what] for one in runs[name]] for name in runs} for what in ("first_ms", "then_ms"))
    return {
        name: Filtered(
            spread(first[name]),
            spread(then[name]),
            quotients(first[KHSEARCH], first[name]),
            quotients(then[KHSEARCH], then[name]),
        )
        for name in folders
    }


def rows_of_indexing(found: Mapping[str, Indexing]) -> list[list[str]]:
    """Rows for people: what a document costs."""
    return [
        [
            name,
            f"{1e6 * one.cpu_s / one.documents:.1f}",
            str(one.slower),
            str(one.slower_by_clock),
            f"{one.memory_mb:.0f}",
            "" if one.index_per_text is None else f"{one.index_per_text:.2f}",
            f"{one.all_per_text:.2f}",
        ]
        for name, one in found.items()
    ]


def rows_of_filter(found: Mapping[str, Filtered]) -> list[list[str]]:
    """Rows for people: a query that is filtered by a keyword."""
    return [
        [name, str(one.first_ms), str(one.then_ms), str(one.first_ratio), str(one.then_ratio)]
        for name, one in found.items()
    ]
