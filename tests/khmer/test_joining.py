"""The joiner of the lattice, and the table of pairs that it asks."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from itertools import accumulate, pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import LexiconError
from khsearch.arrays import spans
from khsearch.documents import read_path
from khsearch.khmer import normalize_all
from khsearch.khmer.learning.joinlist import Decisions, default_join_list, read_join_list
from khsearch.khmer.learning.pairs import PairCounts, compiled, count_pairs
from khsearch.khmer.text.clusters import Clusters, units
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.text.script import encode_term
from khsearch.khmer.words.breakers import breaker
from khsearch.khmer.words.by_lexicon import LatticeBreaker
from khsearch.khmer.words.crf_scores import run_scores
from khsearch.khmer.words.crf_table import default_table
from khsearch.khmer.words.joining import AtomJoiner
from khsearch.khmer.words.pair_table import (
    JOINED,
    PARTED,
    UNKNOWN,
    PairTable,
    all_hashes,
    all_pairs,
    default_pairs,
    hash_of,
    keys_of,
    pair_of,
    parse,
)
from khsearch.khmer.words.sources import load
from tests.strategies import khmer_runs, random_text, texts

SHARED = Path(__file__).parents[3] / "shared" / "data" / "text"
LATTICE = breaker()
JOINER = AtomJoiner(LATTICE.lexicon)
DATA = Path(__file__).parents[2] / "khsearch" / "khmer" / "data"


def runs_of(text: str) -> list[list[bytes]]:
    """The runs of Khmer of a text, as their clusters."""
    codes = normalize(text).codes
    found, _ = units(codes)
    clusters, _ = found.clusters()
    runs: list[list[bytes]] = []
    for start, end, leads in zip(clusters.starts, clusters.ends, clusters.leads, strict=True):
        if leads:
            runs.append([])
        runs[-1].append(codes[start:end])
    return runs


def batch_of(text: str | list[str]) -> tuple[bytes, Clusters]:
    codes = normalize_all([text] if isinstance(text, str) else text).codes
    return codes, units(codes)[0].clusters()[0]


def joined_alone(text: str) -> list[bool]:
    """For every cluster of a text whether a word begins there, each run joined by itself."""
    begins: list[bool] = []
    for run in runs_of(text):
        counts = LATTICE.break_run(run)
        sizes = JOINER.join_run(run, counts)
        assert sum(sizes) == len(counts)
        assert min(sizes) > 0
        edges = [0, *accumulate(counts)]
        firsts = {edges[number] for number in accumulate([0, *sizes[:-1]])}
        begins += [at in firsts for at in range(len(run))]
    return begins


def check_one_road(text: str) -> None:
    codes, clusters = batch_of(text)
    atoms = LATTICE.break_all(codes, clusters)
    found = JOINER.join_all(codes, clusters, atoms)
    assert found.tolist() == joined_alone(text)
    assert not (found & ~atoms).any()
    assert found[clusters.leads].all()


@given(texts)
def test_a_run_joins_alike_alone_and_in_a_batch(text: str) -> None:
    check_one_road(text)


def test_texts_of_people_and_of_chance() -> None:
    source = random.Random(16)
    for document in read_path(Path(__file__).parents[2] / "sample_docs"):
        check_one_road(document.text)
    for _ in range(500):
        check_one_road(random_text(source, 40))


def worth(labels: Sequence[int], clusters: Sequence[bytes], counts: Sequence[int]) -> int:
    """Twice the score of the words that begin with some atoms: of votes, field and transitions."""
    edges = [0, *accumulate(counts)][:-1]
    field, votes = run_scores(default_table(), clusters), default_pairs().run_votes(clusters, counts)
    at = dict(zip(edges, labels, strict=True))
    moves = pairwise(at.get(place, 0) for place in range(len(clusters)))
    transitions = default_table().transitions
    total = sum(2 * transitions[one][two] for one, two in moves)
    return total + sum(
        field[at] + 128 * vote for at, vote, label in zip(edges[1:], votes, labels[1:], strict=True) if label
    )


@given(khmer_runs)
def test_the_best_of_all_ways_to_join_is_taken(run: str) -> None:
    for clusters in runs_of(run):
        counts = LATTICE.break_run(clusters)
        if len(counts) < 9:
            firsts = {0, *accumulate(JOINER.join_run(clusters, counts))}
            found = worth([int(number in firsts) for number in range(len(counts))], clusters, counts)
            ways = product((0, 1), repeat=len(counts) - 1)
            assert found == max(worth((1, *way), clusters, counts) for way in ways)


def test_words_of_people() -> None:
    def words(text: str) -> list[int]:
        (run,) = runs_of(text)
        return JOINER.join_run(run, LATTICE.break_run(run))

    assert words("ពិការភាព") == [2]
    assert words("ជនពិការភាព")[-1] == 2
    assert words("កិច្ចគាំពារ") == [2]
    assert words("សមាជិកសភា") == [2]
    assert words("បន្ទាយមានជ័យ") == [3]
    assert words("ភ្នំពេញ") == [2]
    assert words("ក្រុមហ៊ុន") == [2]


def test_every_decision_is_about_atoms_and_is_kept() -> None:
    decisions = default_join_list()
    assert len(decisions.joined) > 50
    for atoms in [*decisions.joined, *decisions.parted]:
        if all(atoms):
            clusters = [cluster for atom in atoms for cluster in atom]
            counts = LATTICE.break_run(clusters)
            assert counts == [len(atom) for atom in atoms]
            assert len(JOINER.join_run(clusters, counts)) == (1 if atoms in decisions.joined else 2)
        else:
            (atom,) = filter(None, atoms)
            assert LATTICE.break_run(atom) == [len(atom)]


def test_another_lexicon_joins_by_the_same_table() -> None:
    lexicon = load({"ក្រខ្ញឹក": None})
    assert lexicon is not None
    own, joiner = LatticeBreaker(lexicon), AtomJoiner(lexicon)
    codes, clusters = batch_of("ពិការភាពក្រខ្ញឹកភ្នំពេញ ឃ្ឍ្ឋ\u17d2ផាក្រុមហ៊ុន")
    begins = own.break_all(codes, clusters)
    assert joiner.join_all(codes, clusters, begins).sum() < begins.sum()


ATOMS = st.lists(st.sampled_from([b"\x80", b"\x81", b"\x82\xb6", b"\x80\xd2\x9a\xbe\x83"]), min_size=1, max_size=3)


@given(st.lists(ATOMS, min_size=1, max_size=9))
def test_hashes_of_one_and_of_all(atoms: list[list[bytes]]) -> None:
    clusters = [cluster for atom in atoms for cluster in atom]
    firsts = np.array([0, *accumulate(map(len, atoms))][:-1])
    ends = np.cumsum([len(cluster) for cluster in clusters])
    starts = np.append(0, ends[:-1])
    keys = keys_of(spans.load_part(spans.eights(b"".join(clusters)), starts, ends - starts))
    hashes = all_hashes(keys, firsts)
    assert hashes.tolist() == [hash_of(atom) for atom in atoms]
    assert all_pairs(hashes).tolist() == [pair_of(hash_of(a), hash_of(b)) for a, b in pairwise(atoms)]


def table_of(pairs: dict[tuple[str, str], tuple[int, int]], decisions: Decisions) -> PairTable:
    """A table of counts by hand: pair -> times side by side, times parted."""
    hashes = {pair: [hash_of([encode_term(atom)]) for atom in pair] for pair in pairs}
    rows = sorted((pair_of(*hashes[pair]), *hashes[pair], *counts) for pair, counts in pairs.items())
    kinds = [np.uint64, np.uint32, np.uint32, np.int64, np.int64]
    counts = PairCounts(*(np.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)))
    return parse(compiled(counts, decisions))


def test_votes_are_counts_or_decisions(tmp_path: Path) -> None:
    path = tmp_path / "joins.txt"
    path.write_text("ក+ខ+គ  # a word of three\nគ|ឃ\n\n*+ង\nច|*\nច+ង\n", encoding="utf-8")
    counted = {("ក", "ខ"): (10, 5), ("ខ", "គ"): (100, 99), ("ក", "ង"): (9, 9), ("ច", "ឆ"): (3, 0), ("ឆ", "ច"): (3, 3)}
    table = table_of(counted, read_join_list(path))

    def votes(run: str) -> list[int]:
        clusters = [encode_term(cluster) for cluster in run]
        alone = table.run_votes(clusters, [1] * len(clusters))
        starts = np.arange(len(clusters))
        keys = keys_of(spans.load_part(spans.eights(b"".join(clusters)), starts, np.ones(len(run), np.int64)))
        assert table.all_votes(keys, starts, starts == 0).tolist() == [0, *alone]
        return alone

    assert votes("កខ") == [0]
    assert votes("ខគ") == [36]  # 8 ln(99.1 / 1.1)
    assert votes("កខគ") == [JOINED, JOINED]
    assert votes("កខគឃ") == [JOINED, JOINED, PARTED]
    assert votes("កង") == [JOINED]
    assert votes("ចឆ") == [PARTED]
    assert votes("ចង") == [JOINED]
    assert votes("ឆច") == [UNKNOWN]
    assert votes("ឡអ") == [UNKNOWN]
    assert votes("កខកខគ") == [0, UNKNOWN, JOINED, JOINED]


@pytest.mark.parametrize("line", ["ក", "ក+ខ|គ", "ក|ខ|គ", "*+*", "ក+x", "+ក", "ក+*+ខ", "ក+ខ\nក+ខ", "ក+ខ\nក|ខ"])
def test_what_is_no_decision_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "joins.txt"
    path.write_text(f"# rules\n{line}\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=rf"joins.txt, line {2 + line.count(chr(10))}: "):
        read_join_list(path)


@pytest.mark.parametrize(("content", "says"), [(None, "cannot be read"), (b"\xff", "not UTF-8")])
def test_a_list_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "joins.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LexiconError, match=f"joins.txt: {says}"):
        read_join_list(path)


def test_the_table_that_ships_is_whole() -> None:
    data = (DATA / "pairs.khp").read_bytes()
    magic, head, body = data.split(b"\n", 2)
    assert json.loads(head)["sha256"] == hashlib.sha256(body).hexdigest()
    table = parse(data)
    assert table.tags[-1] == 0
    assert sum(map(bool, table.tags)) > 7_000
    with pytest.raises(ValueError, match="not a table of pairs"):
        parse(magic)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="needs the raw texts that the table was counted in")
def test_the_table_that_ships_is_what_its_texts_give() -> None:
    names = ("accident", "news", "ntrex", "oscar", "tico", "wiki")
    lines = (line for name in names for line in (SHARED / f"{name}.txt").read_text(encoding="utf-8").splitlines())
    counts = count_pairs(lines, LATTICE, breaker("crf"))
    assert compiled(counts, default_join_list()) == (DATA / "pairs.khp").read_bytes()
