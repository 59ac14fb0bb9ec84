"""The compiled core answers as numpy does, and whatever a file holds, it neither crashes nor hangs."""

from __future__ import annotations

import random
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import native
from khsearch.columnar.files.blockfile import BlockFile, BlockFileWriter
from khsearch.columnar.files.disk import Disk
from khsearch.columnar.search.compiled import CompiledSearcher
from khsearch.columnar.search.searcher import Searcher
from khsearch.engine import BM25, FieldScale, Proximity, SortKey, nodes
from tests.columnar.corpora import add, create, histories, play, words
from tests.columnar.test_scoring import queries_of_nodes
from tests.extent import examples

pytestmark = pytest.mark.skipif(native.core is None, reason=f"the compiled core is {native.STATE}")

scales = st.builds(
    FieldScale,
    k1=st.sampled_from([0.0, 0.7, 1.2]),
    b=st.sampled_from([0.0, 0.75, 1.0]),
    weight=st.sampled_from([0.0, 0.6, 1.0]),
    sharpness=st.sampled_from([0.0, 0.5]),
    rarity_in=st.sampled_from(["", "words"]),
)
weightings = st.builds(lambda default, bigrams: BM25(default, {"bigrams": bigrams}), scales, scales)


@examples(200)
@given(histories, st.lists(queries_of_nodes, min_size=1, max_size=4), weightings, st.integers(0, 9))
def test_both_roads_answer_alike(history, queries, weighting, count):
    with tempfile.TemporaryDirectory() as folder:
        index = create(folder)
        play(index, history)
        core = index.searcher()
        assert isinstance(core, CompiledSearcher)
        plain = Searcher(core.commit)
        every = list(range(core.commit.doc_count_all))
        live = core.documents.all_live().tolist()
        for node in queries:
            ours, theirs = (one.matching(node, weighting=weighting) for one in (core, plain))
            assert ours.docs.tolist() == theirs.docs.tolist()
            assert ours.scores.tolist() == pytest.approx(theirs.scores.tolist(), rel=1e-6)
            assert core.count(node) == plain.count(node) == core.settled(node)[1]
            assert core.among(live[::-1], node) == plain.among(live[::-1], node)
            ours, theirs = (one.search(node, count, weighting=weighting, count=True) for one in (core, plain))
            assert ours.docnums.tolist() == theirs.docnums.tolist()
            assert ours.scores.tolist() == pytest.approx(theirs.scores.tolist(), rel=1e-6)
            assert ours.total == theirs.total
            by_length = [SortKey("length", reverse=True)]
            ours, theirs = (one.search(node, count, weighting=weighting, sort=by_length) for one in (core, plain))
            assert ours.docnums.tolist() == theirs.docnums.tolist()
            assert ours.scores.tolist() == pytest.approx(theirs.scores.tolist(), rel=1e-6)
            settled = core.settled(node, weighting=weighting)[0]
            both = nodes.AndMaybe(nodes.Constant(settled, 0.0), nodes.Or(tuple(queries)))
            ours, theirs = (one.search(both, count, weighting=weighting) for one in (core, plain))
            assert ours.docnums.tolist() == theirs.docnums.tolist()
        assert core.dfs([("words", b"a"), ("none", b"a")]) == plain.dfs([("words", b"a"), ("none", b"a")])
        assert len(every) >= len(live)


@examples(100)
@given(histories, st.lists(st.tuples(words, words), min_size=1, max_size=5).map(tuple), st.integers(1, 5), scales)
def test_both_roads_see_terms_near_each_other(history, pairs, slop, scale):
    with tempfile.TemporaryDirectory() as folder:
        index = create(folder)
        play(index, history)
        core = index.searcher()
        docs = core.documents.all_live().tolist()[::-1]
        wanted = Proximity("words", pairs, slop, scale)
        expected = Searcher(core.commit).proximity(docs, wanted).tolist()
        assert core.proximity(docs, wanted).tolist() == pytest.approx(expected, rel=1e-6)


