"""The cache of a commit: within its budget whatever is asked, and no answer depends on it."""

from __future__ import annotations

import gc
import os
import signal
import threading
import weakref

import numpy as np
import pytest

from khsearch import columnar, native
from khsearch.columnar.search.cache import BUDGET, OVERHEAD, SMALL, Cache
from khsearch.columnar.search.index_terms import Positions
from khsearch.engine import Counted, nodes
from tests.columnar.corpora import add, create


@pytest.fixture(autouse=True)
def without_core(monkeypatch):
    """What the compiled core is asked for is not kept here."""
    monkeypatch.setattr(native, "core", None)


TERMS = [b"w%04d" % number for number in range(2_000)]
QUERIES = [
    query
    for number, term in enumerate(TERMS)
    for query in (
        nodes.AnyField(("words", "bigrams"), term),
        nodes.Phrase("words", (term, TERMS[(number + 40) % 2_000])),
        nodes.And((nodes.Term("words", term), nodes.Term("bigrams", TERMS[number // 2]))),
        *([nodes.Fuzzy("words", term), nodes.Prefix("words", term[:4]), nodes.Between("length", number)][: number % 9]),
    )
]


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    """A folder of two segments, and how to open it."""
    folder = tmp_path_factory.mktemp("cached")
    index = create(folder)
    texts = [TERMS[start :: 40 + start] for start in range(60)] + [TERMS] * 10
    for half in (texts[::2], texts[1::2]):
        with index.writer() as writer:
            add(writer, [(f"d{len(half[0])}.{number}", text) for number, text in enumerate(half)])
            writer.commit(merge=False)
    assert len(index.searcher().commit.leaves.segments) == 2
    return folder, columnar.FieldOptions("id")


def answer(searcher, query):
    found = searcher.search(query, 5)
    return found.docnums.tolist(), found.scores.tolist(), searcher.count(query)


@pytest.mark.parametrize("budget", [0, 30_000, 150_000])
def test_no_budget_changes_an_answer_and_none_is_exceeded(options, budget):
    free, bound = columnar.IndexFolder(*options), columnar.IndexFolder(*options, cache_bytes=budget)
    for number, query in enumerate(QUERIES[::7]):
        assert answer(bound.searcher(), query) == answer(free.searcher(), query)
        cache = bound.searcher().commit.cache
        assert cache.budget == budget
        assert cache.held <= budget
        if budget == 150_000 and number == 300:
            assert cache.held > budget // 2
    assert free.searcher().commit.cache.held > 10 * budget


def test_threads_share_a_cache_within_its_budget(options):
    expected = [answer(columnar.IndexFolder(*options).searcher(), query) for query in QUERIES[::40]]
    searcher = columnar.IndexFolder(*options, cache_bytes=100_000).searcher()
    failures = []

    def ask(start: int) -> None:
        for at in range(len(expected)):
            number = (at + start) % len(expected)
            if answer(searcher, QUERIES[::40][number]) != expected[number] or searcher.commit.cache.held > 100_000:
                failures.append(number)

    threads = [threading.Thread(target=ask, args=(37 * start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    cache = searcher.commit.cache
    for queue in (cache._small, cache._large, cache._lasting, cache._spare):
        assert queue.held == sum(entry.size for entry in queue.entries.values())


def test_what_lasts_comes_on_top_of_the_usual_budget_alone():
    usual, bound = Cache(), Cache(5_000)
    for cache in (usual, bound):
        for key in range(10):
            assert cache.memo("room", key, lambda key=key: key, lambda _: 1_000, lasting=True) == key
    assert usual.held == 10 * (1_000 + OVERHEAD)
    assert usual.budget == BUDGET + usual.held
    assert bound.held <= bound.budget == 5_000


def test_what_is_spare_goes_before_all_else():
    cache = Cache(10 * (1_000 + OVERHEAD))
    for key in range(20):
        cache.spare("field", key, lambda key=key: key, lambda _: 1_000)
    assert [key for key in range(20) if cache.spared("field", key, int) == key] == list(range(10))
    for key in range(10):
        cache.memo("room", key, lambda: object, lambda _: 1_000)
        assert cache.held <= cache.budget
    assert not any(cache.spared("field", key, int) is not None for key in range(20))


def test_what_is_spare_moves_to_the_next_commit_with_its_owner():
    last, following = Cache(), Cache()
    for owner in ("stays", "goes"):
        last.spare(owner, 1, lambda owner=owner: owner, lambda _: 8)
    following.adopt(last, {"stays"})
    assert following.spared("stays", 1, str) == "stays"
    assert following.spared("goes", 1, str) is None
    assert following.held == 8 + OVERHEAD
    assert last.held == 0


def test_a_memo_is_made_once_while_it_is_kept_and_rooms_do_not_mix():
    cache, made = Cache(), []
    for room in ("one", "other", "one"):
        assert cache.memo(room, "key", lambda room=room: made.append(room) or room, lambda _: 8) == room
    assert made == ["one", "other"]


def test_what_belongs_to_a_segment_outlives_a_commit_and_what_belongs_to_the_commit_does_not(tmp_path):
    index = create(tmp_path)

    def tables() -> tuple[list[object], object]:
        commit = index.searcher().commit
        fields = [field for _, field in commit.terms.fields("words")]
        of_segments = [commit.memo("x", field, object, lambda _: 1, owner=field, lasting=True) for field in fields]
        return of_segments, commit.memo("x", "commit", object, lambda _: 1)

    with index.writer() as writer:
        add(writer, [("a", [b"a"])])
    first, mine = tables()
    with index.writer() as writer:
        add(writer, [("b", [b"b"])])
        writer.commit(merge=False)
    second, other = tables()
    assert len(second) == 2
    assert second[0] is first[0]
    assert other is not mine
    index.writer().commit(optimize=True)
    assert tables()[0][0] not in second


def test_a_new_commit_answers_as_one_that_was_just_opened(tmp_path):
    index = create(tmp_path)
    for number in range(12):
        with index.writer() as writer:
            add(writer, [(f"d{at}", TERMS[at + number :: 50 + at]) for at in range(number, 40, 3)])
            writer.commit(optimize=number == 9)
        searcher, fresh = index.searcher(), columnar.IndexFolder(tmp_path, columnar.FieldOptions("id")).searcher()
        if number % 3:
            searcher.warm()
        for query in QUERIES[number::190]:
            assert answer(searcher, query) == answer(fresh, query)
        wanted = [Counted("length"), Counted("first")]
        assert searcher.facets(nodes.Every(), wanted) == fresh.facets(nodes.Every(), wanted)


def test_warming_asks_again_what_the_last_commit_was_asked(tmp_path):
    index = create(tmp_path)
    for id in ("a", "b"):
        with index.writer() as writer:
            add(writer, [(id, TERMS[:50])])
        index.searcher().warm()
        kept = index.searcher().commit.terms.asked()
        assert [term for *_, term in kept] == ([TERMS[7]] if id == "b" else [])
        answer(index.searcher(), nodes.Term("words", TERMS[7]))


def entry(size: int = 800) -> Positions:
    return Positions(np.zeros(size, np.uint8), 1)


def test_a_full_cache_is_not_emptied_by_keys_that_come_in_turn():
    cache = Cache(budget=10 * entry().size)
    hits = [0] * 20
    for number in range(20):
        for key in range(13):
            if cache.get(key, Positions) is None:
                cache.put(key, entry())
            else:
                hits[number] += 1
    assert hits[0] == 0
    assert sum(hits[10:]) > 10 * 5  # the least recently used alone would always be the next to come
    for _ in range(20):  # what others ask for again and again gets in
        for key in range(100, 105):
            if cache.get(key, Positions) is None:
                cache.put(key, entry())
    assert all(cache.get(key, Positions) is not None for key in range(100, 105))


def test_large_entries_leave_small_ones_their_share():
    cache = Cache(budget=30 * SMALL)
    for key in range(5):
        cache.put(key, entry())
    for key in range(100, 200):
        cache.put(key, entry(3 * SMALL))
    assert all(cache.get(key, Positions) is not None for key in range(5))
    assert cache.held > 20 * SMALL


def test_a_commit_that_nobody_holds_is_gone_at_once(options):
    """Nothing that it keeps refers back to it: its memory does not wait for the collector of cycles."""
    folder = columnar.IndexFolder(*options)
    searcher = folder.searcher()
    for query in QUERIES[:30]:
        answer(searcher, query)
    searcher.facets(nodes.Every(), [Counted("length")])
    known = weakref.ref(searcher.commit)
    gc.disable()
    try:
        folder.close()
        del searcher
        assert known() is None
    finally:
        gc.enable()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_does_not_wait_for_a_thread_that_it_has_not():
    cache, held, done = Cache(), threading.Event(), threading.Event()

    def hold() -> None:
        with cache._lock:
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if not child:
        signal.alarm(20)
        os._exit(cache.memo("room", "key", lambda: 7, lambda _: 8))
    _, status = os.waitpid(child, 0)
    done.set()
    thread.join()
    assert os.waitstatus_to_exitcode(status) == 7


def test_a_lasting_table_goes_before_all_others_within_a_strict_budget():
    cache = Cache(100_000)
    made = []

    def make(name: str) -> str:
        made.append(name)
        return name

    for n in range(20):
        assert cache.memo("room", n, lambda n=n: make(f"{n}"), lambda _: 9_000) == f"{n}"
    for _ in range(3):
        assert cache.memo("room", "table", lambda: make("table"), lambda _: 80_000, lasting=True) == "table"
        for n in range(20):
            cache.memo("room", n, lambda n=n: make(f"{n}"), lambda _: 9_000)
        assert cache.held <= cache.budget == 100_000
    assert made.count("table") == 1
