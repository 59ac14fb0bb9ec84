"""model: what a lexicon is before it is packed into arrays: words, clusters and their costs. Text form in and out.

A *cost* is a whole number of milli-nats, -1000 ln p, p being the share of the word among all words. The cheapest way to
write a run as words is the likeliest. A stretch that holds no known word costs `unknown`, and for each of its clusters
the cost of the cluster, so that a stretch of clusters common in Khmer is a likelier word than one of rare clusters.

The text form is one entry a line, sorted, so that equal models are equal bytes:

    # khsearch lexicon 1
    @unknown<TAB>4000
    @rare_cluster<TAB>12411
    @words<TAB>23000                 followed by so many lines: word<TAB>cost
    @clusters<TAB>2200               followed by so many lines: cluster<TAB>cost in an unknown stretch
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from khsearch.errors import LexiconError

_FIRST_LINE = "# khsearch lexicon 1"
_HIGHEST = 1 << 20  # milli-nats; a word met once in a library costs 20,000
_COUNT = re.compile("[0-9]{1,7}")
_MARKS = "(?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17d3\u17dd])"
_CLUSTER = re.compile(f"[\u1780-\u17b3]{_MARKS}*")
_WORD = re.compile(f"(?:[\u1780-\u17b3]{_MARKS}*)+")


def is_word(text: str) -> bool:
    """Whether a str can be a word of a lexicon: Khmer clusters from end to end, each with its base."""
    return _WORD.fullmatch(text) is not None


def clusters_of(word: str) -> list[str]:
    """Clusters of a word in normal form, for which `is_word` holds."""
    return _CLUSTER.findall(word)


@dataclass(frozen=True, slots=True)
class LexiconModel:
    """Words with costs, all in normal form; costs are milli-nats, -1000 ln p, as integers.

    words         cost of every word
    clusters      cost of every cluster in an unknown stretch
    unknown       cost of beginning an unknown stretch
    rare_cluster  cost of a cluster that `clusters` lacks
    """

    words: Mapping[str, int]
    clusters: Mapping[str, int]
    unknown: int
    rare_cluster: int


def is_model(line: bytes) -> bool:
    """Whether a file that begins with this line, or part of it, is the text form of a lexicon."""
    return line.startswith(_FIRST_LINE[:19].encode())


def write_model(model: LexiconModel, path: Path) -> None:
    """Write the text form."""
    path.write_text("\n".join(_lines(model)) + "\n", encoding="utf-8", newline="\n")


def _lines(model: LexiconModel) -> Iterator[str]:
    yield _FIRST_LINE
    yield f"@unknown\t{model.unknown}"
    yield f"@rare_cluster\t{model.rare_cluster}"
    for name, costs in (("words", model.words), ("clusters", model.clusters)):
        yield f"@{name}\t{len(costs)}"
        for entry in sorted(costs):
            yield f"{entry}\t{costs[entry]}"


def read_model(path: Path) -> LexiconModel:
    """Read the text form; LexiconError names the file and the line of whatever is wrong in it."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read ({error.strerror}); give the path of a lexicon") from None
    except UnicodeDecodeError:
        raise LexiconError(f"{path}: not UTF-8; learn the lexicon anew") from None
    if lines[0] != _FIRST_LINE:
        raise LexiconError(f"{path}, line 1: not a lexicon of this version; learn it anew")
    unknown: dict[str, int] = {}
    tables: dict[str, dict[str, int]] = {"@words": {}, "@clusters": {}}
    due: dict[str, int] = {}
    table: dict[str, int] | None = None
    for number, line in enumerate(lines[1:], start=2):
        if not line and number == len(lines):
            break
        entry, _, figure = line.partition("\t")
        if not _COUNT.fullmatch(figure) or int(figure) >= _HIGHEST:
            raise LexiconError(f"{path}, line {number}: expected a word, a tab and a cost; learn the lexicon anew")
        if entry in tables:
            table, due[entry] = tables[entry], int(figure)
        elif entry.startswith("@"):
            unknown[entry] = int(figure)
        elif table is None or entry in table or not is_word(entry):
            raise LexiconError(f"{path}, line {number}: {entry!r} cannot stand here; learn the lexicon anew")
        else:
            table[entry] = int(figure)
    names = ("@unknown", "@rare_cluster")
    if set(unknown) != set(names) or {name: len(found) for name, found in tables.items()} != due:
        raise LexiconError(f"{path}: not whole; learn the lexicon anew")
    return LexiconModel(tables["@words"], tables["@clusters"], *(unknown[name] for name in names))
