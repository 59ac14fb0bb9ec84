"""learning: counts in, a lexicon of atoms out: the finest words, with costs by which the cheapest path finds them.

A person who searches for half of a compound wants the texts that hold the whole, and the halves must break alike alone
and inside it. So the lexicon holds no compound whose parts are words themselves: where an index needs the compound, its
parts side by side say as much. How the atoms are found:

1. The *share* of a word (in millionths of all words) joins a background (word lists with frequencies, or the lexicon
   that is extended) with what the teacher counted; the background weighs as much as `background_words` words of text.
2. The *wordhood* of a string is the part of its occurrences in which the teacher makes it a word.
3. A word may be a part of others when it is frequent enough and has some wordhood, or is one half of several two-way
   divisions of background words, or stands in the lexicon that is extended.
4. A word is dropped when its cheapest division into parts costs less than the word itself and some allowance. Its share
   goes to the parts.
5. The keep-list overrules 3 and 4 where frequencies cannot tell; its own rule stands at its top.

The same input gives the same lexicon, to the byte: whatever has no order of its own is sorted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.learning.counting import Counts, Progress, count, count_runs
from khsearch.khmer.learning.keeplist import KeepList, default_keep_list
from khsearch.khmer.words.breakers import Breaker, breaker
from khsearch.khmer.words.model import LexiconModel, clusters_of

MILLION = 1e6


@frozen
class Recipe:
    """Numbers of the recipe, chosen on hand-broken text. Shares are in millionths, costs in milli-nats."""

    background_words: float = 1_500_000  # words of text that the background weighs as much as
    part_share: float = 2.0  # share from which a word may be a part
    part_wordhood: float = 0.02  # wordhood from which a word may be a part
    cluster_share: float = 32.0  # the same for words of one cluster, which stand inside many others by chance
    cluster_wordhood: float = 0.05
    common_cluster_share: float = 500.0  # share in the background from which one cluster can be half of a division
    productive: int = 5  # divisions of background words of which a word is half, from which it may be a part
    least_occurrences: int = 5  # occurrences from which wordhood means something
    part_floor: float = 80.0  # a part costs no more than a word of this share
    allowance: float = 10_500  # what a division into two may cost more than the word
    further: float = 6_000  # and more for every part after the second
    doubted_allowance: float = 8_000  # and more where wordhood is below `doubted`
    doubted: float = 0.4
    kept_by: int = 1_000  # what a word of the keep-list costs less than its parts, at least
    least_share: float = 0.035  # share of a word that is known but was not met
    least_count: int = 2  # times that a word or cluster outside the background must be met
    least_wordhood: float = 0.1  # wordhood that a word outside a background must have: the rest are slips
    unknown: int = 4_000  # cost of beginning an unknown stretch
    unknown_cluster: int = 2_200  # cost of a cluster in it, to which comes
    unknown_scale: float = 0.7  # so much of -1000 ln of the cluster's share


def learn(
    texts: Iterable[str],
    *,
    frequencies: Mapping[str, float] | None = None,
    keep: KeepList | None = None,
    base: LexiconModel | None = None,
    teacher: Breaker | None = None,
    recipe: Recipe | None = None,
    progress: Progress | None = None,
) -> LexiconModel:
    """Learn a lexicon from raw text.

    frequencies   words in normal form with counts (`read_frequencies`)
    keep          the keep-list; None for the one that ships
    base          a lexicon to extend: all of its words stay, the texts add theirs
    teacher       finds the words in the texts; None for the breaker of khmer-nltk's conditional random field
    progress      told of the runs that the teacher has broken and of all there are

    LexiconError where there is nothing to learn from.
    """
    recipe = recipe or Recipe()
    keep = keep or default_keep_list()
    background = _background(frequencies, base)
    runs = count_runs(texts)
    if not runs and not background:
        raise LexiconError("no Khmer in these texts; give texts, a word list or a lexicon to extend")
    counts = count(runs, teacher or breaker("crf"), more=background, progress=progress)
    words = _atoms(counts, background, keep, base.words if base else {}, recipe)
    clusters = _cluster_costs(counts.clusters, base.clusters if base else {}, recipe)
    # What is not listed is taken to be rarer than the rarest cluster that is, by a factor of e.
    rare = max(clusters.values(), default=10_000) + round(1000 * recipe.unknown_scale)
    return LexiconModel(words, clusters, recipe.unknown, base.rare_cluster if base else rare)


def _background(frequencies: Mapping[str, float] | None, base: LexiconModel | None) -> dict[str, float]:
    """Shares of the words that were known before, in millionths; a word list and a lexicon weigh the same."""
    lists: list[Mapping[str, float]] = []
    if frequencies:
        lists.append(frequencies)
    if base:
        lists.append({word: math.exp(-cost / 1000) for word, cost in base.words.items()})
    shares: dict[str, float] = {}
    for known in lists:
        scale = MILLION / (sum(known.values()) or 1) / len(lists)
        for word, figure in known.items():
            shares[word] = shares.get(word, 0.0) + figure * scale
    return shares


def _atoms(
    counts: Counts, background: Mapping[str, float], keep: KeepList, base: Collection[str], recipe: Recipe
) -> dict[str, int]:
    """Words of the lexicon with their costs."""
    wordhood = {
        word: min(1.0, counts.words[word] / times)
        for word, times in counts.strings.items()
        if times >= recipe.least_occurrences
    }
    shares = _joined(counts, background, wordhood, recipe)
    for word in sorted(keep.words | set(keep.divided)):
        shares.setdefault(word, 0.0)
    shares = {word: max(shares[word], recipe.least_share) for word in sorted(shares)}
    part_costs = _part_costs(shares, wordhood, background, keep, base, recipe)
    stay = keep.words | (set(base) - set(keep.divided))
    divisions: dict[str, tuple[str, ...]] = {word: tuple(parts) for word, parts in keep.divided.items()}
    for word, share in shares.items():
        if word in stay or word in divisions:
            continue
        allowance = recipe.allowance
        if wordhood.get(word, 1.0) < recipe.doubted:
            allowance += recipe.doubted_allowance
        parts = cheapest_division(clusters_of(word), part_costs, below=_cost(share) + allowance, further=recipe.further)
        if parts:
            divisions[word] = parts
    atoms = {word: share for word, share in shares.items() if word not in divisions}
    for word in sorted(divisions):
        for atom in _finest(word, divisions):
            atoms[atom] += shares[word]
    total = sum(atoms.values())
    costs = {word: round(_cost(share * MILLION / total)) for word, share in atoms.items()}
    for word in sorted(keep.whole, key=lambda word: (len(word), word)):  # a kept word may be part of a longer one
        parts = cheapest_division(clusters_of(word), costs)
        if parts:
            costs[word] = max(0, min(costs[word], sum(costs[part] for part in parts) - recipe.kept_by))
    return costs


def _joined(
    counts: Counts, background: Mapping[str, float], wordhood: Mapping[str, float], recipe: Recipe
) -> dict[str, float]:
    """Shares of background and teacher together, in millionths; without what the teacher alone knows and doubts."""
    met = sum(counts.words.values())
    weight = recipe.background_words if background else 0.0
    least_wordhood = recipe.least_wordhood if background else 0.0
    shares = {word: share * weight / (weight + met) for word, share in background.items()}
    for word, times in counts.words.items():
        sure = times >= recipe.least_count and wordhood.get(word, 1.0) >= least_wordhood
        if word in background or sure:
            shares[word] = shares.get(word, 0.0) + times * MILLION / (weight + met)
    return shares


def _part_costs(
    shares: Mapping[str, float],
    wordhood: Mapping[str, float],
    background: Mapping[str, float],
    keep: KeepList,
    base: Collection[str],
    recipe: Recipe,
) -> dict[str, float]:
    """Words that others may be divided into, with what they cost there, in milli-nats."""
    productive = _productive(background or shares, recipe)
    listed = keep.whole | keep.elements
    costs = {}
    for word, share in shares.items():
        one = len(clusters_of(word)) == 1
        frequent = share >= (recipe.cluster_share if one else recipe.part_share)
        free = (
            word in base
            or wordhood.get(word, 1.0) >= (recipe.cluster_wordhood if one else recipe.part_wordhood)
            or (not one and productive[word] >= recipe.productive)
        )
        if word in listed or (frequent and free):
            costs[word] = _cost(max(share, recipe.part_floor))
    return costs


def _productive(known: Mapping[str, float], recipe: Recipe) -> Counter[str]:
    """Count the two-way divisions of known words into known words in which each is a half."""
    halves: Counter[str] = Counter()
    for word in known:
        pieces = clusters_of(word)
        for cut in range(1, len(pieces) if len(pieces) > 2 else 0):
            left, right = "".join(pieces[:cut]), "".join(pieces[cut:])
            if left not in known or right not in known:
                continue
            single = left if cut == 1 else right if cut == len(pieces) - 1 else None
            if single is None or known[single] > recipe.common_cluster_share:
                halves[left] += 1
                halves[right] += 1
    return halves


def cheapest_division(
    pieces: list[str], part_costs: Mapping[str, float], *, below: float = math.inf, further: float = 0.0
) -> tuple[str, ...] | None:
    """Cheapest way to write clusters as two parts or more, or None where none costs less than `below`.

    Every part after the second is `further` cheaper: a phrase of five words is not to be kept for its length.
    """
    length = len(pieces)
    best = [2 * further] + [math.inf] * length
    come_from = [0] * (length + 1)
    for start in range(length):
        part = ""
        for end in range(start + 1, length + 1):
            part += pieces[end - 1]
            cost = part_costs.get(part) if end - start < length else None
            if cost is not None and best[start] + cost - further < best[end]:
                best[end] = best[start] + cost - further
                come_from[end] = start
    if best[-1] >= below:
        return None
    parts = []
    end = length
    while end:
        parts.append("".join(pieces[come_from[end] : end]))
        end = come_from[end]
    return tuple(reversed(parts))


def _finest(word: str, divisions: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Atoms of a word: its parts, and the parts of those of them that were divided in turn."""
    if word not in divisions:
        return [word]
    return [atom for part in divisions[word] for atom in _finest(part, divisions)]


def _cluster_costs(clusters: Counter[str], base: Mapping[str, int], recipe: Recipe) -> dict[str, int]:
    """Costs of clusters in unknown stretches, from the lexicon that is extended and from those met."""
    met = sum(clusters.values())
    # A word has two clusters or so.
    weight = 2 * recipe.background_words if base else 0.0
    nat = 1000 * recipe.unknown_scale
    known = {cluster: math.exp((recipe.unknown_cluster - cost) / nat) for cluster, cost in base.items()}
    scale = weight / sum(known.values()) if base else 0.0
    totals = {cluster: figure * scale for cluster, figure in known.items()}
    for cluster, times in clusters.items():
        if cluster in known or times >= recipe.least_count:
            totals[cluster] = totals.get(cluster, 0.0) + times
    everything = weight + met
    return {
        cluster: round(recipe.unknown_cluster - nat * math.log(totals[cluster] / everything))
        for cluster in sorted(totals)
    }


def _cost(share: float) -> float:
    """Cost of a share in millionths: -1000 ln p."""
    return -1000 * math.log(share / MILLION)
