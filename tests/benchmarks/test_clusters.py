"""khsearch on OpenSearch: what is compared is compared, and what is missed is told."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import alike, clusters, corpus, fill, judged, operators
from benchmarks.alike import Aspect
from benchmarks.clusters import EMBEDDED, ICU, ONE, SHARDS, Asking, Figures, Ranking, Speed
from benchmarks.corpus import Corpus
from benchmarks.errors import MissedError
from benchmarks.icu import IcuIndex
from benchmarks.timing import spread
from khsearch import Index
from tests.opensearch_node import ask

THREE = list(SHARDS)[1]
GOOD = Speed(500.0, spread([0.6]), Asking(8.0, 2.0, 2, 3, "x"), Asking(6.0, 1.5, 1, 1, "x"))
MEASURED = Figures(
    {
        EMBEDDED: Ranking(62.5, 100, 100),
        ONE: Ranking(62.6, 99, 98),
        THREE: Ranking(62.6, 99, 98),
        ICU: Ranking(51.0, 60, 50),
    },
    {name: {"facets": Aspect(100, 100)} for name in SHARDS},
    dict.fromkeys((ICU, EMBEDDED, *SHARDS), GOOD),
)


def show(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def two(grown: Corpus, tmp_path_factory: pytest.TempPathFactory) -> tuple[Index, Index]:
    """The same documents in two indexes, but for one that is in one of them alone."""
    documents = operators.with_fields(grown.documents)
    made = [Index.create(tmp_path_factory.mktemp("x") / "x.idx", fields=operators.FIELDS) for _ in range(2)]
    for index, some in zip(made, (documents, documents[:-1]), strict=True):
        with index.writer() as writer:
            writer.add_all(some)
    return made[0], made[1]


def test_an_index_is_like_itself(two: tuple[Index, Index], grown: Corpus) -> None:
    queries = operators.draw(grown.documents, 20)
    found = alike.compare(two[0], two[0], queries, show)
    assert all(one.same == one.asked > 0 and not one.differing for one in found.values())


def test_a_document_that_is_missing_is_told(two: tuple[Index, Index]) -> None:
    found = alike.compare(*two, [operators.Asked("everything", "*")], show)
    told = {name for name, one in found.items() if one.differing == ["everything: *"]}
    assert told >= {"set, match=strict", "total, corrections", "facets", "sort by date"}


def test_every_operator_is_asked_as_often_as_any_other(grown: Corpus) -> None:
    queries = operators.draw(grown.documents, 60)
    count = {operator: sum(one.operator == operator for one in queries) for operator in {q.operator for q in queries}}
    assert len(queries) == len({one.text for one in queries}) == 60
    assert len(count) == len(operators._OPERATORS)
    assert queries == operators.draw(grown.documents, 60)
    assert max(count.values()) <= min(count.values()) + 1


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        (replace(MEASURED, rankings={**MEASURED.rankings, ONE: Ranking(62.6, 97, 98)}), "97.0 % of the top ten"),
        (replace(MEASURED, rankings={**MEASURED.rankings, THREE: Ranking(61.9, 99, 98)}), "embedded 62.50"),
        (replace(MEASURED, rankings={**MEASURED.rankings, ICU: Ranking(55.0, 60, 50)}), "ICU 55.00"),
        (
            replace(MEASURED, same={**MEASURED.same, ONE: {"facets": Aspect(9, 8, ["AND: x"])}}),
            "facets differs 1 times",
        ),
        *(
            (replace(MEASURED, speeds={**MEASURED.speeds, ONE: speed}), told)
            for speed, told in (
                (replace(GOOD, by_icu=spread([0.4])), "0.40 of ICU's documents"),
                (replace(GOOD, new=Asking(8.0, 4.5, 2, 3, "x")), "p50 of a new query is 4.50"),
                (replace(GOOD, new=Asking(8.0, 2.0, 2, 4, "x")), "a new query takes 4 requests"),
                (replace(GOOD, known=Asking(6.0, 1.5, 1, 2, "x")), "a known query takes 2 requests"),
            )
        ),
    ],
)
def test_a_bar_that_is_missed_is_told(figures: Figures, told: str) -> None:
    kept: dict[str, Any] = asdict(figures)
    with pytest.raises(MissedError, match=told):
        clusters.check(kept, news=True)


def test_where_no_bar_is_missed_nothing_is_told() -> None:
    clusters.check(asdict(MEASURED), news=True)
    close = replace(MEASURED, rankings={**MEASURED.rankings, ICU: Ranking(62.0, 60, 50)})
    clusters.check(asdict(close), news=False)


def test_short_documents_are_short_and_always_the_same(grown: Corpus) -> None:
    made = list(fill.short(grown.documents, 50))
    assert made == list(fill.short(grown.documents, 50))
    assert len({document.id for document in made}) == 50
    assert max(len(document.text) for document in made) < 3 * 1_000 + 3


def test_raw_texts_are_found_by_icu(node_url: str, fresh_name: str) -> None:
    documents = corpus.read(corpus.SAMPLE_DOCS)
    icu = IcuIndex(node_url, f"{fresh_name}-1")
    icu.add(documents)
    found = icu.top(documents[3].title)
    assert found[0] == (documents[3].id, documents[3].title)
    icu.remove()
    assert ask(node_url, f"/_cat/indices/{fresh_name}*?format=json") == []


@pytest.mark.slow
def test_all_of_it_is_measured(node_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHSEARCH_OPENSEARCH_URL", node_url)
    monkeypatch.setattr(clusters, "WARMING", 5)
    found = clusters.measure(judged.load(corpus.SAMPLE_DOCS), 4, 1, show)
    assert set(found.rankings) == set(found.speeds) == {EMBEDDED, ICU, *SHARDS}
    assert found.rankings[EMBEDDED].overlap == 100
    assert len(clusters.rows(found)) == len(clusters.rows_of_speed(found)) == 4
    assert len(clusters.rows_of_same(found)) == len(next(iter(found.same.values())))
    assert ask(node_url, "/_cat/indices/benchmark-*?format=json") == []


@pytest.mark.slow
def test_a_node_is_filled(node_url: str) -> None:
    found = fill.fill(node_url, 300, Path(corpus.SAMPLE_DOCS))
    assert found.documents == 300
    assert min(found.adding, found.sending, found.cpu, found.stored) > 0
    assert ask(node_url, "/_cat/indices/benchmark-*?format=json") == []
