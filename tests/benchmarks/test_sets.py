"""Where a spelling stands by a look at every text, and what the figures about sets mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import cache, corpus, sets, standing
from benchmarks.commands import app
from benchmarks.errors import BenchmarkError
from benchmarks.sets import Asked, Figures, Outcome
from khsearch import Document, Index

RICE, FISH, MEAT, RIVER = "ស្រូវ", "ត្រី", "សាច់", "ទន្លេ"
DOCUMENTS = [
    Document("a", RIVER, f"{RICE} {FISH}"),
    Document("b", "", f"{FISH}{MEAT}ក្នុង{RIVER} UNICEF"),
    Document("c", "x", f"{RICE}\u200b{MEAT} និង{FISH} ១២"),
    Document("d", "", "កប៉ាល់"),
]


@pytest.mark.parametrize(
    ("spelling", "numbers"),
    [
        (RICE, {0, 2}),
        (FISH + MEAT, {1}),
        (RICE + FISH, {0}),  # a space is no border
        (RICE + MEAT, {2}),  # nor is what nobody sees
        (RIVER + RICE, set()),  # from the title into the text
        ("unicef", {1}),
        ("UNI", set()),  # a part of a unit
        ("12", {2}),
        ("ប៉ាល់", {3}),
        ("កប", set()),  # ends inside a cluster
        ("ទន្", set()),
    ],
)
def test_a_spelling_stands_where_its_units_do(spelling: str, numbers: set[int]) -> None:
    assert standing.whole(DOCUMENTS)(spelling) == numbers


def test_other_letters_are_told_apart() -> None:
    stands = standing.whole([Document("1", "", "Москва Éa"), Document("2", "", "москов éb")])
    assert [stands(word) for word in ("МОСКВА", "москов", "москва", "éa", "Éb")] == [{0}, {1}, {0}, {0}, {1}]


def test_places_are_those_of_the_original() -> None:
    text = f"x {RICE}\u200b{MEAT}។"
    whole, rice = set(range(2, text.index("។"))), set(range(2, 2 + len(RICE)))
    assert standing.places(text, [RICE]) == rice
    assert standing.places(text, [RICE + MEAT]) == whole
    assert standing.places(text, [RICE, MEAT]) == whole - {2 + len(RICE)}
    assert standing.places(text, [FISH]) == set()


def _asked(text: str, *wanted: int, ignored: tuple[int, ...] = (), literal: bool = True) -> Asked:
    return Asked(text, frozenset(wanted), frozenset(ignored), text.split(" "), literal)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    whole = sets.dated(corpus.make("x", DOCUMENTS))
    return cache.index_of(whole, tmp_path_factory.mktemp("kept"), sets.FIELDS)


def test_figures_are_of_what_a_search_finds(index: Index) -> None:
    ids = [document.id for document in DOCUMENTS]
    outcome = sets.ask(index, ids, _asked("UNICEF", 1))
    assert (outcome.precision, outcome.recall, outcome.f1, outcome.every, outcome.by_date) == (1, 1, 1, 1, 1)
    assert outcome.total
    assert outcome.marked == outcome.right == len("UNICEF")
    half = sets.ask(index, ids, _asked("UNICEF", 1, 0, literal=False))
    assert (half.precision, half.recall, half.every) == (1, 0.5, None)
    assert half.f1 == pytest.approx(2 / 3)
    wrong = sets.ask(index, ids, _asked("UNICEF", 3))
    assert (wrong.precision, wrong.recall, wrong.f1, wrong.by_date) == (0, 0, 0, 0)
    either = sets.ask(index, ids, _asked("UNICEF", 3, ignored=(1,)))
    assert either.precision == either.recall == 0


def test_marks_beside_an_occurrence_are_wrong(index: Index) -> None:
    asked = Asked(RICE, frozenset([0, 2]), frozenset(), [FISH], literal=True)
    outcome = sets.ask(index, ["a", "b", "c", "d"], asked)
    assert outcome.marked >= 2 * len(RICE)
    assert outcome.right < outcome.marked


def test_figures_by_kind_and_their_mean() -> None:
    def outcome(f1: float, every: float | None, marked: int) -> Outcome:
        return Outcome(_asked("x", 1), f1, f1, f1, every, total=True, marked=marked, right=marked // 2, by_date=f1)

    found = sets.summarise(
        {
            "one": [outcome(1, 1, 10), outcome(0, None, 0)],
            "two": [outcome(1, None, 0)],
            "glued, three": [outcome(0, None, 0)],
        }
    )
    assert found["one"] == Figures(2, 50, 50, 50, 100, 100, 50, 50)
    assert found["two"] == Figures(1, 100, 100, 100, None, 100, None, 100)
    assert found[sets.MEAN] == Figures(3, 75, 75, 75, 100, 100, 50, 75), "of the kinds of the file"
    assert sets.rows(found)[1] == ["two", "1", "100.0", "100.0", "100.0", "", "100.0", "", "100.0"]


def test_words_of_one_document_are_glued() -> None:
    stands = standing.whole(DOCUMENTS)
    atoms = [_asked(RICE, 0, 2), _asked(FISH, 0, 1, 2), _asked(MEAT, 1, 2, ignored=(0,)), _asked("ទ", 0, literal=False)]
    made = sets.glued({"atom": atoms}, stands, 3)
    assert made
    for one in made:
        assert sorted(one.text) == sorted(RICE + FISH + MEAT)
        assert (one.wanted, one.ignored, one.literal) == ({2}, {0}, False)
        assert set(one.forms) == {RICE, FISH, MEAT}
        assert not any(pair in one.text for pair in (RICE + FISH, RICE + MEAT, FISH + MEAT)), "these stand glued"
    assert sets.glued({"atom": atoms}, stands, 3) == made
    assert sets.glued({"atom": atoms}, stands, 4) == []


def test_the_command_reads_a_collection_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "kept")
    lines = [{"_id": one.id, "title": one.title, "text": one.text} for one in DOCUMENTS]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    kinds = {
        "atom": [{"q": RICE, "docs": [0, 2]}, {"q": "UNICEF", "docs": [1]}],
        "typo": [{"q": "ត្រ៊", "right": FISH, "forms": [FISH], "docs": [0, 1, 2], "also": [2]}],
    }
    file = tmp_path / "sets.json"
    file.write_text(json.dumps(kinds), "utf-8")
    app.main(["sets", str(tmp_path), str(file), "--json", str(tmp_path / "run.json")], standalone_mode=False)
    told = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert told["settings"]["documents"] == 4
    assert told["settings"]["agreement"] == 100
    assert {kind: figures["queries"] for kind, figures in told["figures"].items()} == {
        "atom": 2,
        "typo": 1,
        sets.MEAN: 3,
    }
    assert told["figures"]["atom"]["recall"] == 100
    stands = standing.whole(DOCUMENTS)
    assert [one.text for one in sets.read(file, stands, 4, 1)["atom"]] == [RICE]
    for wrong in ("[]", '{"a": []}', '{"a": [{"q": "x", "docs": [4]}]}', '{"a": [{"q": "x"}]}', "no"):
        file.write_text(wrong, "utf-8")
        with pytest.raises(BenchmarkError, match=r"sets\.json"):
            sets.read(file, stands, 4)
