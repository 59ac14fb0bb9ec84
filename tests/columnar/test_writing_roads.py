"""The compiled core writes what numpy writes, byte for byte: segments of documents, of merges, and their parts."""

from __future__ import annotations

import os
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Index, columnar, native
from khsearch.arrays import pack, starts_of
from khsearch.columnar.postings import compiled, encode, inversion
from khsearch.columnar.segments import beside, builder
from khsearch.engine import TokenBatch, nodes
from khsearch.errors import IndexStoreError
from tests.columnar.corpora import TABLED, Arrays, add, create, histories, play, tables
from tests.extent import examples

pytestmark = pytest.mark.skipif(native.core is None, reason=f"the compiled core is {native.STATE}")

SAMPLES = sorted((Path(__file__).parents[2] / "sample_docs").glob("*.txt"))


def without_core(write, *, core: bool) -> dict[str, bytes]:
    """What an index folder holds that `write` filled."""
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        if not core:
            patch.setattr(native, "core", None)
        write(Path(place) / "x")
        return {path.name: path.read_bytes() for path in (Path(place) / "x").iterdir()}


def on_both_roads(write) -> dict[str, bytes]:
    ours, theirs = (without_core(write, core=core) for core in (True, False))
    assert ours == theirs
    return ours


@pytest.fixture(params=[1, 2], ids=["one core", "two cores"])
def threads(request, monkeypatch) -> None:
    """Whether the smallest batch is taken in by a thread of its own."""
    monkeypatch.setattr(beside, "cores", lambda: request.param)
    monkeypatch.setattr(builder, "LARGE", 0)


@pytest.mark.usefixtures("threads")
@examples(100)
@given(histories, st.sampled_from([1, 2]), st.sampled_from([0, 1 << 22]), st.sampled_from([4, 1 << 22]))
def test_both_roads_write_the_same_index(history, least, counted, terms):
    def write(folder: Path) -> None:
        columnar.create(folder, TABLED)
        play(Arrays(folder, TABLED), history)

    with tables(least, counted=counted), pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "MAX_TERMS", terms)
        on_both_roads(write)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
def test_a_child_that_is_forked_while_a_thread_takes_in_tokens_waits_for_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "cores", lambda: 2)
    monkeypatch.setattr(builder, "LARGE", 0)
    index = create(tmp_path / "x")
    writer = index.writer()
    for number in range(20):
        add(writer, [(f"d{number}-{i}", [b"a", b"%x" % i]) for i in range(500)])
        child = os.fork()
        if not child:
            signal.alarm(20)
            with suppress(IndexStoreError):
                writer.commit()
            writer.cancel()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    writer.commit()
    assert index.searcher().count(nodes.Term("words", b"a")) == 10_000


