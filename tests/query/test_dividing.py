"""A chunk that stands nowhere is read as words that were typed without the spaces between them, over both engines."""

from __future__ import annotations

import pytest

from khsearch import Document, Index
from khsearch.engine import BM25, nodes
from khsearch.query.dividing import divided
from khsearch.query.standing import Standing
from tests.indexes import ENGINES, new_index

WORDS = ["ភ្នំពេញ", "សៀវភៅ", "ពិការភាព", "តុលាការ", "ក្រុមហ៊ុន", "រដ្ឋមន្ត្រី", "មន្ទីរពេទ្យ", "សាកលវិទ្យាល័យ", "កសិកម្ម", "យន្តហោះ"]


@pytest.fixture(scope="module", params=ENGINES)
def index(request, tmp_path_factory) -> Index:
    found = new_index(request, request.param, tmp_path_factory.mktemp("dividing"))
    with found.writer() as writer:
        writer.add(Document("apart", text="។ ".join(WORDS[::-1])))
        writer.add(Document("apart, but one", text="។ ".join(WORDS[-2::-1])))
        writer.add(Document("side by side", text="តុលាការភ្នំពេញ។ សៀវភៅ។ កសិកម្ម"))
        writer.add(Document("halves", text="ភាពតុលាការ។ ពិការ។ ពេញសៀវភៅ។ ភ្នំ"))
    return found


@pytest.mark.parametrize("count", [2, 3, 4, 5, 7, 10])
def test_words_that_stand_apart_in_one_document(index: Index, count: int) -> None:
    words = WORDS[-count:]
    found = index.search("".join(words), match="strict")
    assert [hit.id for hit in found] == ["apart"]
    assert found.corrected == " ".join(words)


def test_words_that_stand_side_by_side_stay_so(index: Index) -> None:
    found = index.search("តុលាការភ្នំពេញកសិកម្ម", match="strict")
    assert found.corrected == "តុលាការភ្នំពេញ កសិកម្ម"
    assert [hit.id for hit in found] == ["side by side"]


def test_whole_words_come_before_their_halves(index: Index) -> None:
    assert index.search("ភ្នំពេញសៀវភៅពិការភាព", match="strict").corrected == "ភ្នំពេញ សៀវភៅ ពិការភាព"


def test_what_no_document_has_whole_is_divided_anywhere(index: Index) -> None:
    with index.writer() as writer:
        writer.add(Document("atoms", text="ភាព។ ពិការ។ ឡាន"))
    try:
        found = index.search("ឡានភាព", match="strict")
        assert [hit.id for hit in found] == ["atoms"]
        assert index.search("ពិការឡានភាព", match="strict").corrected == "ពិការ ឡាន ភាព"
    finally:
        with index.writer() as writer:
            writer.delete("atoms")


def test_nothing_is_asked_over_and_over(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    view = index._view()
    asked = 0
    count = type(view).count

    def counted(self: object, node: nodes.Node) -> int:
        nonlocal asked
        asked += 1
        return int(count(self, node))

    monkeypatch.setattr(type(view), "count", counted)
    standing = nodes.Term("text", index.analyzer.terms("តុលាការ").words[0])
    for words in (WORDS, WORDS * 2, WORDS * 9):
        typed = index.analyzer.typed("".join(words))
        for found in ((standing, 1), (nodes.Nothing(), 0)):  # as if all parts stood, everywhere; or none anywhere
            where = Standing(view, BM25(), inside=True)
            monkeypatch.setattr(where, "settled", lambda chunk, found=found: found)
            divided(typed, view, where)
    assert asked < 700
