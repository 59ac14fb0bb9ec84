"""Pages of a site: every engine shows what a look at every article says, and one that does not is named."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import latency, site
from benchmarks.asking import Asked
from benchmarks.corpus import Corpus
from benchmarks.engines import KHSEARCH, WORDS_ONLY, Kind, choose, pages_of
from benchmarks.engines.pages import FIRST_YEAR, YEARS, Page
from benchmarks.errors import DisagreementError
from benchmarks.queries import Drawer
from khsearch.khmer.terms.analyzer import Analyzer
from khsearch.khmer.words.breakers import breaker

BROKEN = "tests.benchmarks.broken"


def _pages(
    grown: Corpus, place: Path, *peers: str, kind: Kind = Kind.TERM, pages: Iterable[Page] = Page
) -> dict[str, dict[str, latency.Latency]]:
    articles = {document.id: document for document in site.with_values(grown.documents)}
    names = [KHSEARCH, WORDS_ONLY, *peers]
    corpus = replace(grown, documents=list(articles.values()))
    folders = latency.build(corpus, names, place, lambda done, total: None)
    queries = Drawer(grown.documents, Analyzer(breaker()), 7).draw(kind, 12)
    with ExitStack() as closing:
        asked = {name: closing.enter_context(Asked(name, folders[name])) for name in names}
        return latency.pages_of_site(queries, asked, articles, 1, pages)


def test_articles_have_values_that_are_drawn_once(grown: Corpus) -> None:
    articles = site.with_values(grown.documents)
    assert articles == site.with_values(grown.documents)
    dates = [site.date_of(article) for article in articles]
    assert len(set(dates)) == len(dates)
    assert {date.year for date in dates} <= set(range(FIRST_YEAR, FIRST_YEAR + YEARS))


@pytest.mark.parametrize("peer", ["tantivy", "fts5"])
def test_pages_are_what_a_look_at_every_article_says(peer: str, grown: Corpus, tmp_path: Path) -> None:
    if not choose([peer])[0]:
        pytest.skip("not installed")
    found = _pages(grown, tmp_path, peer)
    deep = {str(page) for page in (Page.FOUND, Page.DEEP, Page.DEEPER)}  # of no corpus so small
    assert set(found) == {str(page) for page in Page} - deep
    assert all(set(engines) == {KHSEARCH, WORDS_ONLY, peer} for engines in found.values())


def test_pages_of_any_of_three_words_are_what_a_look_at_every_article_says(grown: Corpus, tmp_path: Path) -> None:
    found = _pages(grown, tmp_path, "fts5", kind=Kind.OR, pages=latency.LONG)
    assert set(found) == set(map(str, latency.LONG))
    (tmp_path / "again").mkdir()
    with pytest.raises(DisagreementError, match="CountsNothing counts"):
        _pages(grown, tmp_path / "again", f"{BROKEN}:CountsNothing", kind=Kind.OR, pages=latency.LONG)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("Shows", "not as many documents for everybody"),
        ("CountsNothing", "page with total and two facets .*CountsNothing counts"),
        ("ForgetsTheOrder", "page sorted by date .*ForgetsTheOrder shows .* and the latest are"),
        ("ForgetsTheFilter", "page filtered by keyword .*ForgetsTheFilter shows"),
    ],
)
def test_an_engine_whose_pages_are_wrong_is_named(broken: str, told: str, grown: Corpus, tmp_path: Path) -> None:
    with pytest.raises(DisagreementError, match=told):
        _pages(grown, tmp_path, f"{BROKEN}:{broken}")


def test_engines_without_values_answer_no_pages() -> None:
    assert pages_of(KHSEARCH) == frozenset(Page)
    if choose(["whoosh"])[0]:
        assert not pages_of("whoosh")
