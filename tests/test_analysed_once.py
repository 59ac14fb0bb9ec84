"""A query's text is normalised and broken once, whatever is done with it: plan, other spellings, did you mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from khsearch import Document, Index, native
from khsearch.khmer.text import normalize as room
from khsearch.khmer.text.normal_text import NormalText

QUERIES = ["ពត៌មានអំពីគ្រោះថ្នាក់ចរាចរណ៍", "ប្រាក់កំរៃ និងសំណួរ", "កម្ពុជ ឆ្នាំ2021", "ការ\u200bអប់រំ", "ភាសា English caf\u00e9"]


class Counted:
    """The texts that were normalised, and the runs that were broken."""

    def __init__(self, index: Index, patch: pytest.MonkeyPatch) -> None:
        self.normalised: list[str] = []
        self.broken: list[bytes] = []
        breaker = index.analyzer.breaker
        normalize, normalize_all, break_run = room.normalize, room.normalize_all, breaker.break_run

        def one(text: str) -> NormalText:
            self.normalised.append(text)
            return normalize(text)

        def many(texts: Sequence[str]) -> NormalText:
            self.normalised += texts
            return normalize_all(texts)

        def run(clusters: Sequence[bytes]) -> list[int]:
            self.broken.append(b"".join(clusters))
            return break_run(clusters)

        patch.setattr("khsearch.khmer.terms.analyzer.normalize", one)
        patch.setattr("khsearch.khmer.terms.analyzer.normalize_all", many)
        patch.setattr(breaker, "break_run", run)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index.create(tmp_path_factory.mktemp("once") / "x")
    texts = ["ព័ត៌មានអំពីគ្រោះថ្នាក់ចរាចរ", "ប្រាក់កម្រៃ និងសំនួរ", "កម្ពុជា ឆ្នាំ2021", "ការអប់រំ ភាសាEnglish"]
    with made.writer() as writer:
        for number in range(300):
            writer.add(Document(str(number), "", texts[number % 4]))
    return made


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("match", ["any", "all"])
def test_a_cold_query_is_analysed_once(index: Index, query: str, match: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "core", None)  # which breaks runs without telling the breaker
    index = Index.open(index.path)
    index.analyzer._spellings.clear()
    counted = Counted(index, monkeypatch)
    found = index.search(query, match=match)  # type: ignore[arg-type]
    assert found.suggestion is None or found.suggestion != query
    assert counted.normalised.count(query) == 1
    others = [text for text in counted.normalised if text != query]
    assert len(others) == len(set(others))  # every spelling once, and what is meant
    assert not any(query in text for text in others)
    broken = list(counted.broken)
    own = set(re.findall(rb"[\x80-\xd3\xdd]+", index.analyzer.typed(query).normal.codes))
    assert all(broken.count(run) <= 1 for run in own)
    assert len(broken) <= len(own) + 3 * len(others) + 1  # a spelling, what stands in its place, and the run around it


def test_a_query_in_parts_is_analysed_once_a_part(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(index, monkeypatch)
    assert index.search('+កម្ពុជា "ឆ្នាំ2021"').total
    assert [text for text in counted.normalised if text in ("កម្ពុជា", "ឆ្នាំ2021")] == ["កម្ពុជា", "ឆ្នាំ2021"]


def test_another_spelling_weighs_the_same_when_its_analysis_is_remembered(index: Index) -> None:
    first = [(hit.id, hit.score) for hit in index.search(QUERIES[0])]
    assert first == [(hit.id, hit.score) for hit in index.search(QUERIES[0])]
    assert index.search(QUERIES[0]).suggestion == "ព័ត៌មានអំពីគ្រោះថ្នាក់ចរាចរ"
