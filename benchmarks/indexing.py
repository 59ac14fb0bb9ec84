"""indexing: raw text in, a committed index out: how fast, how large, with how much memory.

Every engine works in a process of its own, in turns; what is timed begins with documents in memory, as raw text, and
ends when the index is committed. It holds the words with positions and the stored documents; khsearch's holds cluster
bigrams besides. The peers' words are PyICU's, and finding them is part of their time. Afterwards each index is asked
for a word of some documents, and must find exactly those that hold it, by a look at every document.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import agreement, worker
from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus
from benchmarks.engines import KHSEARCH, WORDS_ONLY, Kind, Query, engine
from benchmarks.engines.base import LIMIT, folder_bytes
from benchmarks.gold import CLUSTER
from benchmarks.timing import Spread, quotients, spread
from khsearch.documents import json_line
from khsearch.khmer import Analyzer, breaker

CHECKED = 20
"""Documents, besides the first and the last, of each of which a word is asked for."""


@dataclass(frozen=True, slots=True)
class Indexing:
    """What one engine took to index a corpus.

    documents       how many it was given: slow engines get a sample
    cpu_s           seconds of CPU for all of them
    mb_per_cpu_s    megabytes of raw UTF-8 a second of CPU, over all threads
    mb_per_wall_s   the same by the clock
    memory_mb       peak memory beyond what the process and the documents held before, children included
    index_per_text  bytes of the folder without the stored documents, by bytes of text; None where nobody can tell
    stored_per_text bytes of the stored documents, by bytes of text
    slower          its CPU time for a megabyte, as a multiple of khsearch's in the same round
    slower_by_clock the same by the clock: where there is more than one core, they may do it side by side
    """

    documents: int
    cpu_s: float
    mb_per_cpu_s: Spread
    mb_per_wall_s: Spread
    memory_mb: float
    index_per_text: float | None
    stored_per_text: float | None
    all_per_text: float
    slower: Spread
    slower_by_clock: Spread


Verify = Callable[[str, Path, Corpus], None]
"""Asks the index of an engine in a folder for what a corpus holds; DisagreementError where the answer is wrong."""


def measure(
    corpora: Mapping[str, Corpus], rounds: int, show: Show, verify: Verify | None = None
) -> dict[str, Indexing]:
    """Index with each engine its corpus, khsearch's first; DisagreementError where an index gives wrong answers.

    `verify` finds that out, with words of some documents where nothing is given.
    """
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in corpora}
    sizes: dict[str, tuple[int, int | None]] = {}
    with tempfile.TemporaryDirectory(prefix="khsearch-bench-") as place:
        sources = _sources(corpora, Path(place))
        for number in range(rounds):
            for step, name in enumerate(list(corpora)[:: -1 if number % 2 else 1]):
                show(number * len(corpora) + step, rounds * len(corpora))
                with tempfile.TemporaryDirectory(dir=place) as folder:
                    figures[name].append(worker.run("build", name, folder, documents=sources[name]))
                    if not number:
                        (verify or verify_words)(name, Path(folder), corpora[name])
                        sizes[name] = (folder_bytes(Path(folder)), engine(name).stored_bytes(Path(folder)))
    return {name: _figures(corpora, name, figures, sizes[name]) for name in corpora}


def _sources(corpora: Mapping[str, Corpus], place: Path) -> dict[str, Path]:
    sources: dict[str, Path] = {}
    for name, corpus in corpora.items():
        sources[name] = place / f"{corpus.sha256[:16]}.jsonl"
        if not sources[name].exists():
            with sources[name].open("wb") as file:
                file.writelines(json_line(document) + b"\n" for document in corpus.documents)
    return sources


def _figures(
    corpora: Mapping[str, Corpus],
    name: str,
    figures: Mapping[str, Sequence[Mapping[str, float]]],
    sizes: tuple[int, int | None],
) -> Indexing:
    def per_mb(engine_: str, what: str) -> list[float]:
        megabytes = corpora[engine_].text_bytes / 1e6
        return [figure[what] / megabytes for figure in figures[engine_]]

    text = corpora[name].text_bytes
    total, stored = sizes
    return Indexing(
        documents=len(corpora[name].documents),
        cpu_s=median(figure["cpu_s"] for figure in figures[name]),
        mb_per_cpu_s=spread([1 / seconds for seconds in per_mb(name, "cpu_s")]),
        mb_per_wall_s=spread([1 / seconds for seconds in per_mb(name, "wall_s")]),
        memory_mb=max(figure["memory_mb"] for figure in figures[name]),
        index_per_text=None if stored is None else (total - stored) / text,
        stored_per_text=None if stored is None else stored / text,
        all_per_text=total / text,
        slower=quotients(per_mb(name, "cpu_s"), per_mb(KHSEARCH, "cpu_s")),
        slower_by_clock=quotients(per_mb(name, "wall_s"), per_mb(KHSEARCH, "wall_s")),
    )


def verify_words(name: str, folder: Path, corpus: Corpus) -> None:
    """Ask an index for words, and look at every document for them."""
    spaced = worker.spaced_by_icu()
    khmer = Analyzer(breaker())
    if name == KHSEARCH:
        held = {document.id: _own_words(khmer, document.text) for document in corpus.documents}
    else:
        held = {document.id: set(spaced(document.text).split()) for document in corpus.documents}
    titles = {document.id: document.title for document in corpus.documents}
    # Tokenizers differ in what they make of a piece in which ICU leaves Khmer and punctuation together.
    glued = "\n".join({word for words in held.values() for word in words if _is_glued(word)})

    def fits(word: str) -> bool:
        whole = len(CLUSTER.findall(word)) > 1 and not CLUSTER.sub("", word)
        return whole and _own_words(khmer, word) == {word} and spaced(word) == word and word not in glued

    # khsearch by default finds other spellings, too: what a look at every document cannot tell.
    draw = random.Random(SEED)
    ids = list(held)
    with closing(engine(WORDS_ONLY if name == KHSEARCH else name).open(folder, spaced)) as opened:
        for id in [ids[0], ids[-1], *draw.sample(ids, min(CHECKED, len(ids)))]:
            words = [word for word in sorted(held[id]) if fits(word)]
            if not words:
                continue
            query = Query(Kind.TERM, draw.choice(words))
            found = opened.ids(query)
            truth = frozenset(other for other, has in held.items() if query.text in has)
            agreement.same(query, {"a look at every document": truth, name: found})
            agreement.top_of(query, name, opened.top(query), found, titles, LIMIT)


def _is_glued(word: str) -> bool:
    return not word.isascii() and any(char < "\x80" for char in word)


def _own_words(analyzer: Analyzer, text: str) -> set[str]:
    return {token.term for token in analyzer.tokens(text)}


def rows(found: Mapping[str, Indexing]) -> list[list[str]]:
    """Rows for people."""

    def share(value: float | None) -> str:
        return "" if value is None else f"{value:.2f}"

    return [
        [
            name,
            f"{one.documents:,}",
            f"{one.mb_per_cpu_s.median:.2f}",
            f"{one.mb_per_wall_s.median:.2f}",
            str(one.slower),
            str(one.slower_by_clock),
            f"{one.memory_mb:.0f}",
            share(one.index_per_text),
            share(one.stored_per_text),
            share(one.all_per_text),
        ]
        for name, one in found.items()
    ]
