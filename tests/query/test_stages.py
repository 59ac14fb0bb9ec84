"""Stages: the best documents, judged again; a stage of one's own, nearness, explanations, pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index
from khsearch.engine import FieldScale
from khsearch.query import Candidate, Ranking, Stage
from khsearch.query.stages import DEPTH
from tests.extent import examples

FAR = "ក្រុម នៅ ក្នុង ប្រទេស នៅ ក្នុង ផ្ទះ ការងារ"
NEAR = "ក្រុម ការងារ នៅ ក្នុង ប្រទេស នៅ ក្នុង ផ្ទះ"
TODAY = date(2026, 1, 1)


def make(*documents: Document) -> Index:
    index = Index.memory(fields={"date": "date"})
    with index.writer() as writer:
        writer.add_all(documents)
    return index


def on_disk(path: Path, *documents: Document) -> Index:
    index = Index.create(path, fields={"date": "date"})
    with index.writer() as writer:
        writer.add_all(documents)
    return index


def newer(candidates: list[Candidate]) -> list[float]:
    """Halve a score with every year of age."""
    ages = [(TODAY - found.document.fields["date"]).days for found in candidates]
    return [found.score * 0.5 ** (age / 365) for found, age in zip(candidates, ages, strict=True)]


def aged(id: str, years: int, text: str = "ទឹក") -> Document:
    return Document(id, text=text, fields={"date": TODAY - timedelta(days=365 * years)})


def test_a_stage_of_one_s_own_ranks_anew_and_says_so():
    index = make(aged("old", 3), aged("new", 0), aged("middle", 1))
    hits = index.search("ទឹក", ranking=Ranking(stages=[newer]))
    assert [hit.id for hit in hits] == ["new", "middle", "old"]
    plain = index.search("ទឹក")[0].score
    assert [hit.score for hit in hits] == pytest.approx([plain, plain / 2, plain / 8])
    parts = {part.what: part.score for part in hits[1].explain()}
    assert parts["newer"] == pytest.approx(-plain / 2)
    assert sum(part.score for part in hits[1].explain()) == pytest.approx(hits[1].score)


def test_what_a_stage_pushes_down_falls_behind_what_it_did_not_look_at():
    index = make(*(aged(str(n), 0, "ទឹក " * (n + 1)) for n in range(6)))
    plain = index.search("ទឹក")
    last = Stage(lambda candidates: [0.0] * len(candidates), "nothing", depth=2)
    hits = index.search("ទឹក", ranking=Ranking(stages=[last]))
    assert {hit.id for hit in hits[-2:]} == {hit.id for hit in plain[:2]}
    assert [hit.id for hit in hits[:4]] == [hit.id for hit in plain[2:]]


def test_stages_follow_each_other():
    index = make(*(aged(str(n), 0, "ទឹក " * (n + 1)) for n in range(5)))
    seen: list[list[float]] = []

    def ten(candidates: list[Candidate]) -> list[float]:
        seen.append([found.score for found in candidates])
        return [10.0 - n for n in range(len(candidates))]

    def reverse(candidates: list[Candidate]) -> list[float]:
        seen.append([found.score for found in candidates])
        return [float(n) for n in range(len(candidates))]

    hits = index.search("ទឹក", ranking=Ranking(stages=[Stage(ten, "ten", 3), Stage(reverse, "reverse", 2)]))
    assert seen[1] == [10.0, 9.0]
    told = [{part.what for part in hit.explain() if part.score and not part.field} for hit in hits]
    assert (hits[0].score, told[0]) == (8.0, {"ten"})
    assert sorted(hit.score for hit, what in zip(hits, told, strict=True) if "reverse" in what) == [0.0, 1.0]


def test_a_candidate_has_id_title_and_document():
    index = make(Document("1", "ចំណងជើង", "ទឹក"))
    seen = []

    def look(candidates: list[Candidate]) -> list[float]:
        seen.extend((found.id, found.title, found.document) for found in candidates)
        return [found.score for found in candidates]

    index.search("ទឹក", ranking=Ranking(stages=[look]))
    assert seen == [("1", "ចំណងជើង", Document("1", "ចំណងជើង", "ទឹក"))]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ([], "0 of them"),
        ([1.0] * 9, "9 of them"),
        (None, "None"),
        (3, "3"),
        ([1.0, float("nan")], "nan, as for '2'"),
        ([1.0, "1"], "'1', as for '2'"),
        ([1.0, 1j], "1j, as for '2'"),
        ([1.0, 10**400], "10+, as for '2'"),
        (np.ones((2, 1)), r"array\(\[1\.\]\), as for '1'"),
    ],
)
def test_a_stage_that_does_not_answer_is_told_what_is_wrong(answer, what):
    index = make(Document("1", text="ទឹក"), Document("2", text="ទឹក ភ្លៀង"))
    says = "the stage 'odd' must return one number for each of the 2 candidates, in order, not"
    with pytest.raises(ValueError, match=f"{says} {what}$"):
        index.search("ទឹក", ranking=Ranking(stages=[Stage(lambda candidates: answer, "odd")]))


@pytest.mark.parametrize("of", [int, np.float32, Fraction, np.array, iter])
def test_a_stage_may_answer_with_numbers_of_any_kind(of):
    index = make(Document("1", text="ទឹក ភ្លៀង"), Document("2", text="ទឹក"))
    scores = of([1, 2]) if of in (np.array, iter) else [of(1), of(2)]
    hits = index.search("ទឹក", ranking=Ranking(stages=[lambda candidates: scores]))
    assert [hit.score for hit in hits] == [2.0, 1.0]


@pytest.mark.parametrize("stages", [[3], 3, "newer", newer, None, [None]])
def test_what_is_no_stage_is_refused(stages):
    with pytest.raises(ValueError, match="stages takes functions of candidates"):
        Ranking(stages=stages)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"depth": 0}, "depth"), ({"depth": 1.5}, "depth"), ({"name": 3}, "name"), ({"judge": 3}, "judge")],
)
def test_a_stage_that_cannot_be_is_refused(wrong, named):
    with pytest.raises(ValueError, match=f"{named} takes"):
        Stage(**{"judge": newer, "name": "newer", **wrong})


def test_an_index_keeps_no_code(tmp_path: Path):
    with pytest.raises(ValueError, match="give those to each search"):
        Index.create(tmp_path / "x", ranking=Ranking(stages=[newer]))
    assert not (tmp_path / "x").exists()


def test_stages_run_for_patterns_and_named_fields_and_not_for_sorted_or_similar_ones():
    index = make(aged("old", 3, "ទឹក ភ្លៀង"), aged("new", 0, "ទឹក ភ្លៀង"))
    ranking = Ranking(stages=[newer])
    for query in ("ទឹក*", "text:ទឹក", '"ទឹក ភ្លៀង"', "date:[2000 TO *]"):
        assert [hit.id for hit in index.search(query, ranking=ranking)] == ["new", "old"], query
    assert [hit.id for hit in index.search("ទឹក", ranking=ranking, sort="date")] == ["old", "new"]
    assert [hit.id for hit in index.search("ទឹក", limit=0, ranking=ranking)] == []
    assert [hit.id for hit in index.similar("new")] == ["old"]


def test_a_near_pair_at_rank_33_can_reach_the_first_page(tmp_path: Path):
    index = on_disk(tmp_path / "x", *(Document(f"{n:03}", text=FAR if n < 50 else f"{NEAR} ផ្ទះ") for n in range(51)))
    nothing = FieldScale(weight=0)
    ranking = Ranking(bigrams=nothing, readings=0)
    apart = index.search("ក្រុម ការងារ", 51, ranking=replace(ranking, closeness=nothing))
    assert [hit.id for hit in apart].index("050") >= 32
    assert index.search("ក្រុម ការងារ", ranking=ranking)[0].id == "050"


@examples(20)
@given(
    near=st.sets(st.integers(0, 3 * DEPTH - 1), max_size=12),
    longer=st.sets(st.integers(0, 3 * DEPTH - 1), max_size=40),
    size=st.integers(1, 120),
)
def test_scores_fall_over_all_ranks_and_pages_join(tmp_path_factory, near, longer, size):
    documents = [
        Document(f"{n:03}", text=(NEAR if n in near else FAR) + " ផ្ទះ" * (n in longer)) for n in range(3 * DEPTH)
    ]
    index = on_disk(tmp_path_factory.mktemp("pages") / "x", *documents)
    whole = [(hit.id, hit.score) for hit in index.search("ក្រុម ការងារ", 1_000)]
    assert len({id for id, _ in whole}) == len(documents)
    assert [score for _, score in whole] == sorted((score for _, score in whole), reverse=True)
    pages = [
        (hit.id, hit.score) for at in range(0, len(documents), size) for hit in index.search("ក្រុម ការងារ", size, at)
    ]
    assert pages == whole