def test_many_documents_are_ranked_alike(tmp_path):
    """More than are looked at together, of several segments, by what is kept from commit to commit."""
    chance = random.Random(1)
    index = create(tmp_path / "index")

    def written(count: int, first: int) -> None:
        with index.writer() as writer:
            texts = ([b"w%d" % min(int(chance.expovariate(0.1)), 99) for _ in range(6)] for _ in range(count))
            add(writer, [(f"d{first + number}", text) for number, text in enumerate(texts)])
            add(writer, [(f"long{first}", [b"w3"] * 300 + [b"w50"] * 254 + [b"w51"] * 255)])

    def word(number: int, boost: float = 1.0) -> nodes.Node:
        return nodes.Term("words", b"w%d" % number, boost)

    queries = [
        nodes.Or(tuple(word(number, 1 / (1 + place)) for place, number in enumerate(chance.sample(range(100), size))))
        for size in (1, 2, 3, 8, 40, 90)
    ]
    queries += [nodes.Require(queries[3], word(2)), nodes.Require(queries[4], word(60))]
    queries += [nodes.AndNot(queries[3], word(0)), nodes.AndNot(queries[2], queries[5])]
    queries += [nodes.AndMaybe(nodes.Constant(word(9), 0.0), queries[4]), nodes.AndMaybe(word(9), queries[3])]
    written(20_000, 0)
    for step in range(3):
        core = index.searcher()
        assert isinstance(core, CompiledSearcher)
        plain = Searcher(core.commit)
        for node in queries:
            for count in (3, 100, 700):
                ours, theirs = (one.search(node, count) for one in (core, plain))
                assert ours.docnums.tolist() == theirs.docnums.tolist()
                assert ours.scores.tolist() == pytest.approx(theirs.scores.tolist(), rel=1e-6)
            place = core.place(int(ours.docnums[-1]), float(ours.scores[-1])) if len(ours.docnums) else None
            ours, theirs = (one.search(node, 50, after=place) for one in (core, plain))
            assert ours.docnums.tolist() == theirs.docnums.tolist()
        written(100 * step + 50, 100_000 * (step + 1))
        with index.writer() as writer:
            for number in range(step * 300, step * 300 + 200):
                writer.delete(f"d{number}")


QUERIES = [
    nodes.Or((nodes.AnyField(("words", "bigrams"), b"w3"), nodes.Term("words", b"w40"), nodes.Term("bigrams", b"w1"))),
    nodes.Phrase("words", (b"w1", b"w2")),
    nodes.And((nodes.Term("words", b"w2"), nodes.Term("words", b"w17"))),
    nodes.AndNot(nodes.Every(), nodes.Term("words", b"w99")),
]


NEAR = ("words", [(b"w1", b"w2"), (b"w0", b"w40")], 4, (1.0, 1.2, 0.0, 0.0, ""), 50)


@pytest.mark.parametrize("count", [300, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_crafted_file_neither_crashes_nor_hangs(tmp_path, count):
    """Its checksums are right: whoever wrote it meant it."""
    index = create(tmp_path / "index")
    chance = random.Random(count)
    with index.writer() as writer:
        texts = [[b"w%d" % min(int(chance.expovariate(0.05)), 199) for _ in range(60)] for _ in range(300)]
        add(writer, [(f"d{number}", text) for number, text in enumerate(texts)])
    segment = index.searcher().commit.leaves.segments[0]
    parts = {name: segment.file.section(name).whole().copy() for name in segment.file.section_sizes()}
    fields = segment._header.fields
    of_core = ("heads", "stored", *"0123456789")
    chosen = [name for name, part in parts.items() if name.startswith(of_core) and len(part)]
    weighting = native.core.Weighting((1.0, 1.2, 0.75, 0.0, ""), {})
    for _ in range(count):
        name = chance.choice(chosen)
        path = tmp_path / "crafted"
        write(path, parts | {name: mutated(parts[name], chance)})
        ask(path, segment.docs, fields, weighting)
        path.unlink()


def mutated(part: np.ndarray, chance: random.Random) -> np.ndarray:
    made = part.copy()
    for _ in range(chance.choice([1, 1, 3, 20])):
        value = chance.choice([0, 1, np.iinfo(made.dtype).max, chance.randrange(256)])
        made[chance.randrange(len(made))] = value
    return made[: chance.randrange(len(made) + 1)] if chance.random() < 0.1 else made


def write(path: Path, parts: dict[str, np.ndarray]) -> None:
    writer = BlockFileWriter(Disk(), path)
    for name, part in parts.items():
        writer.add(name, part)
    writer.finish({})


def ask(path: Path, docs: int, fields: dict, weighting: object) -> None:
    """A file may be refused; it may answer; nothing else may happen."""
    file = BlockFile(path, size=path.stat().st_size, root=root_of_file(path))
    parts = [(name, meta["tokens"], meta["positions"], meta["prefix"]) for name, meta in fields.items()]
    try:
        segment = native.core.Segment(path, file.data_size, file.sums, docs, file.sections, parts)
    except native.core.DamageError:
        return
    commit = native.core.Commit([(segment, None)])
    for node in QUERIES:
        for work in (commit.top, commit.docs):
            with suppress(native.core.DamageError):
                work(node, *([10] if work == commit.top else []), weighting, None)
        with suppress(native.core.DamageError):
            commit.best(node, None, None, None, True, NEAR, 10, weighting, None)
    with suppress(native.core.DamageError):
        commit.heads(list(range(docs)))
    with suppress(native.core.DamageError):
        segment.stored([*range(docs), docs, 2**32 - 1])


def root_of_file(path: Path) -> int:
    data = path.read_bytes()
    return int.from_bytes(data[-16:-8], "little")