def test_what_goes_wrong_in_a_thread_is_told(monkeypatch):
    for cores in (1, 2):
        monkeypatch.setattr(beside, "cores", lambda cores=cores: cores)
        assert beside.Beside(lambda: 7).result() == 7
        with pytest.raises(ZeroDivisionError):
            beside.Beside(lambda: 1 // 0).result()


def test_both_roads_write_the_same_index_of_articles():
    def write(folder: Path) -> None:
        index = Index.create(folder, fields={"part": "keyword", "note": "text"})
        for half in (SAMPLES[::2], SAMPLES[1::2]):
            with index.writer() as writer:
                for path in half:
                    text = path.read_text("utf-8")
                    writer.add(
                        {"id": path.stem, "title": text[:30], "text": text, "part": path.stem[:1], "note": "a b"}
                    )
        with index.writer() as writer:
            writer.delete(SAMPLES[0].stem)
            writer.commit(optimize=True)

    with tables(least=2):
        found = on_both_roads(write)
    assert any(name.endswith(".seg") for name in found)


def drawn_batches(seed: int, documents: int, terms: int, longest: int, placed: bool, ids: bool) -> list[TokenBatch]:
    """Some batches of one field: a few terms are frequent, most are rare."""
    random = np.random.default_rng(seed)
    names = [b"%x" % (number * 7919) + b"\0" * (number % 3) + b"long" * (number % 5) for number in range(terms)]
    batches = []
    for _ in range(3):
        counts = random.integers(0, longest + 1, documents)
        drawn = np.minimum(random.geometric(min(8 / terms, 1.0), int(counts.sum())) - 1, terms - 1)
        codes, starts = pack([names[number] for number in drawn.tolist()])
        places = None
        if placed:
            steps = random.choice([0, 1, 1, 1, 300, 40_000], int(counts.sum()))
            sums = np.cumsum(steps)
            first = starts_of(counts)[:-1].clip(max=max(len(sums) - 1, 0))
            places = sums - np.repeat(sums.take(first) if len(sums) else first, counts)
            places = np.minimum(places, inversion.MAX_POSITION - 1)
        has_id = (drawn % 4 > 0).astype(np.int32)
        batches.append(
            TokenBatch(
                codes, starts[:-1], starts[1:], counts, places, (drawn + 1).astype(np.int32) * has_id if ids else None
            )
        )
    return batches


@examples(100)
@given(
    st.integers(0, 1 << 16),
    st.sampled_from([1, 7, 400]),
    st.sampled_from([1, 63, 64, 65, 3000]),
    st.sampled_from([0, 3, 90]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 1 << 17, 1 << 24]),
)
def test_both_roads_code_a_field_alike(seed, documents, terms, longest, positions, placed, ids, first):
    batches = drawn_batches(seed, documents, terms, longest, placed, ids)
    plain, core = inversion.Inverter(positions=positions), compiled.CompiledInverter(positions=positions)
    docs = first
    for batch in batches:
        plain.add(batch, docs)
        core.add(batch, docs)
        docs += len(batch.counts)
    assert (plain.terms, plain.tokens) == (core.terms, core.tokens)
    assert plain.lengths(docs).tolist() == core.lengths(docs).tolist()
    chunks = list(plain.finish())
    expected = [encode.coded(*chunk, docs) for chunk in chunks]
    assert whole(compiled.coded(*chunk, docs) for chunk in chunks) == whole(expected)
    assert whole(core.finish(docs, None).coded()) == whole(expected)


def whole(parts) -> list[object]:
    """Parts of a field as one."""
    parts = list(parts)
    streams = [
        b"".join(part.streams.get(name, np.zeros(0, np.uint8)).tobytes() for part in parts) for name in encode.STREAMS
    ]
    counts = [
        np.concatenate([getattr(part, name) for part in parts]).tolist() if parts else []
        for name in ("df", "extra", "lengths", "rests", "keys")
    ]
    row, rows = np.zeros(6, np.int64), []
    for part in parts:
        rows += (part.rows[:-1] + row).tolist()
        row = part.rows[-1] + row
    return [streams, counts, rows, row.tolist(), max((part.top for part in parts), default=0)]


def test_what_cannot_be_is_refused():
    assert native.core is not None
    none, two = np.zeros(0, np.int64), np.array([1, 1])
    inverter = native.core.Inverter(True)
    codes = np.frombuffer(b"ab", np.uint8)
    for starts, ends, counts, positions in [
        (two, two[:1], two, None),
        (two, two, two[:1], None),
        (two, two, np.array([-1, 3]), None),
        (two, two, two, two[:1]),
        (-two, two, two, None),
        (two, two, two, two << 40),
    ]:
        with pytest.raises(ValueError, match="array"):
            inverter.add(codes, starts, ends, counts, positions, None, 0)
    inverter.add(codes, two << 20, two, two, None, None, 0)  # what lies outside of the codes is empty
    assert (inverter.tokens, inverter.terms) == (2, 1)
    with pytest.raises(OverflowError):
        inverter.add(codes, none, none, two & 0, None, None, (1 << 32) - 1)
    assert inverter.finish(1, 1).coded()[0].counts[0] == np.uint32(2).tobytes()
    with pytest.raises(ValueError, match="finished"):
        inverter.finish(1, None)
    for starts, df, docs, tf in [(two, two, two, two), (two << 4, two[:1], two, two), (two, two[:1], two, two & 0)]:
        with pytest.raises(ValueError, match="postings"):
            native.core.coded(codes, starts, df[:1], docs[:1] if starts is two else none, tf[:1], none, 3)
